# SPDX-License-Identifier: Apache-2.0
"""A set of rules: which events it handles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dmasan.events import Event

Handlers = dict[type[Event], Callable[[Any], None]]

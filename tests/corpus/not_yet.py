# SPDX-License-Identifier: Apache-2.0
"""What the corpus does not get right yet, each with its reason. A run that comes right makes its test fail."""

from __future__ import annotations

KNOWN: dict[tuple[str, str], str] = {}

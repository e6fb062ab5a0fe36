# SPDX-License-Identifier: Apache-2.0
"""The sanitizer: may-sets of every byte, compiled from `dmasan.arch.semantics`."""

from dmasan.sanitizer.hazards import Code, Hazard, State
from dmasan.sanitizer.may_return import may_return
from dmasan.sanitizer.sanitizer import Sanitizer

__all__ = ["Code", "Hazard", "Sanitizer", "State", "may_return"]

# SPDX-License-Identifier: Apache-2.0
"""The sanitizer: may-sets of every byte, compiled from `dmasan.arch.semantics`."""

from dmasan.sanitizer.codes import Code, Effect, State
from dmasan.sanitizer.hazards import Hazard
from dmasan.sanitizer.may_return import may_return
from dmasan.sanitizer.sanitizer import Sanitizer

__all__ = ["Code", "Effect", "Hazard", "Sanitizer", "State", "may_return"]

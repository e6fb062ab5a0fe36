# SPDX-License-Identifier: Apache-2.0
"""From incidents to hazards: the code of each, one report for each root, and the smallest repair."""

from dmasan.sanitizer.diagnosis.diagnosis import Diagnosis

__all__ = ["Diagnosis"]

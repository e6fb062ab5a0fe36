# SPDX-License-Identifier: Apache-2.0
"""One world for one run: machine, kernel, device and sanitizer."""

from dmasan.soc.soc import HazardsFound, Soc

__all__ = ["HazardsFound", "Soc"]

# SPDX-License-Identifier: Apache-2.0
"""A DMA-coherence sanitizer for hardware/driver co-verification.

A driver program is `async def program(soc)`; `Soc` is the world that it runs in.
"""

from dmasan.config import RunError, UsageError
from dmasan.events import Direction, Event
from dmasan.sanitizer import Hazard, may_return
from dmasan.schedule import Schedule
from dmasan.soc import HazardsFound, Soc

__version__ = "0.1.0"

__all__ = [
    "Direction",
    "Event",
    "Hazard",
    "HazardsFound",
    "RunError",
    "Schedule",
    "Soc",
    "UsageError",
    "__version__",
    "may_return",
]

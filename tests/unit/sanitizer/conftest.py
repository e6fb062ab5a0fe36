# SPDX-License-Identifier: Apache-2.0
"""Makes tests/support importable under pytest's importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

# SPDX-License-Identifier: Apache-2.0
"""The oracles' modules are plain files, beside the tests and in tests/support: makes them importable under pytest's
importlib mode."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "support")]

# SPDX-License-Identifier: Apache-2.0
"""The oracle's modules are plain files beside its tests: make them importable under pytest's importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

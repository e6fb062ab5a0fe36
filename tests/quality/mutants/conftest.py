# SPDX-License-Identifier: Apache-2.0
"""The mutants are plain files beside their test: make them importable under pytest's importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

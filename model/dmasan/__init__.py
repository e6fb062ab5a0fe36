# SPDX-License-Identifier: Apache-2.0
"""A DMA-coherence sanitizer for hardware/driver co-verification."""

__version__ = "0.1.0"

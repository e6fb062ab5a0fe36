# SPDX-License-Identifier: Apache-2.0
"""Waves of a run: RTL and model on one time line, and save files for the viewers."""

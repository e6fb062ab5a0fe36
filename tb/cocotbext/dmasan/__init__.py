# SPDX-License-Identifier: Apache-2.0
"""The co-simulation side of dmasan: cocotb and pyuvm parts, the simulator harness and the command line."""

# SPDX-License-Identifier: Apache-2.0
"""The DMA engine as software and memory see it: its bursts, its registers, its driver, and a behavioural model of it."""

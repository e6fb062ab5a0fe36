# SPDX-License-Identifier: Apache-2.0
"""The commands of `dmasan`, one file each, and what they share."""

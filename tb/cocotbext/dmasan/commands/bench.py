# SPDX-License-Identifier: Apache-2.0
"""Measures speeds, peers in the same run, and prints one table."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """."""


def execute(arguments: argparse.Namespace) -> int:
    """."""
    return 0

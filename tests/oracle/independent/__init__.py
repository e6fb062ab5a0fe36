# SPDX-License-Identifier: Apache-2.0
"""What short sequences of operations on one byte may return, by brute force.

Written from the architecture and the manuals alone, without a look at `dmasan.arch.semantics`, which it is held
against. Every write has its position in the sequence as value; every hidden move is a step of its own; a read's outcome
is what it returns in some state that the moves can reach.
"""

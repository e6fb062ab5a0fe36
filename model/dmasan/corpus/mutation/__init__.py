# SPDX-License-Identifier: Apache-2.0
"""Bugs put into correct driver programs, by edits of their source; which of them are bugs, and which are found."""

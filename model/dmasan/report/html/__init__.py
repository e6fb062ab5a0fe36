# SPDX-License-Identifier: Apache-2.0
"""Reports as single HTML files: no server, no outside resources, usable with the keyboard, dark, light and on paper."""

# SPDX-License-Identifier: Apache-2.0
"""The site: the same Markdown that a code host shows, built by `make docs`."""

from dmasan import __version__

project = "dmasan"
author = "the dmasan authors"
release = version = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"dmasan {__version__}"
html_show_copyright = False
html_static_path = ["images"]
exclude_patterns = ["schema"]

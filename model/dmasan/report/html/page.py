# SPDX-License-Identifier: Apache-2.0
"""The frame of a report: head, styles, sections, script, data. Everything is in the one file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib import resources

from dmasan import __version__

STATES = {"clean": "ok", "latent": "latent", "manifest": "manifest", "not_applicable": "na"}


@cache
def _file(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def page(title: str, sections: Sequence[tuple[str, str, str]], data: object, scripts: Iterable[str]) -> str:
    """A whole page. A section is (id, heading, body as HTML); one without heading stands above the contents."""
    links = "".join(f'<a href="#{name}">{escape(heading)}</a>' for name, heading, _ in sections if heading)
    script = "\n".join(_file(name) for name in ("page.js", *scripts))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="dmasan {escape(__version__)}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_file('page.css')}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the report</a>\n'
        f'<header><span class="brand">dmasan</span><nav aria-label="sections">{links}</nav>'
        '<button id="theme" type="button" aria-label="dark or light">◐</button></header>\n'
        f'<main id="main">\n{"".join(_section(*each) for each in sections)}</main>\n'
        f"<footer>dmasan {escape(__version__)}. This file needs nothing else: no server, no network. "
        "<kbd>/</kbd> filter, <kbd>j</kbd> <kbd>k</kbd> next and previous hazard.</footer>\n"
        f'<script type="application/json" id="data">{_json(data)}</script>\n<script>\n{script}</script>\n</body>\n</html>\n'
    )


def _section(name: str, heading: str, body: str) -> str:
    title = f"<h2>{escape(heading)}</h2>\n" if heading else ""
    return f'<section id="{name}">{title}{body}</section>\n'


def _json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def badge(verdict: str) -> str:
    text = "not applicable" if verdict == "not_applicable" else verdict
    return f'<span class="badge {STATES[verdict]}">{text}</span>'


def command(text: str) -> str:
    """A command line with a button that copies it."""
    return (
        f'<div class="command"><code>{escape(text)}</code>'
        f'<button type="button" class="copy" data-copy="{escape(text, quote=True)}">copy</button></div>'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values; the values are HTML."""
    return '<dl class="facts">' + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"

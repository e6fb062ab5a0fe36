# SPDX-License-Identifier: Apache-2.0
"""Progress on standard error: a bar on a terminal, a line per finished step elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar


class Progress:
    """Counts the finished steps of `total`."""

    def __init__(self, total: int, quiet: bool) -> None:
        self.total = total
        self.quiet = quiet
        self.done = 0
        self._bar: Bar | None = None
        if not quiet and sys.stderr.isatty():
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A remark about what goes on now."""
        if self._bar:
            self._bar.update(self._task, description=text)
        elif not self.quiet:
            print(f"dmasan: {text}", file=sys.stderr, flush=True)

    def step(self, text: str) -> None:
        """One step is done."""
        self.done += 1
        if self._bar:
            self._bar.update(self._task, completed=self.done, description=text)
        elif not self.quiet:
            print(f"dmasan: [{self.done}/{self.total}] {text}", file=sys.stderr, flush=True)

# SPDX-License-Identifier: Apache-2.0
"""A cross of coverage points: hits per bin, what is missing, and what cannot be reached, with the reason."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Bin = tuple[str, ...]


@dataclass
class Group:
    """`points` are the names of each point's values, in order. `unreachable` gives the reason, "" for a bin that counts."""

    name: str
    points: Mapping[str, tuple[str, ...]]
    unreachable: Callable[[Bin], str] = lambda bin: ""
    hits: Counter[Bin] = field(default_factory=Counter)

    def sample(self, *bin: str) -> None:
        """One hit. Raises ValueError for a value that the point does not have."""
        for (point, values), value in zip(self.points.items(), bin, strict=True):
            if value not in values:
                raise ValueError(f"coverage {self.name}.{point}: {value!r} is none of {', '.join(values)}")
        self.hits[bin] += 1

    def bins(self) -> Iterator[Bin]:
        """Those that count."""
        return (bin for bin in itertools.product(*self.points.values()) if not self.unreachable(bin))

    def missing(self) -> list[Bin]:
        return [bin for bin in self.bins() if not self.hits[bin]]

    def contradictions(self) -> list[Bin]:
        """Bins that were hit although they are listed as unreachable: the list is wrong."""
        return [bin for bin in self.hits if self.unreachable(bin)]

    @property
    def percent(self) -> float:
        total = sum(1 for _ in self.bins())
        return 100.0 * (total - len(self.missing())) / total if total else 100.0

    def reasons(self) -> Counter[str]:
        """How many bins cannot be reached, by reason."""
        every = itertools.product(*self.points.values())
        return Counter(reason for bin in every if (reason := self.unreachable(bin)))

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "points": {point: list(values) for point, values in self.points.items()},
            "hits": [[list(bin), count] for bin, count in sorted(self.hits.items())],
            "missing": [list(bin) for bin in self.missing()],
            "unreachable": dict(self.reasons()),
            "percent": self.percent,
        }

    def merge(self, document: Mapping[str, Any]) -> None:
        """Adds the hits of another run. Raises ValueError if its points differ."""
        points = {point: tuple(values) for point, values in document["points"].items()}
        if points != dict(self.points):
            raise ValueError(f"coverage {self.name}: the points of the two runs differ")
        for bin, count in document["hits"]:
            self.hits[tuple(bin)] += count

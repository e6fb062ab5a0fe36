# SPDX-License-Identifier: Apache-2.0
"""Runs a variant of a case on the behavioural device, and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmasan.config import RunError
from dmasan.corpus.case import Case, Variant, places
from dmasan.events import Site
from dmasan.sanitizer.codes import Code, Effect, State
from dmasan.sanitizer.hazards import Hazard, Incident
from dmasan.soc import Soc

# A machine as small as it can be: the boot is most of a case's time.
SMALL: Mapping[str, Any] = {"ram_mib": 16, "lowmem_mib": 12, "cma_mib": 1, "processes": 1}
_CELL = ("profile", "policy", "era")
_OWNERSHIP = (Code.CPU_WR_OWNED, Code.CPU_RD_OWNED)


@dataclass(frozen=True)
class Outcome:
    """One run of a variant. `expected` is None where nothing may be reported.

    `place_ok` says whether the first hazard points at a line that the case marks; None where none was expected or found.
    The last four are what other checkers would have said: the kernel's DMA API debugging, a check of the ownership of
    streaming mappings, a comparison of the data in a run without hidden moves, and one in this run. `error` is the
    sentence of a run that broke.
    """

    id: str
    variant: str
    profile: str
    policy: str
    era: str
    seed: int
    expected: str | None
    codes: tuple[str, ...]
    flagged: bool
    manifest: bool
    place_ok: bool | None = None
    repair: str | None = None
    repair_verified: bool = False
    because: str = ""
    kernel_sees: bool = False
    ownership_sees: bool = False
    compare_sees: bool = False
    compare_with_moves_sees: bool = False
    error: str | None = None

    @property
    def right_code(self) -> bool:
        return self.flagged and self.codes[0] == self.expected

    @property
    def as_expected(self) -> bool:
        """Flagged with the right code first, or silent; and the run did not break."""
        if self.error is not None:
            return False
        return self.right_code if self.expected is not None else not self.flagged


def world(case: Case, variant: Variant, seed: int = 1, schedule: str = "random", **more: Any) -> Soc:
    """The SoC that a variant runs in. `more` replaces knobs."""
    settings = {**SMALL, **case.knobs, "profile": case.profile, "policy": case.policy, "era": case.era}
    return Soc(seed=seed, schedule=schedule, **{**settings, **variant.settings, **more})


def run(
    case: Case, variant: Variant, seed: int = 1, schedule: str = "random", *, verdict_only: bool = False
) -> Outcome:
    """One run. `verdict_only`: no repair is searched, and no other checker's view is computed."""
    soc = world(case, variant, seed, schedule)
    error = play(soc, variant)
    hazards, incidents = soc.hazards, soc.sanitizer.log.incidents
    first = hazards[0] if hazards else None
    return Outcome(
        id=case.id,
        variant=variant.kind,
        profile=soc.cell.profile,
        policy=soc.kernel.policy.name,
        era=soc.cell.era,
        seed=seed,
        expected=case.code.name if case.code and variant.flagged else None,
        codes=tuple(hazard.code.name for hazard in hazards),
        flagged=bool(hazards),
        manifest=any(hazard.state is State.MANIFEST for hazard in hazards),
        place_ok=_points_right(variant, first) if first is not None and variant.flagged else None,
        repair=first.repair if first is not None and not verdict_only else None,
        repair_verified=first is not None and not verdict_only and first.repair_verified,
        because=first.because or first.copies if first is not None else "",
        kernel_sees=any(incident.kernel_sees for incident in incidents),
        ownership_sees=any(incident.rule in _OWNERSHIP for incident in incidents),
        compare_sees=not verdict_only and _wrong_data(incidents if schedule == "benign" else _benign(case, variant)),
        compare_with_moves_sees=_wrong_data(incidents),
        error=error,
    )


def play(soc: Soc, variant: Variant) -> str | None:
    """Runs the program; a run that breaks is the outcome of a bug, and the sentence of its end."""
    try:
        soc.run(variant.program)
    except RunError as error:
        return str(error)
    return None


def _benign(case: Case, variant: Variant) -> list[Incident]:
    """The incidents of a run without hidden moves."""
    soc = world(case, variant, schedule="benign")
    play(soc, variant)
    return soc.sanitizer.log.incidents


def _wrong_data(incidents: Iterable[Incident]) -> bool:
    """Whether wrong data was read in the run: what a comparison at the end would notice at most."""
    reads = (Effect.STALE_CPU_READ, Effect.STALE_DEVICE_READ)
    return any(each.effect in reads and each.state is State.MANIFEST for each in incidents)


def _points_right(variant: Variant, hazard: Hazard) -> bool:
    """The access, the write whose value is missed, or the access that a consequence names, is a marked line."""
    file, marked = places(variant)
    named: tuple[Site, ...] = (hazard.site, hazard.writer)
    return any(site.line in marked and str(Path(site.file).resolve()) == file for site in named)

# SPDX-License-Identifier: Apache-2.0
"""Which writes a read may return: the relation asked directly, for short sequences on one byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from dmasan.arch.configuration import IDLE, LATEST, RESET, STALE, Config, aged
from dmasan.arch.family import FAMILIES, Family, family_of
from dmasan.arch.profile import PROFILES, find_profile
from dmasan.arch.semantics import OPERATIONS, Outcome, closure
from dmasan.config import UsageError, choose

# Operation names of short sequences. Those without `x` are complete when they return.
NAMES = {
    "WB": "store_wb",
    "NC": "store_nc",
    "rWB": "load_wb",
    "rNC": "load_nc",
    "cl": "issue_clean",
    "iv": "issue_invalidate",
    "ci": "issue_clean_invalidate",
    "clx": "issue_clean",
    "ivx": "issue_invalidate",
    "cix": "issue_clean_invalidate",
    "cl2": "outer_clean",
    "iv2": "outer_invalidate",
    "ci2": "outer_clean_invalidate",
    "osync": "outer_sync",
    "dsb": "dsb",
    "dmb": "dmb",
    "dmbst": "dmb_stores",
    "rmb": "dmb_loads",
    "bell": "doorbell",
    # Cacheable translations: none; of one shareability; of both.
    "um": "alias_dead",
    "mp": "alias_live",
    "mix": "alias_mixed",
    "dr": "dev_read",
    "dw": "dev_write",
    "dwx": "dev_write_posted",
    "db": "dev_write_done",
    "sdr": "snoop_read",
    "sdw": "snoop_write",
    "WT": "store_wt",
    "rWT": "load_wt",
    "walk": "walker_read",
    # Through a Non-shareable translation: own L1 only, complete when they return.
    "cln": "clean_own",
    "ivn": "invalidate_own",
    "cin": "clean_invalidate_own",
    # Of another CPU, complete when they return.
    "oWB": "store_wb_other",
    "oNC": "store_nc_other",
    "orWB": "load_wb_other",
    "orNC": "load_nc_other",
    "ocl": "clean_other",
    "oiv": "invalidate_other",
    "oci": "clean_invalidate_other",
    "ocln": "clean_own_other",
    "oivn": "invalidate_own_other",
    "ocin": "clean_invalidate_own_other",
    # Through another virtual colour.
    "yWB": "store_wb_colour",
    "yrWB": "load_wb_colour",
    "ycl": "issue_clean_colour",
    "yiv": "issue_invalidate_colour",
    "yci": "issue_clean_invalidate_colour",
    "yclx": "issue_clean_colour",
    "yivx": "issue_invalidate_colour",
    "ycix": "issue_clean_invalidate_colour",
}
_COMPLETE = ("cl", "iv", "ci", "ycl", "yiv", "yci")


def may_return(
    ops: Iterable[str], *, profile: str, alias_live: bool = True, shared_override: bool = False
) -> list[frozenset[int]]:
    """The writes whose value each read of `ops` may return, under every schedule.

    `ops` are names of `NAMES`, acting on one byte. The result has one frozenset for each read, in order: positions of
    writes in `ops` (from 1; all operations count), 0 for the initial content. `profile` is a profile (a name or a TOML
    file) or a family of `arch.family`. Operations of an outer cache do nothing where there is none, and
    where virtual colours do not matter all are one. Raises UsageError for an unknown name, and for a single string in the place of `ops`.

    The relation holds one buffered store of a byte for each buffer, and one posted write: a younger one pushes the older out
    or takes its place, and a cacheable store waits for its own CPU's maintenance of the line. While the younger one waits
    a stale value may be read anyway, so whether a read may be wrong is exact; of several wrong values an older one may be
    missing (`NC dmb NC dr`: 0), and likewise once translations cease to differ in shareability (`mix mp`). What another CPU
    does (`o...`) is complete when it returns, and has seen what the first one's DMB or DMB ST ordered before it.
    """
    family = _relation(profile, shared_override)
    ops = _names(ops)
    writes = [0, *(n for n, name in enumerate(ops, 1) if OPERATIONS[NAMES[name]].writes)]
    reads = [n for n, name in enumerate(ops, 1) if OPERATIONS[NAMES[name]].reads]
    found: dict[int, set[int]] = {n: set() for n in reads}
    for followed in writes:
        for n in _reads_of(ops, followed, family, alias_live):
            found[n].add(followed)
    return [frozenset(found[n]) for n in reads]


def _names(ops: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ops, str) or not isinstance(ops, Iterable):
        raise UsageError(f"{ops!r} is no sequence of operation names: write a list, as ['WB', 'cl', 'dr']")
    return tuple(choose("operation", name, NAMES) for name in ops)


def _relation(profile: str, shared_override: bool) -> Family:
    if profile in FAMILIES:
        return family_of(profile, shared_override)
    if not str(profile).endswith(".toml"):
        choose("profile", profile, dict.fromkeys((*PROFILES, *FAMILIES)))
    return find_profile(str(profile)).relation(shared_override)


def _reads_of(ops: Sequence[str], followed: int, family: Family, alias_live: bool) -> set[int]:
    """The reads that may return the value of write `followed`; that value is the only LATEST one."""
    start = RESET._replace(live=int(alias_live))
    configs = _closed(family, (start if followed == 0 else aged(start),))
    returning: set[int] = set()
    for n, name in enumerate(ops, 1):
        value = LATEST if n == followed else STALE
        outcomes = [
            outcome for config in configs for outcome in _outcomes(family, NAMES[name], config, value)
        ]
        if any(returned == LATEST for _, returned in outcomes):
            returning.add(n)
        configs = _closed(family, {after for after, _ in outcomes})
        if name in _COMPLETE:
            colour = name.startswith("y") and family.virtual
            configs = {c for c in configs if (c.other_in_flight if colour else c.in_flight) == IDLE}
    return returning


@cache
def _outcomes(family: Family, name: str, config: Config, value: int) -> tuple[Outcome, ...]:
    operation = OPERATIONS[name]
    return tuple(
        operation.apply(family, config, value) if operation.writes else operation.apply(family, config)
    )


def _closed(family: Family, configs: Iterable[Config]) -> set[Config]:
    return set().union(*(_closure(family, config) for config in configs))


@cache
def _closure(family: Family, config: Config) -> frozenset[Config]:
    return closure(family, (config,))

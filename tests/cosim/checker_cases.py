# SPDX-License-Identifier: Apache-2.0
"""The table of the protocol checker's tests: one injected fault per rule, and legal traffic that looks like a fault."""

from __future__ import annotations

from checker_script import Case, Cycle, ar, aw, b, beats, held, r, request, w

WAIT = 20  # TIMEOUT of the player's checkers, cycles
WRITE: list[Cycle] = [aw(), w()]
PAGE = 0x1000


def _handshakes() -> list[Case]:
    """VALID, STABLE, RESET and the time-out of READY on each channel."""
    before: dict[str, list[Cycle]] = {"AW": [], "W": [aw()], "B": WRITE, "AR": [], "R": [ar()]}
    shown: dict[str, Cycle] = {"AW": aw(), "W": w(), "B": b(), "AR": ar(), "R": r()}
    changes = {
        **{
            x: {"id": 1, "addr": 8, "len": 1, "size": 2, "burst": 0, "lock": 1, "cache": 2}
            for x in ("AW", "AR")
        },
        "W": {"data": 1, "strb": 0x7F, "last": 0},
        "B": {"id": 1, "resp": 2},
        "R": {"id": 1, "data": 1, "resp": 2, "last": 0},
    }
    cases = []
    for x, offer in shown.items():
        for checker in ("axi4", "axil"):
            held_then_gone = [*before[x], *held(offer, 3), {}]
            cases.append(
                Case(f"{x} drops VALID", held_then_gone, {f"{x}_VALID": 1}, checker, at=len(before[x]) + 3)
            )
            late = [*before[x], *held(offer, WAIT + 5), offer]
            cases.append(Case(f"{x} waits", late, {f"{x}_TIMEOUT": 1}, checker, at=len(before[x]) + WAIT))
            in_reset = [*before[x], {"reset": 1}, {"reset": 1, **offer}, {"reset": 1}]
            cases.append(Case(f"{x} in reset", in_reset, {f"{x}_RESET": 1}, checker))
        for name, value in changes[x].items():
            cases.append(_changed(x, before[x], offer, name, value))
    for x in ("AW", "AR"):
        for name in ("prot", "qos", "snoop", "user", "domain"):
            cases.append(_changed(x, before[x], shown[x], name, 1))
    cases.append(_changed("AR", [], ar(), "snoop", 8))
    for x, name in (("AW", "addr"), ("W", "data"), ("B", "resp"), ("AR", "prot"), ("R", "data")):
        cases.append(_changed(x, before[x], shown[x], name, 2, checker="axil"))
    return cases


def _changed(x: str, before: list[Cycle], offer: Cycle, name: str, value: int, checker: str = "axi4") -> Case:
    """The payload changes for one cycle of waiting and back: counted twice."""
    changed = {**offer, f"{x.lower()}{name}": value}
    cycles = [*before, *held(offer, 2), *held(changed), *held(offer), offer]
    return Case(f"{x}{name.upper()} changes", cycles, {f"{x}_STABLE": 2}, checker)


def _requests() -> list[Case]:
    """Each rule of a request, on both address channels."""
    faults: list[tuple[str, dict[str, int]]] = [
        ("BURST", {"burst": 3}),
        ("SIZE", {"size": 4}),
        ("BOUNDARY", {"addr": PAGE - 8, "len": 1}),
        ("BOUNDARY", {"addr": PAGE - 1, "len": 1}),
        ("BOUNDARY", {"addr": 0x808, "len": 255}),
        ("BOUNDARY", {"addr": 0x39FFC, "len": 2, "size": 1}),
        ("LEN", {"burst": 0, "len": 16}),
        ("WRAP_LEN", {"burst": 2, "len": 2}),
        ("WRAP_LEN", {"burst": 2, "len": 0}),
        ("WRAP_LEN", {"burst": 2, "len": 31}),
        ("WRAP_ALIGN", {"burst": 2, "len": 3, "addr": 0x1004}),
        ("CACHE", {"cache": 0b0100, "domain": 3}),
        ("EXCLUSIVE", {"lock": 1, "addr": 0x1004, "size": 3}),
        ("EXCLUSIVE", {"lock": 1, "len": 2}),
        ("EXCLUSIVE", {"lock": 1, "len": 31, "size": 2}),
        ("DOMAIN", {"cache": 0b0000, "domain": 1}),
        ("DOMAIN", {"cache": 0b0001, "domain": 0}),
        ("DOMAIN", {"cache": 0b1111, "domain": 3}),
        ("SNOOP", {"snoop": 2}),
        ("SNOOP", {"snoop": 0, "domain": 1, "burst": 0}),
        ("SNOOP", {"snoop": 0, "domain": 2, "lock": 1}),
    ]
    cases = []
    for x in ("AW", "AR"):
        for rule, fields in faults:
            expected = {f"{x}_{rule}": 1}
            if (
                rule == "CACHE"
            ):  # allocate without modifiable in System: cacheable there, which ACE forbids too
                expected[f"{x}_DOMAIN"] = 1
            cycles = [request(x.lower(), **fields)]
            cases.append(
                Case(f"{x}_{rule} {fields}", cycles, expected, address=fields.get("addr", PAGE), at=0)
            )
    cases += [
        Case("AW_CACHE without ACE", [aw(cache=0b1000)], {"AW_CACHE": 1}, "axi3"),
        Case("AR_CACHE without ACE", [ar(cache=0b1100)], {"AR_CACHE": 1}, "axi3"),
        Case("AXI3 burst of 17", [ar(len=16)], {"AR_LEN": 1}, "axi3"),
        Case("WriteLineUnique in System", [aw(snoop=1)], {"AW_SNOOP": 1}),
        Case("WriteBack from ACE-Lite", [aw(snoop=3, domain=1, cache=15)], {"AW_SNOOP": 1}),
        Case("CleanInvalid in System", [ar(snoop=9)], {"AR_SNOOP": 1}),
        Case("ReadShared from ACE-Lite", [ar(snoop=1, domain=1, cache=15)], {"AR_SNOOP": 1}),
        Case("judged once", [*held(aw(burst=3), 4), aw(burst=3)], {"AW_BURST": 1}),
    ]
    return cases


def _writes() -> list[Case]:
    narrow = aw(0x1000, len=1, size=1)
    return [
        Case("WLAST early", [aw(len=3), *beats(2)], {"W_LAST": 1}, address=PAGE),
        Case("WLAST missing", [aw(len=1), w(last=0), w(last=0)], {"W_LAST": 1}),
        Case(
            "WLAST late",
            [aw(0x2000, len=1), w(last=0), w(last=0), aw(0x3000), w()],
            {"W_LAST": 1},
            address=0x2000,
        ),
        Case("WLAST early, data first", [*beats(2), aw(len=3)], {"W_LAST": 1}),
        Case(
            "strobe below an unaligned start", [aw(0x1003), w(strb=0xFC)], {"W_STRB": 1}, address=0x1003, at=2
        ),
        Case("strobe above a narrow transfer", [aw(0x1000, size=1), w(strb=0x07)], {"W_STRB": 1}),
        Case("strobe in the lanes of the beat before", [narrow, w(0, 0x03), w(1, 0x03)], {"W_STRB": 1}),
        Case(
            "strobe that moves in a FIXED burst",
            [aw(len=1, size=1, burst=0), w(0, 3), w(1, 0xC)],
            {"W_STRB": 1},
        ),
        Case(
            "strobe that does not wrap",
            [aw(0x1006, len=1, size=1, burst=2), w(0, 0xC0), w(1, 3)],
            {"W_STRB": 1},
        ),
        Case("strobe of data ahead of its address", [w(strb=0xFF), aw(0x1001)], {"W_STRB": 1}),
        Case("WID of another burst", [aw(id=1, len=1), w(0, id=1), w(1, id=2)], {"W_INTERLEAVE": 1}, "axi3"),
        Case("data out of order", [aw(id=1), aw(id=2), w(id=2), w(id=1)], {"W_INTERLEAVE": 2}, "axi3"),
        Case("no data", [aw(), *([{}] * (WAIT + 5))], {"W_MISSING": 1}, address=PAGE),
        Case("B without a write", [b()], {"B_ORPHAN": 1}, at=0),
        Case("B with another ID", [aw(id=2), w(), b(id=3)], {"B_ORPHAN": 1}),
        Case("B twice", [*WRITE, b(), b()], {"B_ORPHAN": 1}),
        Case("B before the address", [w(), b()], {"B_ORPHAN": 1}),
        Case("B before the data", [aw(), b(), w()], {"B_EARLY": 1}, address=PAGE, at=1),
        Case("B before WLAST", [aw(0x5000, len=1), w(last=0), b(), w()], {"B_EARLY": 1}, address=0x5000),
        Case("B with WLAST", [aw(), {**w(), **b()}], {"B_EARLY": 1}),
        Case("B before the data of its ID", [aw(id=1), aw(id=2), w(), b(id=2), w()], {"B_EARLY": 1}),
        Case("B waits and is early once", [aw(), *held(b(), 3), b(), w()], {"B_EARLY": 1}),
        Case("EXOKAY on a normal write", [*WRITE, b(resp=1)], {"B_EXOKAY": 1}),
        Case("no B", [*WRITE, *([{}] * (WAIT + 5))], {"B_MISSING": 1}),
        Case("five writes, room for four", [aw()] * 5, {"CAPACITY": 1}, "axi3"),
        Case("nine beats, room for eight", beats(9), {"CAPACITY": 1}, "axi3"),
        Case("lite: B without address", [w(), b()], {"B_ORPHAN": 1}, "axil"),
        Case("lite: B without data", [aw(), b()], {"B_EARLY": 1}, "axil"),
        Case("lite: EXOKAY", [*WRITE, b(resp=1)], {"B_EXOKAY": 1}, "axil"),
        Case("lite: no data", [aw(), *([{}] * (WAIT + 5))], {"W_MISSING": 1}, "axil"),
        Case("lite: no B", [*WRITE, *([{}] * (WAIT + 5))], {"B_MISSING": 1}, "axil"),
    ]


def _reads() -> list[Case]:
    return [
        Case("R without a read", [r()], {"R_ORPHAN": 1}, at=0),
        Case("R with AR", [{**ar(), **r()}], {"R_ORPHAN": 1}),
        Case("R with another ID", [ar(id=4), r(id=5)], {"R_ORPHAN": 1}),
        Case("a beat too many", [ar(len=1), r(last=0), r(), r()], {"R_ORPHAN": 1}),
        Case("RLAST early", [ar(0x7000, len=2), r(last=0), r()], {"R_LAST": 1}, address=0x7000, at=2),
        Case("RLAST missing", [ar(len=1), r(last=0), r(last=0)], {"R_LAST": 1}),
        Case("RLAST of another ID's length", [ar(id=1, len=1), ar(id=2), r(id=1)], {"R_LAST": 1}),
        Case("EXOKAY on a normal read", [ar(), r(resp=1)], {"R_EXOKAY": 1}),
        Case("no R", [ar(), *([{}] * (WAIT + 5))], {"R_MISSING": 1}),
        Case("R stops", [ar(len=1), r(last=0), *([{}] * (WAIT + 5))], {"R_MISSING": 1}),
        Case("five reads, room for four", [ar()] * 5, {"CAPACITY": 1}, "axi3"),
        Case("lite: R without a read", [r()], {"R_ORPHAN": 1}, "axil"),
        Case("lite: EXOKAY", [ar(), r(resp=1)], {"R_EXOKAY": 1}, "axil"),
        Case("lite: no R", [ar(), *([{}] * (WAIT + 5))], {"R_MISSING": 1}, "axil"),
    ]


def _legal() -> list[Case]:
    page_end: list[tuple[str, dict[str, int]]] = [
        ("last byte of a page", {"addr": PAGE - 1}),
        ("unaligned burst to the last byte of a page", {"addr": 0xF81, "len": 15}),
        ("whole page of 16-bit transfers", {"addr": 0xE01, "len": 255, "size": 1}),
        ("WRAP at the end of a page", {"addr": PAGE - 8, "len": 3, "burst": 2}),
        ("FIXED at the end of a page", {"addr": PAGE - 3, "len": 15, "burst": 0}),
    ]
    attributes: list[tuple[str, dict[str, int]]] = [
        ("Device", {"cache": 1}),
        ("non-cacheable, non-shareable", {"cache": 2, "domain": 0}),
        ("write-back, inner", {"cache": 15, "domain": 1}),
        ("write-through, outer", {"cache": 0b0110, "domain": 2}),
        ("exclusive of 128 bytes", {"lock": 1, "len": 15, "addr": 0x1080}),
    ]
    cases = [
        Case(f"{x}: {name}", [request(x, **fields)])
        for x in ("aw", "ar")
        for name, fields in (*page_end, *attributes)
    ]
    ids = [ar(id=1, len=1), ar(id=2, len=1), ar(id=3)]
    cases += [
        Case("two AWs ahead of W", [aw(id=1, len=1), aw(id=2), *beats(2), *beats(1), b(1), b(2)]),
        Case("eight AWs ahead of W", [*([aw(len=3)] * 8), *([*beats(4), b()] * 8)]),
        Case("W ahead of AW", [*beats(4), aw(len=3), b()]),
        Case("two bursts ahead of AW", [*beats(2), *beats(3), aw(id=7, len=1), b(7), aw(id=8, len=2), b(8)]),
        Case("W with AW", [{**aw(), **w()}, b(), {**aw(len=1), **w(last=0)}, w(), b()]),
        Case("W waits, AW comes, B follows", [*held(w(), 3), {**w(), **aw()}, b()]),
        Case("B of different IDs out of order", [aw(id=1), aw(id=2), w(), w(), b(2), b(1)]),
        Case("R of different IDs out of order", [*ids, r(id=3), r(0, 2), r(id=2), r(0, 1), r(id=1)]),
        Case("R of different IDs interleaved", [*ids, r(0, 1), r(0, 2), r(id=1), r(id=3), r(id=2)]),
        Case("longest burst", [aw(0x2000, len=255), *beats(256), b()]),
        Case("no strobes", [aw(len=1), w(0, 0), w(1, 0), b()]),
        Case("strobes of an unaligned start", [aw(0x1003, len=1), w(0, 0xF8), w(1, 0x01), b()]),
        Case(
            "strobes of a narrow burst", [aw(0x1005, len=2, size=1), w(0, 0x20), w(0, 0xC0), w(1, 0x03), b()]
        ),
        Case("strobes of a FIXED burst", [aw(0x1005, len=1, size=1, burst=0), w(0, 0x20), w(1, 0x20), b()]),
        Case("strobes of a WRAP burst", [aw(0x1006, len=1, size=1, burst=2), w(0, 0xC0), w(1, 0x30), b()]),
        Case("exclusive pair", [ar(lock=1), r(resp=1), aw(lock=1), w(), b(resp=1)]),
        Case("exclusive pair that fails", [ar(lock=1), r(resp=0), aw(lock=1), w(), b(resp=0)]),
        Case("errors on every beat", [ar(len=1), r(0, resp=2), r(1, resp=3), *WRITE, b(resp=3)]),
        Case(
            "READY within the limit", [*held(aw(), WAIT), aw(), *held(w(), WAIT), w(), *held(b(), WAIT), b()]
        ),
        Case("back to back", [aw(0x100), aw(0x200), {**w(), **ar(8)}, {**w(data=5), **r(data=7)}, b(), b()]),
        Case(
            "VALID at the first edge of a reset",
            [{"reset": 1, **aw(), **w(), **ar()}, {"reset": 1}, {"reset": 1}],
        ),
        Case(
            "a reset forgets what was open", [aw(id=3), ar(), *([{"reset": 1}] * 3), {}, aw(id=4), w(), b(4)]
        ),
        Case("WriteLineUnique", [aw(snoop=1, domain=1, cache=15, len=7), *beats(8), b()]),
        Case("CleanInvalid", [ar(snoop=9, domain=2, cache=15, len=7)]),
        Case("AXI3: IDs in order", [aw(id=1, len=1), aw(id=2), w(0, id=1), w(id=1), w(id=2)], checker="axi3"),
        Case("lite: W ahead of AW", [w(), aw(4), b(), aw(8), w(strb=1), b(resp=3)], checker="axil"),
        Case("lite: two reads", [ar(), ar(4), r(), r(resp=2)], checker="axil"),
    ]
    return [Case(f"legal: {case.name}", case.cycles, checker=case.checker) for case in cases]


CASES = [*_handshakes(), *_requests(), *_writes(), *_reads(), *_legal()]

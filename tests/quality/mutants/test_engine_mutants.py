# SPDX-License-Identifier: Apache-2.0
"""Standing mutants of the engine: its directed or random tests notice every one.

All mutants are in one executable; +mutant=N chooses the one that is alive, 0 none.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from cocotbext.dmasan import hdl

sys.path.insert(0, str(Path(__file__).parents[3]))

from bench._engine_bench import build

pytestmark = [pytest.mark.deep, pytest.mark.cosim, pytest.mark.timeout(900)]
WIDTH = 64
TESTS = (("directed",), ("random", "1500", "1"), ("scenarios",))


@dataclass(frozen=True)
class EngineMutant:
    """The expression `right`, found exactly once in `file`, becomes `wrong`."""

    name: str
    file: str
    right: str
    wrong: str


MUTANTS = (
    EngineMutant("an error takes the waiting beat along", "dma_align", "((shape.op == OP_SINK || preload) && !(need && bad))", "(shape.op == OP_SINK || preload)"),
    EngineMutant("a byte too much is masked", "dma_align", "SH'(B - 1) - tail", "SH'(B - 1) - tail + 1'b1"),
    EngineMutant("an error on the last beat is not seen", "dma_rd", "!head.phantom && r_resp[1]", "!head.phantom && r_resp[1] && !r_last"),
    EngineMutant("credit for one beat too many", "dma_rd", "space >= beats", "space + 1'b1 >= beats"),
    EngineMutant("zero strobes count as written", "dma_wr", "b_data && sent.good && !b_resp[1]", "b_data && !b_resp[1]"),
    EngineMutant("a page is 8 KiB", "dma_split", "to_page[CHUNK_W-1:0]", "n"),
    EngineMutant("the first line's phase is not checked", "dma_fetch", "phase == lap", "1'b0"),
    EngineMutant("the second line's phase is not checked", "dma_fetch", "attr[11] == lap", "1'b0"),
    EngineMutant("the ring is one longer", "dma_fetch", "index + 1'b1 == cfg.ring_len", "index == cfg.ring_len"),
    EngineMutant("the last row may leave memory", "dma_fetch", "far < 0", "1'b0"),
    EngineMutant("status before the last bytes", "dma_desc", "residue[ret] == 0 && !wb_failed", "residue[ret] < 9 && !wb_failed"),
    EngineMutant("bytes behind an error count", "dma_desc", "!(err_valid && kind == ERR_WR)", "1'b1"),
    EngineMutant("a row ends with a chunk of nothing", "dma_sched", "left <= 32'(room_page)", "left < 32'(room_page)"),
    EngineMutant("writes to a busy channel are not counted", "dma_regs", "job_register && s.busy", "1'b0"),
    EngineMutant("a read more than OUT_LIMIT", "dma_rd", "out_ch[s_side.tag.ch[CHW-1:0]] < 7'(s_side.limit)", "out_ch[s_side.tag.ch[CHW-1:0]] <= 7'(s_side.limit)"),
    EngineMutant("a write more than OUT_LIMIT", "dma_wr", "out_ch[s_side.tag.ch[CHW-1:0]] < 7'(s_side.limit)", "out_ch[s_side.tag.ch[CHW-1:0]] <= 7'(s_side.limit)"),
    EngineMutant("an interrupt one completion late", "dma_regs", "9'(waiting) + 9'd1 >= 9'(threshold)", "9'(waiting) >= 9'(threshold)"),
    EngineMutant("soft reset does not wait for idle", "dma_top", "soft_reset && idle", "soft_reset"),
    EngineMutant("an address before its data", "dma_wr", "ahead >= signed'(AHEAD_W'(s_bytes))", "ahead > 0"),
    EngineMutant("an address of a fill before its turn", "dma_wr", "ahead >= signed'(AHEAD_W'(s_bytes))", "!s_side.counted || !(ahead < signed'(AHEAD_W'(s_bytes)))"),
    EngineMutant("addresses dropped by an abort count for others", "dma_wr", "ahead >= signed'(AHEAD_W'(s_bytes))", "ahead[15:0] >= 16'(s_bytes)"),
    EngineMutant("the counter of read stalls counts beats", "dma_pmu", "out_rd != 0 && !r_beat", "out_rd != 0"),
    EngineMutant("the pulse of the interrupt lasts", "dma_top", "irq && !irq_q", "irq"),
    EngineMutant("a response shows the descriptor of the data", "dma_wr", "sent.tag.index", "head.tag.index"),
)  # fmt: skip


def planted(rtl: Path) -> None:
    """Puts all mutants into a copy of rtl/. Raises ValueError where the engine no longer reads as one expects."""
    for number, mutant in enumerate(MUTANTS, 1):
        path = rtl / f"{mutant.file}.sv"
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.right) != 1:
            raise ValueError(f"{mutant.name}: {path.name} has {text.count(mutant.right)} places that read {mutant.right!r}")
        both = f"(dma_pkg::mutant == {number} ? ({mutant.wrong}) : ({mutant.right}))"
        path.write_text(text.replace(mutant.right, both), encoding="utf-8")
    top = rtl / "dma_top.sv"
    text = top.read_text(encoding="utf-8")
    choice = '    initial if ($value$plusargs("mutant=%d", dma_pkg::mutant) == 0) dma_pkg::mutant = 0;\nendmodule'
    top.write_text(text.replace("endmodule", choice), encoding="utf-8")
    package = rtl / "dma_pkg.sv"
    text = package.read_text(encoding="utf-8")
    package.write_text(text.replace("endpackage", "    int mutant;\nendpackage"), encoding="utf-8")


@pytest.fixture(scope="module")
def executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rtl = Path(shutil.copytree(hdl.rtl(), tmp_path_factory.mktemp("mutants") / "rtl"))
    planted(rtl)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hdl, "rtl", lambda: rtl)
        return build(WIDTH, ("-Wno-fatal",))


def noticed(executable: Path, number: int) -> bool:
    for test in TESTS:
        done = subprocess.run([executable, f"+mutant={number}", *test], capture_output=True, timeout=300)
        if done.returncode != 0:
            return True
    return False


def test_the_engine_without_a_mutant_passes(executable: Path) -> None:
    assert not noticed(executable, 0)


@pytest.mark.parametrize("number", range(1, len(MUTANTS) + 1), ids=[m.name.replace(" ", "-") for m in MUTANTS])
def test_mutant_of_the_engine_is_noticed(executable: Path, number: int) -> None:
    assert noticed(executable, number), f"survivor: {MUTANTS[number - 1].name}"

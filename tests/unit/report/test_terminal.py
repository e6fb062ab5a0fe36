# SPDX-License-Identifier: Apache-2.0
"""The table and the hazards, as text in files, pipes and terminals."""

from __future__ import annotations

import io
from typing import TextIO

import pytest
import report_samples as samples
from rich.console import Console

from dmasan.report import table
from dmasan.report.terminal import print_run
from dmasan.sanitizer import Code, Effect, State


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(file: TextIO, monkeypatch: pytest.MonkeyPatch, columns: int = 120) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    table.print_comparison(samples.comparison(), table.console(file))
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_the_table_has_a_line_for_each_row_and_fits_120_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(io.StringIO(), monkeypatch, 40)
    assert max(map(len, text.splitlines())) <= 120
    assert all(line == line.rstrip() for line in text.splitlines())
    (remap,) = (line for line in text.splitlines() if line.startswith("remap_in_place"))
    assert remap.split() == [
        *("remap_in_place", "off", "manifest", "MISSING_CLEAN", "12+3", "405,900"),
        *("1,248", "12", "60", "8", "624", "126,843", "126,843", "1,240", "16", "MiB"),
    ]
    assert "DIRTY_OVER_DMA 2+1" in text
    assert "n/a: highmem_only: there is no highmem" in text


def test_no_escape_sequence_off_a_terminal_nor_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "\x1b" not in printed(io.StringIO(), monkeypatch)
    assert "\x1b[" in printed(Terminal(), monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(Terminal(), monkeypatch)


def test_a_narrow_terminal_gets_two_tables_without_a_cut_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(Terminal(), monkeypatch, 90)
    assert text.count("policy ") == 2
    assert "…" not in text
    assert printed(Terminal(), monkeypatch, 120).count("policy ") == 1


def describe(*hazards: object, limit: int = 20) -> str:
    out = io.StringIO()
    print_run(samples.run(*hazards), Console(file=out, width=400, color_system=None), limit)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_hazard_names_code_bytes_writer_policy_step_and_time() -> None:
    text = describe(samples.hazard())
    assert (
        "manifest[MISSING_CLEAN]: the device read a value that is not the latest: source, bytes 16 to 79"
        in text
    )
    assert (
        "report_samples.py:1  (what should be read was written here)\n     1 | # SPDX-License-Identifier"
        in text
    )
    assert "report_samples.py:3  (the access happens here)" in text
    assert "copies: L2 dirty stale, memory latest" in text
    assert "culprit: policy double_map, step: zero through the linear map" in text
    assert "cache lines: 0x81000000 to 0x81000040" in text
    assert "because: no clean comes between the store and the read" in text
    assert "repair: insert dma_sync_single_for_device(...)\n" in text
    assert "consequence: [MISSING_INV] the CPU may read a value that is not the latest, at " in text
    assert "time: 1,234 ns" in text


def test_a_latent_hazard_says_may() -> None:
    assert "latent[MISSING_CLEAN]: the device may read" in describe(samples.hazard(1, State.LATENT))


def test_a_broken_rule_is_told_once() -> None:
    hazard = samples.hazard(1, State.LATENT)
    hazard.effect, hazard.code = Effect.CONTRACT, Code.CPU_WR_OWNED
    hazard.copies = hazard.because = "CPU store to a buffer that the device owns"
    text = describe(hazard)
    assert text.count("CPU store to a buffer that the device owns") == 1
    assert "latent[CPU_WR_OWNED]: CPU store to a buffer that the device owns: source, bytes 16 to 79" in text
    assert "copies:" not in text


def test_a_writer_whose_file_is_gone_is_named_by_its_place() -> None:
    text = describe(samples.hazard(writer=samples.Site("/no/such/[bold]file.py", 12)))
    assert "/no/such/[bold]file.py:12" in text


def test_many_hazards_are_counted_and_the_first_are_told() -> None:
    text = describe(*(samples.hazard(number, State.LATENT) for number in range(1, 8)), limit=2)
    assert text.count("latent[") == 2
    assert "and 5 more hazards" in text
    assert text.splitlines()[-1].startswith("latent: frame under double_map")
    assert text.splitlines()[-1].endswith("7 hazards, 0 of them manifest.")


def test_a_clean_run_is_one_sentence_after_its_notes() -> None:
    assert describe().splitlines() == [
        "note: a note",
        "clean: frame under double_map on cortex-a9-pl310, v6.19, schedule adversarial: no hazard under any schedule.",
    ]


def test_a_reader_that_leaves_does_not_end_the_process_as_if_there_were_hazards() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        table.console(Gone()).print("words")

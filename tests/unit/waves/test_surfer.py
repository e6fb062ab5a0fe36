# SPDX-License-Identifier: Apache-2.0
"""The command file for Surfer, carried out as Surfer does: its grammar (command_parser.rs, batch_commands.rs) and the rule of
its focus (insert_item of wave_data.rs), read in the sources of 0.3 to 0.7. The program itself is not to be had from Debian."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cocotbext.dmasan.waves import savefile
from cocotbext.dmasan.waves.plan import Plan

COMMANDS = {  # what each takes, of those that Surfer has and a save file has a use for
    "divider_add": r"\S.*",
    "variable_add": r"[\w.]+",
    "item_focus": r"[a-p]+(_.*)?",
    "item_unfocus": "",
    "item_set_format": "Hexadecimal|Bit|ASCII|Binary|Unsigned|Signed|Octal",
    "marker_set": r"(\S+) (\d+)",
    "cursor_set": r"\d+",
    "goto_cursor": "",
    "zoom_fit": "",
}


@dataclass
class Item:
    kind: str
    name: str
    form: str = ""


@dataclass
class Viewer:
    """What Surfer shows after a command file."""

    items: list[Item] = field(default_factory=list)
    focus: int | None = None
    markers: dict[str, int] = field(default_factory=dict)
    cursor: int | None = None

    def do(self, name: str, words: re.Match[str]) -> None:
        argument = words[0]
        if name in ("divider_add", "variable_add"):
            self.insert(Item(name.removesuffix("_add"), argument))
        elif name == "item_focus":
            self.focus = int(argument.split("_")[0].translate(str.maketrans("abcdefghijklmnop", "0123456789abcdef")), 16)
            assert self.focus < len(self.items)
        elif name == "item_unfocus":
            self.focus = None
        elif name == "item_set_format" and self.focus is not None and self.items[self.focus].kind == "variable":
            self.items[self.focus].form = argument
        elif name == "marker_set":
            self.markers[words[1]] = int(words[2])
        elif name == "cursor_set":
            self.cursor = int(argument)

    def insert(self, item: Item) -> None:
        """After the one in focus, which the new one takes; without one, at the end."""
        at = len(self.items) if self.focus is None else self.focus + 1
        self.items.insert(at, item)
        self.focus = None if self.focus is None else at


def commands(text: str) -> Iterator[str]:
    """A `#` begins a comment, a `;` ends a command."""
    for line in text.splitlines():
        yield from (each.strip() for each in line.strip().split("#")[0].split(";") if each.strip())


def shown(text: str) -> Viewer:
    viewer = Viewer()
    for each in commands(text):
        name, _, rest = each.partition(" ")
        assert name in COMMANDS, each
        words = re.fullmatch(COMMANDS[name], rest.strip())
        assert words, each
        viewer.do(name, words)
    return viewer


PLAN = Plan(((0x80000040, "watched"), (0x81900000, "hazard 1: rx #2; a ring")))
MARKS = [(1200.5, 2), (3400.0, 1)]
FORMS = {"hex": "Hexadecimal", "bin": "Bit", "ascii": "ASCII"}


def test_every_row_has_its_place_and_its_format() -> None:
    groups = savefile.groups(PLAN, 2)
    viewer = shown(savefile.surfer(groups, MARKS))
    told = [(row.name, FORMS[row.form]) for group in groups for row in group.rows]
    assert [(each.name, each.form) for each in viewer.items if each.kind == "variable"] == told
    dividers = [each.name for each in viewer.items if each.kind == "divider"]
    assert len(dividers) == len(groups)
    assert [each.name for each in viewer.items][:3] == [groups[0].title, told[0][0], told[1][0]]


def test_a_buffer_of_any_name_is_one_divider() -> None:
    viewer = shown(savefile.surfer(savefile.groups(PLAN, 1), MARKS))
    assert "line 0x81900000 (hazard 1: rx 2 a ring)" in [each.name for each in viewer.items]


def test_a_marker_stands_at_each_hazard_and_the_cursor_at_the_first() -> None:
    viewer = shown(savefile.surfer(savefile.groups(PLAN, 1), MARKS))
    assert viewer.markers == {"hazard_2": 1_200_500, "hazard_1": 3_400_000}
    assert viewer.cursor == 1_200_500


def test_a_run_without_hazards_has_no_marker_and_many_have_what_surfer_can_count() -> None:
    groups = savefile.groups(PLAN, 1)
    assert shown(savefile.surfer(groups, [])).markers == {}
    many = shown(savefile.surfer(groups, [(float(n), n) for n in range(1000)]))
    assert len(many.markers) == 200 and many.focus is None

# SPDX-License-Identifier: Apache-2.0
from xml.etree import ElementTree

import pytest

from dmasan.report.svg import Line, number, plot

NAMESPACE = {"s": "http://www.w3.org/2000/svg"}


def test_a_plot_has_a_mark_for_each_point_and_a_name_for_each_line() -> None:
    text = plot("cost & size", "bytes", "ns", [Line("a<b", [(1, 10), (10, 100), (100, 0)]), Line("c", [(1, 5)])])
    picture = ElementTree.fromstring(text)
    assert len(picture.findall("s:circle", NAMESPACE)) == 3  # a logarithm has no place for 0
    words = [each.text for each in picture.findall("s:text", NAMESPACE)]
    assert {"cost & size", "bytes", "ns", "a<b", "c"} <= set(words)
    first, second, *_ = picture.findall("s:circle", NAMESPACE)
    assert float(first.get("cx")) < float(second.get("cx")) and float(first.get("cy")) > float(second.get("cy"))


def test_nothing_to_draw_is_said() -> None:
    assert "nothing to draw" in plot("empty", "x", "y", [Line("a", [(0, 0)])])


def test_a_plain_axis_begins_at_zero() -> None:
    text = plot("lowmem", "MiB", "MiB", [Line("a", [(256, 256), (2048, 768)])], log_x=False, log_y=False)
    assert ">0</text>" in text


@pytest.mark.parametrize(
    ("value", "text"), [(4096, "4Ki"), (1 << 20, "1Mi"), (1536, "1536"), (0.25, "0.25"), (1_234_567, "1.23M"), (640, "640")]
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text

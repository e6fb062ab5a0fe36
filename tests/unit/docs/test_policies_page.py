# SPDX-License-Identifier: Apache-2.0
"""The page on policies names each of them."""

from pathlib import Path

from dmasan.linux import POLICIES

PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text()


def test_every_policy_is_in_every_table() -> None:
    first, exposed, costs = (part for part in PAGE.split("\n## ") if "| policy |" in part)
    for table in (first, exposed, costs):
        rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        named = {name.strip(" `") for row in rows for name in row.split(",")}
        assert named == set(POLICIES)

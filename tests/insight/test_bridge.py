from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from listening.codebook import Codebook
from listening.errors import CodebookError
from listening.insight.bridge import Bridge, build_bridge
from listening.insight.intervals import net_interval, wilson

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
CODES = {A: (), "effort.file": (A,), "effort.site": (B,), "prix.tout": (C, D), "prix.neuf": ()}


@pytest.fixture
def built(frames: Any, codebook: Codebook, revised: Revised) -> Callable[..., Bridge]:
    """Build a bridge from the places that carry each code before and now, of so many verbatims with these facts."""

    def build(
        before: dict[str, range], now: dict[str, range], size: int = 100, codes: Any = CODES, **facts: list[Any]
    ) -> Bridge:
        rows = [{name: values[place] for name, values in facts.items()} for place in range(size)]

        def tagged(held: dict[str, range]) -> Any:
            return frames(rows, [{"id": f"v{place:03}", "code": code} for code, at in held.items() for place in at])

        return build_bridge(tagged(before), tagged(now), codebook, revised(codes))

    return build


def line(bridge: Bridge, name: str, value: str = "ensemble") -> Any:
    """Give the line of a net, or of the family that holds a code."""
    table = bridge.lines[bridge.lines["value"] == value]
    (found,) = [row for row in table.to_dict("records") if name in (*row["old"], *row["new"])]
    return found


def test_bridge_counts_a_merge_once_and_compares_the_same_verbatims(built: Callable[..., Bridge]) -> None:
    row = line(built({C: range(0, 20), D: range(10, 30)}, {"prix.tout": range(5, 35)}), "prix.tout")
    assert (row["kind"], row["old"], row["new"], row["level"]) == ("merged", (C, D), ("prix.tout",), "code")
    assert (row["count_old"], row["count_new"], row["both"], row["base"]) == (30, 30, 25, 100)
    assert row["change"] == pytest.approx(0)
    assert row["overlap"] == pytest.approx(25 / 35)


def test_bridge_compares_a_split_code_with_its_parts_together(built: Callable[..., Bridge]) -> None:
    bridge = built({A: range(40)}, {A: range(0, 20), "effort.file": range(15, 50)})
    row = line(bridge, A)
    assert (row["count_old"], row["count_new"], row["both"]) == (40, 50, 40)
    assert bridge.parts[["old", "new", "count_old", "count_new", "both"]].to_numpy().tolist() == [
        [A, A, 40, 20, 20],
        [A, "effort.file", 40, 35, 25],
        [C, "prix.tout", 0, 0, 0],
        [D, "prix.tout", 0, 0, 0],
    ]
    assert bridge.parts["kept"].head(2).tolist() == [0.5, 0.625]


def test_bridge_intervals_are_those_of_paired_shares(built: Callable[..., Bridge]) -> None:
    row = line(built({B: range(0, 30)}, {"effort.site": range(20, 60)}), "effort.site")
    assert row["change"] == pytest.approx(0.1)
    expected = net_interval(np.array(0.3), np.array(0.2), np.array(100.0))
    assert (row["change_low"], row["change_high"]) == pytest.approx(tuple(map(float, expected)))
    low, high = wilson(np.array(10 / 60), np.array(60.0))
    assert (row["overlap_low"], row["overlap_high"]) == pytest.approx((float(low), float(high)))


def test_bridge_weighs_verbatims(built: Callable[..., Bridge]) -> None:
    row = line(built({B: range(0, 1)}, {"effort.site": range(0, 2)}, 4, weight=[3, 1, 1, 1]), "effort.site")
    assert (row["share_old"], row["share_new"], row["overlap"]) == pytest.approx((0.5, 4 / 6, 0.75))
    assert row["effective_base"] == pytest.approx(36 / 12)


def test_bridge_of_a_new_or_removed_code_has_one_end_only(built: Callable[..., Bridge]) -> None:
    bridge = built({A: range(5)}, {"prix.neuf": range(9)}, codes=CODES | {"effort.site": ()})
    new, gone = line(bridge, "prix.neuf"), line(bridge, B)
    assert (new["kind"], new["count_new"], gone["kind"], gone["count_old"]) == ("added", 9, "removed", 0)
    for row, missing in ((new, "old"), (gone, "new")):
        assert all(pd.isna(row[name]) for name in (f"count_{missing}", f"share_{missing}", "change", "overlap", "both"))


def test_bridge_counts_a_net_once_whatever_its_codes(built: Callable[..., Bridge]) -> None:
    bridge = built({A: range(10), B: range(5, 15)}, {"effort.site": range(12)})
    row = line(bridge, "effort")
    assert (row["level"], row["label"], row["count_old"], row["count_new"]) == ("net", "Effort", 15, 12)
    whole = bridge.lines[bridge.lines["dimension"] == "ensemble"]
    assert whole["level"].tolist() == ["net", "code", "code", "net", "code", "code"]


def test_bridge_by_wave(built: Callable[..., Bridge]) -> None:
    waves = ["été"] * 50 + ["hiver"] * 40 + [None] * 10
    bridge = built({B: range(0, 60)}, {"effort.site": range(25, 100)}, wave=waves)
    assert (line(bridge, B, "été")["count_old"], line(bridge, B, "été")["count_new"]) == (50, 25)
    assert (line(bridge, B, "hiver")["base"], line(bridge, B, "hiver")["both"]) == (40, 10)
    assert set(bridge.lines["dimension"]) == {"ensemble", "wave"}


def test_bridge_keeps_verbatims_read_under_both_and_counts_the_others(
    frames: Any, codebook: Codebook, revised: Revised
) -> None:
    (verbatims, tags), new = frames([{}] * 5, [{"id": "v000", "code": B}, {"id": "v004", "code": B}]), revised(CODES)
    found = build_bridge((verbatims.head(3), tags), (verbatims.tail(4), tags.head(0)), codebook, new)
    assert found.base == 2
    assert line(found, B)["count_old"] == 0
    assert found.left_out == {"lus sous essai@1 seulement": 1, "lus sous essai@2 seulement": 2}


def test_bridge_of_nothing_is_empty_and_complete(built: Callable[..., Bridge]) -> None:
    bridge = built({}, {}, 0)
    assert (bridge.base, bridge.first, len(bridge.lines)) == (0, None, 6)
    assert bridge.lines["change"].isna().all()


def test_bridge_refuses_tags_of_another_version(built: Callable[..., Bridge]) -> None:
    with pytest.raises(CodebookError, match=r"codes absents de essai@2 : prix\.niveau"):
        built({}, {C: range(3)})


def test_bridge_order_of_rows_changes_nothing(frames: Any, codebook: Codebook, revised: Revised) -> None:
    given = frames(
        [{"weight": 1 + place} for place in range(9)], [{"id": "v003", "code": B}, {"id": "v001", "code": C}]
    )
    turned = tuple(frame.iloc[::-1] for frame in given)
    new = revised({A: (), B: (), C: (), D: ()})
    one, other = (build_bridge(ends, given, codebook, new) for ends in (given, turned))
    pd.testing.assert_frame_equal(one.lines, other.lines)

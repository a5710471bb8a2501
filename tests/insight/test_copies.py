from typing import Any

import numpy as np
import pandas as pd
import pytest

from listening.insight.copies import COLUMNS, copy_table, shares_once


def test_copy_table_counts_copies_authors_and_sources_and_dates_them(frames: Any) -> None:
    days = pd.to_datetime(["2026-01-01", "2026-01-03", "2026-01-02", "2026-01-01"], utc=True)
    verbatims, _ = frames([{"created_at": day, "source": source} for day, source in zip(days, "abab", strict=True)])
    held = verbatims.assign(copy_of=[None, "v000", "v000", None], author=["x", None, "x", "y"])
    (row,) = copy_table(held).to_dict("records")
    assert [row[name] for name in ("id", "copies", "authors", "sources")] == ["v000", 2, 1, 2]
    assert (row["first"], row["last"]) == (days[0], days[1])


def test_copy_table_most_repeated_first_then_earliest(frames: Any) -> None:
    verbatims, _ = frames([{"created_at": pd.Timestamp(2026, 3, 9 - rank, tz="UTC")} for rank in range(7)])
    copies = copy_table(verbatims.assign(copy_of=[None, "v000", None, "v002", None, "v004", "v004"]))
    assert copies["id"].tolist() == ["v004", "v002", "v000"]


def test_copy_table_of_a_part_keeps_copies_whose_original_is_left_out(frames: Any) -> None:
    verbatims, _ = frames([{"text": "la copie"}, {"text": "une autre"}])
    (row,) = copy_table(verbatims.assign(copy_of=["ailleurs", "ailleurs"])).to_dict("records")
    assert (row["id"], row["text"], row["copies"]) == ("ailleurs", "la copie", 2)


@pytest.mark.parametrize("copy_of", [None, [None, None]])
def test_copy_table_of_no_copy_is_empty(frames: Any, copy_of: list[None] | None) -> None:
    verbatims, _ = frames([{}, {}])
    table = copy_table(verbatims if copy_of is None else verbatims.assign(copy_of=copy_of))
    assert (table.columns.tolist(), len(table)) == (COLUMNS, 0)


def test_shares_once_leave_copies_out_and_weigh_the_rest(frames: Any) -> None:
    verbatims, _ = frames([{"sentiment": name} for name in ("negatif", "negatif", "positif")])
    once = shares_once(verbatims.assign(copy_of=[None, "v000", None]), np.array([3.0, 9.0, 1.0]))
    assert once == {"negatif": 0.75, "neutre": 0.0, "positif": 0.25}


def test_shares_once_of_nothing_are_zero(frames: Any) -> None:
    verbatims, _ = frames([])
    assert set(shares_once(verbatims, np.array([])).values()) == {0.0}

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.errors import FormatError
from listening.sources.local_dates import iso, settled_order


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["02/03/2026", "25/03/2026"], "jour-mois"),
        (["02/03/2026", "03/25/2026 10:00:00 AM"], "mois-jour"),
        (["2026/01/05 10:00:00", "", "hier", "05/05/2026"], "jour-mois"),
        ([], "jour-mois"),
    ],
)
@pytest.mark.parametrize("french", [True, False])
def test_settled_order_believes_the_first_date_that_can_tell(dates, expected, french):
    assert settled_order(dates, file="avis.csv", french=french) == expected


def test_settled_order_asks_when_no_date_can_tell():
    assert settled_order(["02/03/2026"], file="avis.csv", french=True) == "jour-mois"
    with pytest.raises(FormatError, match="date_order: mois-jour"):
        settled_order(["02/03/2026"], file="avis.csv", french=False)


@pytest.mark.parametrize(
    "text", ["5 janvier 2026", "05/01/26", "2026/05/01 13:00 PM XX", "2026-05/01", "", "2026/05/01 10:00 EST+2"]
)
def test_iso_leaves_what_it_does_not_know(text):
    assert iso(text, "jour-mois") == text


@given(st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1)), st.sampled_from(["jour-mois", "mois-jour"]))
def test_iso_reads_what_is_written_in_either_order(when, order):
    form = "%d/%m/%Y %H:%M:%S" if order == "jour-mois" else "%m/%d/%Y %I:%M:%S %p"
    assert datetime.fromisoformat(iso(when.strftime(form), order)) == when.replace(microsecond=0)

from io import StringIO

import pandas as pd
from rich.console import Console

from listening.codebook import Codebook
from listening.report.audited import print_audited

ROW = {"key": "prix.niveau", "model": 0.3, "share": 0.2, "low": 0.15, "high": 0.25, "base": 80, "drawn": 100}
ROW |= {"effective_base": 64.0, "fragile": False, "differs": True}


def printed(row: dict[str, object], codebook: Codebook) -> str:
    console = Console(file=StringIO(), width=120)
    print_audited(pd.DataFrame([row]), codebook, console)
    return console.file.getvalue().replace("\xa0", " ")  # type: ignore[attr-defined]


def test_print_audited_shows_shares_side_by_side(codebook: Codebook) -> None:
    text = printed(ROW, codebook)
    assert "100 verbatims tirés au hasard, 80 relus (base effective 64)" in text
    (line,) = [line.split() for line in text.splitlines() if "Prix" in line]
    assert " ".join(line) == "Prix 30,0 % 20,0 % [15,0 ; 25,0] hors"
    assert "à ne pas signer" not in text
    assert "à ne pas signer" in printed(ROW | {"fragile": True}, codebook)


def test_print_audited_says_when_nothing_was_read(codebook: Codebook) -> None:
    assert "Aucune part ne peut être corrigée" in printed(ROW | {"base": 0}, codebook)

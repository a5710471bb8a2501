from io import StringIO

import pandas as pd
from rich.console import Console

from listening.codebook import Codebook
from listening.report.audited import print_audited

ROW = {"key": "prix.niveau", "model": 0.3, "share": 0.2, "low": 0.15, "high": 0.25, "base": 80, "drawn": 100}
ROW |= {"effective_base": 64.0, "fragile": False, "differs": True, "aside": 0, "swayed": False}


def printed(row: dict[str, object], codebook: Codebook) -> str:
    console = Console(file=StringIO(), width=120)
    print_audited(pd.DataFrame([row]), codebook, console)
    return console.file.getvalue().replace("\xa0", " ")  # type: ignore[attr-defined]


def test_print_audited_shows_shares_side_by_side(codebook: Codebook) -> None:
    text = printed(ROW, codebook)
    assert "100 verbatims tirés au hasard, 80 relus à l’aveugle (base effective 64)" in text
    (line,) = [line.split() for line in text.splitlines() if "Prix" in line]
    assert " ".join(line) == "Prix 30,0 % 20,0 % [15,0 ; 25,0] hors"
    assert "à ne pas signer" not in text
    assert "à ne pas signer" in printed(ROW | {"fragile": True}, codebook)


def test_print_audited_says_what_was_left_aside_and_marks_what_was_not_blind(codebook: Codebook) -> None:
    blind, seen = printed(ROW | {"aside": 7}, codebook), printed(ROW | {"swayed": True}, codebook)
    assert "Laissés de côté, relus en voyant les codes : 7." in blind
    assert "Aucun n'a été relu à l'aveugle" not in blind
    assert "80 relus en voyant les codes" in seen
    assert "Au contrôle, codes vus" in seen
    assert "Aucun n'a été relu à l'aveugle" in seen
    assert "Laissés" not in seen


def test_print_audited_says_when_nothing_was_read(codebook: Codebook) -> None:
    assert "Aucune part ne peut être corrigée" in printed(ROW | {"base": 0}, codebook)

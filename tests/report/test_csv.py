import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from listening.codebook import Codebook
from listening.insight.bridge import Bridge
from listening.insight.summary import summarize
from listening.report.csv import write_bridge, write_csv, write_review


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def one_verbatim(frames: Any, codebook: Codebook, text: str) -> Any:
    return summarize(*frames([{"text": text}], [{"id": "v000", "code": "prix.niveau", "stop": 4}]), codebook)


def test_write_csv_opens_in_a_french_spreadsheet(frames: Any, codebook: Codebook, tmp_path: Path) -> None:
    tags = [{"id": "v000", "code": "effort.attente"}]
    verbatims = [{"channel": "social", "nps": 0}, {"channel": "social", "nps": 7}, {"channel": "social", "nps": 6}]
    paths = write_csv(summarize(*frames(verbatims, tags), codebook), tmp_path / "sorties")
    names = ["themes.csv", "sentiments.csv", "scores.csv", "verbatims_quotes.csv", "copies.csv"]
    assert [path.name for path in paths] == names
    assert paths[0].read_bytes().startswith(b"\xef\xbb\xbfdimension;")
    theme = next(row for row in read(paths[0]) if row["modalité"] == "Réseaux sociaux" and row["code"] == "effort")
    score = read(paths[2])[0]
    assert (theme["part"], theme["base"], theme["base fragile"]) == ("0,333333", "3", "oui")
    assert (score["score"], score["valeur"], score["détracteurs"]) == ("NPS", "-66,666667", "2")


@pytest.mark.parametrize("text", ["=1+1", "+33", "-5 étoiles", "@mention bravo", "\t=1+1", " =1+1", "＝1+1"])
def test_write_csv_keeps_formulas_as_text(frames: Any, codebook: Codebook, tmp_path: Path, text: str) -> None:
    (quote,) = read(write_csv(one_verbatim(frames, codebook, text), tmp_path)[3])
    assert quote["verbatim"] == f"'{text}"
    assert quote["preuve"] == f"'{text[:4]}"


@pytest.mark.parametrize("text", ['Cher ; « bof » "nul"\nà fuir', "3 - 2 = 1", "'déjà'"])
def test_write_csv_leaves_other_texts_as_they_are(frames: Any, codebook: Codebook, tmp_path: Path, text: str) -> None:
    (quote,) = read(write_csv(one_verbatim(frames, codebook, text), tmp_path)[3])
    assert quote["verbatim"] == text


def test_write_csv_twice_gives_the_same_bytes_and_no_other_file(
    frames: Any, codebook: Codebook, tmp_path: Path
) -> None:
    summary = one_verbatim(frames, codebook, "Trop cher pour ce que c'est, vraiment.")
    first = [path.read_bytes() for path in write_csv(summary, tmp_path)]
    assert [path.read_bytes() for path in write_csv(summary, tmp_path)] == first
    assert len(list(tmp_path.iterdir())) == 5


def test_write_csv_leaves_the_old_file_when_it_fails(frames: Any, codebook: Codebook, tmp_path: Path) -> None:
    (tmp_path / "themes.csv").mkdir()
    with pytest.raises(OSError, match=r"themes\.csv"):
        write_csv(one_verbatim(frames, codebook, "Trop cher."), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["themes.csv"]


def test_write_csv_of_nothing_has_headers(frames: Any, codebook: Codebook, tmp_path: Path) -> None:
    paths = write_csv(summarize(*frames([]), codebook), tmp_path)
    assert read(paths[2]) == read(paths[3]) == read(paths[4]) == []
    assert read(paths[1])[0]["base"] == "0"
    assert read(paths[1])[0]["négatif, part"] == ""


def test_write_csv_lists_the_texts_that_are_repeated(frames: Any, codebook: Codebook, tmp_path: Path) -> None:
    verbatims, tags = frames([{"text": "=Fuyez"}, {"text": "=Fuyez !"}, {}])
    verbatims = verbatims.assign(copy_of=[None, "v000", None], author=["x", None, None])
    (row,) = read(write_csv(summarize(verbatims, tags, codebook), tmp_path)[4])
    assert row == {
        "verbatim": "'=Fuyez",
        "reprises": "1",
        "auteurs connus": "1",
        "sources": "1",
        "première date": "2026-03-03",
        "dernière date": "2026-03-03",
        "identifiant": "v000",
    }


def test_write_review_names_the_code_and_keeps_formulas_as_text(codebook: Codebook, tmp_path: Path) -> None:
    row = {"id": "v1", "source": "avis", "channel": "review", "text": "=1+1", "code": "prix.niveau"}
    row |= {"reason": "abstained", "probability": 0.41, "low": 0.2, "high": 0.5}
    queue = pd.DataFrame([row, row | {"reason": "audit", "code": None, "probability": None, "low": None}])
    found, drawn = read(write_review(queue, codebook, tmp_path / "sorties" / "a_relire.csv"))
    assert (found["libellé"], found["probabilité"], found["verbatim"]) == ("Prix", "0,41", "'=1+1")
    assert (found["motif"], drawn["motif"], drawn["code"]) == ("doute du modèle", "contrôle au hasard", "")


def test_write_bridge_gives_lines_by_wave_and_the_parts_of_codes(bridge: Bridge, tmp_path: Path) -> None:
    lines, parts = map(read, write_bridge(bridge, tmp_path / "sorties"))
    split = next(row for row in lines if row["devenir"] == "scindé")
    assert (split["codes avant"], split["codes après"]) == ("effort.attente", "effort.attente + effort.file")
    assert (split["part avant"], split["part après"], split["écart"], split["base"]) == ("0,4", "0,6", "0,2", "100")
    assert {(row["dimension"], row["modalité"]) for row in lines} >= {("Vague", "hiver"), ("Vague", "été")}
    added = next(row for row in lines if row["devenir"] == "ajouté")
    assert (added["citations avant"], added["citations après"], added["écart"]) == ("", "9", "")
    assert (parts[1]["code après"], parts[1]["les deux"], parts[1]["part gardée"]) == ("effort.file", "30", "0,75")

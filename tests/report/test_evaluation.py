import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from listening.codebook import Codebook
from listening.records import POLARITIES, Reading, Tag
from listening.report.evaluation import print_comparison, write_comparison
from listening.report.evaluation_page import render_evaluation
from listening.training.abstention import Abstention, Kept
from listening.training.agreement import Coding, agree
from listening.training.behaviour import Behaviour, Expectation, Outcome, Pair
from listening.training.bootstrap import Measure, resample
from listening.training.compare import Comparison
from listening.training.corpus import Example, GoldTag
from listening.training.evaluate import evaluate
from listening.training.rated import Corpus, judge
from listening.training.tally import presence, sentiments

TEXT = "Phrase secrète <b>d'essai</b>, attente trop longue."


@pytest.fixture(scope="module")
def comparison(codebook: Codebook) -> Comparison:
    """Two engines and two coders on sixty invented verbatims, one corpus of sentiment, bands and minimal pairs."""
    codes = list(codebook.codes)
    gold, readings = [], []
    for rank in range(60):
        code, mood = codes[rank % 2], POLARITIES[rank % 3]
        tags = (GoldTag(code, mood, 30, 37),)
        channel = "survey" if rank % 4 else ""
        gold.append(Example(id=str(rank), text=TEXT, tags=tags, sentiment=mood, channel=channel, domain="<i>train</i>"))
        scores = dict.fromkeys(POLARITIES, 0.2) | {mood if rank % 5 else "neutre": 0.6}
        found = Tag(
            code=codes[0], probability=0.7, polarity=mood, polarity_probability=0.8, start=30, stop=30 + rank % 9
        )
        readings.append(Reading(sentiment=scores, tags=(found,)))
    thresholds = dict.fromkeys(codes, 0.5)
    one = evaluate(gold, readings, model="petit@<1>", codes=codes, thresholds=thresholds, draws=50)
    coding = Coding("codeur 1", presence(gold, codes), sentiments(gold))
    agreement = agree(coding, replace(coding, coder="codeur 2"), codes, resample(60, draws=20))
    corpus = Corpus("films", ["a"] * 6, np.array([0, 2] * 3), None)
    share = Measure(0.25, 0.1, 0.5)
    kept = Kept(cases=30, others=30, missed=share, wrong=share, left=share, sure=False)
    pairs = [
        Pair(family="négation", a="Content", b="Pas content", expect=Expectation(same=same)) for same in (True, False)
    ]
    return Comparison(
        codebook=codebook.reference,
        evaluations=[one, replace(one, model="baseline@tfidf")],
        agreements=[agreement],
        corpora=[judge(corpus, np.tile([0.6, 0.3, 0.1], (6, 1)), model="petit@<1>")],
        abstentions=[Abstention("petit@<1>", 60, share, {codes[0]: kept})],
        behaviours=[
            Behaviour("petit@<1>", [Outcome(pairs[0], ("sentiment neutre puis positif",)), Outcome(pairs[1], ())])
        ],
    )


def render(comparison: Comparison, codebook: Codebook) -> str:
    moment = datetime(2026, 4, 1, 6, tzinfo=UTC)
    return render_evaluation(comparison, codebook, title="Essai", generated_at=moment, lineage={"Codés": "a<b>.jsonl"})


@pytest.fixture(scope="module")
def page(comparison: Comparison, codebook: Codebook) -> str:
    return render(comparison, codebook)


def words(page: str) -> str:
    body = LexborHTMLParser(page).body
    assert body is not None
    return re.sub(r"\s+", " ", body.text(separator=" "))


def test_render_evaluation_asks_for_nothing_and_runs_nothing(page: str) -> None:
    tree = LexborHTMLParser(page)
    names = ("src", "href", "xlink:href", "srcset", "action")
    links = [node.attributes.get(name) for name in names for node in tree.css("*") if node.attributes.get(name)]
    assert not tree.css("script, img, iframe")
    assert all(link == "data:," or str(link).startswith("#") for link in links)
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org)", page)


def test_render_evaluation_shows_no_verbatim(page: str) -> None:
    assert "secrète" not in page
    assert "attente trop" not in page


def test_render_evaluation_escapes_names(page: str) -> None:
    assert "petit@<1>" in words(page)
    assert "<i>train</i>" in words(page)
    assert "a<b>.jsonl" in words(page)


def test_render_evaluation_has_each_engine_on_each_plot(page: str) -> None:
    plots = LexborHTMLParser(page).css("svg.plot")
    assert len(plots) == 5
    assert all("var(--engine-1)" in plot.html and "var(--engine-2)" in plot.html for plot in plots)
    assert not re.search(r"#0000\d\d", page)


def test_render_evaluation_points_to_ids_that_are_there_once(page: str) -> None:
    tree = LexborHTMLParser(page)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', page)
    assert len(ids) == len(set(ids))
    assert set(used) <= set(ids)


def test_render_evaluation_gives_figures_their_intervals_and_bases(page: str) -> None:
    text = words(page)
    assert "60 verbatims codés" in text
    assert re.search(r"Thèmes, F1 micro 0,50 \[0,\d\d ; 0,\d\d\]", text)
    assert not re.search(r"\bnan\b", text)


def test_render_evaluation_shows_abstention_and_behaviour(page: str, codebook: Codebook) -> None:
    tree = LexborHTMLParser(page)
    links = {node.attributes["href"]: node.text() for node in tree.css("nav a")}
    assert (links["#abstention"], links["#comportement"]) == ("Abstention", "Comportement")
    abstention, behaviour = (tree.css_first(f"section#{name}") for name in ("abstention", "comportement"))
    assert abstention is not None and behaviour is not None
    text = words(abstention.html or "")
    assert "au plus 10 % de ceux qui portent le code passent au-dessous, au plus 1 % des autres" in text
    assert "au moins 9 verbatims qui portent le code et 99 qui ne le portent pas" in text
    assert re.search(rf"{next(iter(codebook.codes.values())).label} 30 0,25 \[0,10 ; 0,50\]", text)
    assert re.search(r"Négation 2 0,50 \[0,\d\d ; 0,\d\d\]", words(behaviour.html or ""))


def test_render_evaluation_without_bands_or_pairs_leaves_their_sections_out(
    comparison: Comparison, codebook: Codebook
) -> None:
    tree = LexborHTMLParser(render(replace(comparison, abstentions=[], behaviours=[]), codebook))
    assert not tree.css("#abstention, #comportement, a[href='#abstention'], a[href='#comportement']")


def test_render_evaluation_is_the_same_twice(page: str, comparison: Comparison, codebook: Codebook) -> None:
    assert render(comparison, codebook) == page


def test_render_evaluation_of_corpora_alone(comparison: Comparison, codebook: Codebook) -> None:
    alone = words(render(replace(comparison, evaluations=[], agreements=[]), codebook))
    assert "films" in alone
    assert "En bref" not in alone


@pytest.mark.parametrize("width", [100, 160])
def test_print_comparison_writes_french_figures(comparison: Comparison, codebook: Codebook, width: int) -> None:
    out = io.StringIO()
    print_comparison(comparison, codebook, Console(file=out, width=width))
    text = out.getvalue().replace("\u00a0", " ")
    assert "Mesures sur 60 verbatims codés" in text
    assert re.search(r"0,50 \[0,\d\d ; 0,\d\d\]", text)
    assert "non précisé" in text
    assert "codeur 1 – codeur 2" in text
    assert "films" in text
    assert "Abstention : petit@<1>" in text
    assert "trop peu de cas" in re.sub(r"\s+", " ", text)
    assert "Comportement sur des paires minimales" in text


def test_write_comparison_is_plain_json(comparison: Comparison, tmp_path: Path) -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    path = tmp_path / "mesures.json"
    write_comparison(comparison, path)
    content = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    one = content["evaluations"][0]
    assert one["measures"]["theme_micro_f1"]["value"] == pytest.approx(0.5)
    assert one["codes"]["prix.niveau"]["precision"]["value"] is None
    assert {"measures", "nets", "codes", "confusion", "reliability", "coverage"} <= set(one)
    assert "secrète" not in path.read_text(encoding="utf-8")

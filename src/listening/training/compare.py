"""Several engines, and two coders, on the same verbatims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from listening.codebook import Codebook
from listening.errors import CodebookError, ConfigurationError, FormatError
from listening.records import POLARITIES, Reading
from listening.tagging.added import with_added
from listening.tagging.baseline import BaselineTagger
from listening.tagging.engine import Tagger, bands, cuts, tag_all
from listening.tagging.engines import load_engine
from listening.training.abstention import Abstention, check_bands
from listening.training.agreement import Agreement, Coding, agree
from listening.training.behaviour import Behaviour, check, read_pairs
from listening.training.bootstrap import resample
from listening.training.corpus import Example, read_coded
from listening.training.evaluate import Evaluation, evaluate
from listening.training.rated import Corpus, Rated, judge, judge_baseline, read_corpora
from listening.training.tally import presence, sentiments, tally

BATCH = 256
CODERS = ("codeur 1", "codeur 2")
Bar = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The files to measure on: coded verbatims, a second coder's on the same ids, labelled texts in Parquet.

    `train` and `train_sentiment` are what the TF-IDF baselines are fitted on; `behaviour` holds minimal pairs;
    `codebook` is the codebook's file, beside which the codes that a team added are learnt.
    """

    gold: Path | None = None
    coder2: Path | None = None
    train: Path | None = None
    sentiment: Path | None = None
    train_sentiment: Path | None = None
    behaviour: Path | None = None
    codebook: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Engines side by side: against a coder, beside two coders' own agreement, on corpora of sentiment, on pairs.

    `abstentions` say what the bands of the engines that have some let pass.
    """

    codebook: str
    evaluations: list[Evaluation]
    agreements: list[Agreement]
    corpora: list[Rated]
    abstentions: list[Abstention]
    behaviours: list[Behaviour]


def compare(engines: Sequence[str], material: Material, codebook: Codebook, *, bar: Bar) -> Comparison:
    """Measure each engine on all the material there is.

    Raises CodebookError for a code that the codebook lacks, FormatError for a file that cannot be used,
    ConfigurationError for an engine that cannot be had or material without what it is compared with.
    """
    _check(material)
    gold = read_under(material.gold, codebook) if material.gold else []
    second = _matched(gold, read_under(material.coder2, codebook), material.coder2) if material.coder2 else {}
    corpora = read_corpora(material.sentiment) if material.sentiment else []
    codes = list(codebook.codes)
    train = material.train
    baseline = (lambda: _baseline(read_under(train, codebook), codebook)) if train else None
    pairs = read_pairs(material.behaviour) if material.behaviour else []
    evaluations, codings, rated, abstentions, behaviours = [], [], [], [], []
    weights = resample(len(gold)) if gold else None
    for engine in engines:
        tagger = with_added(load_engine(engine, codebook, baseline=baseline), codebook, material.codebook)
        thresholds = cuts(tagger, codebook)
        if gold:
            readings = _read(tagger, gold, bar)
            evaluations.append(evaluate(gold, readings, model=tagger.model, codes=codes, thresholds=thresholds))
            told = tally(gold, readings, codes, thresholds)
            codings.append(Coding(tagger.model, told.found, told.guess))
            if weights is not None and (limits := bands(tagger, codebook)):
                natural = np.array([one.natural for one in gold])
                abstentions.append(check_bands(told, limits, codes, weights, natural, model=tagger.model))
        rated += [_judged(tagger, corpus, bar) for corpus in corpora]
        if pairs:
            with bar(f"{tagger.model} comportement", None):
                behaviours.append(Behaviour(tagger.model, check(pairs, tagger, thresholds)))
    if corpora and material.train_sentiment:
        rated += judge_baseline(corpora, read_corpora(material.train_sentiment))
    agreements = _agreements(gold, second, codings, codes) if second else []
    return Comparison(
        codebook=codebook.reference,
        evaluations=evaluations,
        agreements=agreements,
        corpora=rated,
        abstentions=abstentions,
        behaviours=behaviours,
    )


def _check(material: Material) -> None:
    if not (material.gold or material.sentiment or material.behaviour):
        raise ConfigurationError(
            "rien sur quoi mesurer ; donnez des verbatims codés (--gold), des textes (--sentiment) ou --behaviour"
        )
    if material.coder2 and not material.gold:
        raise ConfigurationError("--coder2 se compare à un premier codeur ; donnez ses verbatims codés par --gold")
    if material.train_sentiment and not material.sentiment:
        raise ConfigurationError("--train-sentiment cale une référence ; donnez de quoi la mesurer par --sentiment")


def read_under(path: Path, codebook: Codebook) -> list[Example]:
    """Read coded verbatims; raises CodebookError for a code that the codebook lacks."""
    examples = read_coded(path)
    if unknown := {tag.code for one in examples for tag in one.tags or ()} - set(codebook.codes):
        raise CodebookError(f"{path} : codes absents du plan {codebook.reference} : {', '.join(sorted(unknown))}")
    return examples


def _matched(gold: list[Example], second: list[Example], path: Path) -> dict[int, Example]:
    """Give the second coder's examples by row of the gold file."""
    by_id = {example.id: example for example in second}
    matched = {row: by_id[one.id] for row, one in enumerate(gold) if one.id in by_id}
    if not matched:
        raise FormatError(f"{path} : aucun identifiant en commun avec les verbatims de référence (--gold)")
    return matched


def _agreements(
    gold: list[Example], second: dict[int, Example], engines: list[Coding], codes: list[str]
) -> list[Agreement]:
    """Compare the two coders, then each engine with each of them, on the verbatims that both coded."""
    rows = list(second)
    weights = resample(len(rows))
    files = zip(CODERS, ([gold[row] for row in rows], list(second.values())), strict=True)
    one, other = (Coding(coder, presence(file, codes), sentiments(file)) for coder, file in files)
    pairs = [(one, other)]
    for engine in engines:
        cut = Coding(engine.coder, engine.tags[rows], engine.sentiment[rows])
        pairs += [(cut, one), (cut, other)]
    return [agree(*pair, codes, weights) for pair in pairs]


def _judged(tagger: Tagger, corpus: Corpus, bar: Bar) -> Rated:
    readings = _read(tagger, [Example(id="", text=text) for text in corpus.texts], bar, label=corpus.name)
    return judge(corpus, np.array([_mood(reading, corpus) for reading in readings]), model=tagger.model)


def _mood(reading: Reading, corpus: Corpus) -> Sequence[float]:
    """Give what labels are compared with: where neutral means three stars, the rating, if the engine gives one."""
    if corpus.neutral == "three stars" and reading.rating:
        return reading.rating
    return [reading.sentiment[polarity] for polarity in POLARITIES]


def _baseline(examples: list[Example], codebook: Codebook) -> BaselineTagger:
    codes = [{tag.code: tag.polarity for tag in example.tags or ()} for example in examples]
    sentiments = [example.sentiment or "neutre" for example in examples]
    return BaselineTagger.fit([example.text for example in examples], codes, sentiments, list(codebook.codes))


def _read(tagger: Tagger, examples: list[Example], bar: Bar, *, label: str = "") -> list[Reading]:
    readings = []
    with bar(f"{tagger.model} {label}".rstrip(), len(examples)) as advance:
        for reading in tag_all(tagger, (one.text for one in examples), (one.question for one in examples), chunk=BATCH):
            readings.append(reading)
            advance(1)
    return readings

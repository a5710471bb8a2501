import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from listening.codebook import load_codebook
from listening.errors import FormatError
from listening.records import Polarity, Reading, Tag
from listening.tagging.abstain import Scored
from listening.training.behaviour import Behaviour, Pair, check, default_pairs, read_pairs


class Words:
    """An engine that reads « cher » as a price complaint and « parfait » as praise."""

    model, codes, thresholds = "mots@1", ("offre.prix",), {"offre.prix": 0.5}
    held_out: ClassVar[dict[str, Scored]] = {}

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        mood: Polarity = "negatif" if "cher" in text else "positif" if "parfait" in text else "neutre"
        scores: dict[Polarity, float] = {"negatif": 0.0, "neutre": 0.0, "positif": 0.0, mood: 1.0}
        found = Tag(code="offre.prix", probability=0.9, polarity=mood, polarity_probability=1.0, start=0, stop=4)
        return Reading(sentiment=scores, tags=(found,) if "cher" in text else ())


def outcome(a: str, b: str, /, **expect: object) -> tuple[str, ...]:
    path = {"family": "essai", "a": a, "b": b, "expect": expect}
    pairs = [read_one(path)]
    return check(pairs, Words(), {"offre.prix": 0.5})[0].faults


def read_one(record: dict[str, object]) -> Pair:
    return Pair.model_validate(record)


def test_behaviour_same_reading_passes_and_another_says_what_changed() -> None:
    assert outcome("trop cher", "bien cher", same=True) == ()
    assert outcome("trop cher", "TROP CHER", same=True) == (
        "sentiment negatif puis neutre",
        "offre.prix negatif change",
    )


def test_behaviour_claims_are_checked_one_by_one() -> None:
    claim = {"sentiment": "positif", "has": [["offre.prix", "positif"]], "lacks": ["offre.prix"]}
    assert outcome("trop cher", "parfait", a=claim) == (
        "a : sentiment negatif au lieu de positif",
        "a : offre.prix positif manque",
        "a : offre.prix en trop",
    )
    assert outcome("trop cher", "parfait", b={"sentiment": "positif"}) == ()


def test_behaviour_counts_by_family() -> None:
    pairs = [
        read_one({"family": name, "a": "cher", "b": b, "expect": {"same": True}})
        for name, b in (("x", "très cher"), ("x", "rien"), ("y", "plus cher"))
    ]
    assert Behaviour("m", check(pairs, Words(), {"offre.prix": 0.5})).families() == {"x": (1, 2), "y": (1, 1)}


def test_behaviour_malformed_pair_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "paires.jsonl"
    path.write_text('{"family": "x", "a": "b", "expect": {"sam": true}}\n', encoding="utf-8")
    with pytest.raises(
        FormatError, match=r"paires\.jsonl, ligne 1 : paire mal formée : b : cette clé manque, expect\.sam : "
    ):
        read_pairs(path)


def test_behaviour_shipped_pairs_are_many_distinct_and_in_the_code_frame() -> None:
    pairs = read_pairs(default_pairs())
    families = Counter(pair.family for pair in pairs)
    assert len(pairs) >= 300
    assert min(families.values()) >= 20
    assert len({(pair.a, pair.b) for pair in pairs}) == len(pairs)
    claims = [claim for pair in pairs for claim in (pair.expect.a, pair.expect.b) if claim]
    codes = {code for claim in claims for code in (*(name for name, _ in claim.has), *claim.lacks)}
    assert codes <= set(load_codebook().codes)
    assert all(pair.a != pair.b and (pair.expect.same or pair.expect.a or pair.expect.b) for pair in pairs)


def test_behaviour_pairs_are_not_trained_on() -> None:
    training = default_pairs().parents[1] / "training"
    written = [json.loads(line)["text"] for line in (training / "authored.jsonl").read_text("utf-8").splitlines()]
    assert not {text for pair in read_pairs(default_pairs()) for text in (pair.a, pair.b)} & set(written)

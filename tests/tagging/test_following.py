from collections.abc import Callable, Sequence

import pytest

from listening.codebook import NEVER, Codebook
from listening.records import Reading, Tag
from listening.tagging.abstain import Scored
from listening.tagging.baseline import BaselineTagger
from listening.tagging.engine import bands, cuts
from listening.tagging.following import Following, either, joined
from listening.tagging.origins import origins

Revised = Callable[..., Codebook]
A, B, C, D = "effort.attente", "effort.web", "prix.niveau", "prix.clarte"
X, Y = "effort.file", "effort.delai"
TEXTS = ["attente longue au guichet", "le site plante", "prix trop cher", "facture pas claire", "merci", "rien"]
CODES = [A, B, C, D]


class Fixed:
    """An engine that reads the same in every text."""

    model, codes = "fixe@1", (A, B, C, D)
    thresholds = {A: 0.3, B: 0.4, C: 0.5, D: 0.6}  # noqa: RUF012
    held_out = {A: Scored((0.7,), (0.1,)), C: Scored((0.8,), (0.2, 0.3)), D: Scored((0.9,), (0.4,))}  # noqa: RUF012
    likely = ((A, 0.9, 0, 3), (C, 0.5, 4, 6), (D, 0.4, 7, 9), (B, 0.2, 0, 1))

    def tag(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[Reading]:
        tags = tuple(
            Tag(
                code=code,
                probability=score,
                polarity="positif" if code == D else "negatif",
                polarity_probability=0.8,
                start=start,
                stop=stop,
            )
            for code, score, start, stop in self.likely
        )
        return [Reading(sentiment={"negatif": 0.7, "neutre": 0.2, "positif": 0.1}, tags=tags) for _ in texts]


def following(codebook: Codebook, revised: Revised, codes: dict[str, tuple[str, ...]]) -> Following:
    return Following(Fixed(), origins(revised(codes).after(codebook), CODES))


def tags(tagger: Following) -> dict[str, Tag]:
    (reading,) = tagger.tag(["texte"])
    return {tag.code: tag for tag in reading.tags}


def test_following_renamed_code_is_all_that_it_was(codebook: Codebook, revised: Revised) -> None:
    tagger = following(codebook, revised, {Y: (A,), B: ()})
    (before, *_) = Fixed().tag(["texte"])[0].tags
    found = tags(tagger)[Y]
    assert (found.probability, found.start, found.stop, found.polarity) == (0.9, 0, 3, before.polarity)
    assert (tagger.thresholds[Y], tagger.held_out[Y]) == (0.3, Fixed.held_out[A])


def test_following_joined_code_is_any_of_its_parts_shown_by_the_most_probable(
    codebook: Codebook, revised: Revised
) -> None:
    tagger = following(codebook, revised, {A: (), B: (), "prix.tout": (D, C)})
    found = tags(tagger)["prix.tout"]
    assert (found.probability, found.start, found.stop, found.polarity) == (0.7, 4, 6, "negatif")
    assert tagger.thresholds["prix.tout"] == 0.55
    assert tagger.held_out["prix.tout"] == Scored((0.8, 0.9), (0.58,))


def test_following_codes_are_those_of_the_version_most_probable_first(codebook: Codebook, revised: Revised) -> None:
    tagger = following(codebook, revised, {B: (), Y: (A,), C: (D,)})
    assert tagger.codes == (B, Y, C)
    assert list(tags(tagger)) == [Y, C, B]


def test_following_part_of_a_split_code_is_never_tagged(codebook: Codebook, revised: Revised) -> None:
    tagger = following(codebook, revised, {X: (A,), Y: (A,), B: ()})
    assert list(tags(tagger)) == [B]
    assert tagger.thresholds == {B: 0.4, X: NEVER, Y: NEVER}


def test_following_cuts_and_bands_are_those_of_the_new_codes(codebook: Codebook, revised: Revised) -> None:
    new = revised({Y: (A,), "prix.tout": (C, D)}).after(codebook)
    tagger = Following(Fixed(), origins(new, CODES))
    assert cuts(tagger, new) == {Y: 0.3, "prix.tout": 0.55}
    assert set(bands(tagger, new)) == {Y, "prix.tout"}


def test_following_model_is_named_by_what_codes_are_read_by(codebook: Codebook, revised: Revised) -> None:
    plans = ({Y: (A,)}, {Y: (B,)}, {Y: (A, B)}, {Y: (A,)})
    names = [following(codebook, revised, codes).model for codes in plans]
    assert len(set(names)) == 3
    assert names[0] == names[3]
    assert all(name.startswith("fixe@1+") for name in names)


def test_following_baseline_reads_under_the_new_names(codebook: Codebook, revised: Revised) -> None:
    given = [{A: "negatif"}, {B: "negatif"}, {C: "negatif"}, {D: "negatif"}, {}, {}]
    moods = ["negatif"] * 4 + ["positif", "neutre"]
    baseline = BaselineTagger.fit(TEXTS * 3, given * 3, moods * 3, CODES)  # type: ignore[arg-type]
    new = revised({Y: (A,), B: (), "prix.tout": (C, D)}).after(codebook)
    read = Following(baseline, origins(new, baseline.codes)).tag(TEXTS[:4])
    assert [one.tags[0].code for one in read] == [Y, B, "prix.tout", "prix.tout"]


@pytest.mark.parametrize(
    ("given", "expected"), [([0.1], 0.1), ([0.5, 0.5], 0.75), ([1.0, 0.3], 1.0), ([0.2, 0.2, 0.2], 0.488)]
)
def test_either_is_at_least_one_of_independent_codes(given: list[float], expected: float) -> None:
    assert either(given) == expected


def test_joined_of_one_code_is_what_it_was() -> None:
    alone = Scored((0.4,), (0.1, 0.2))
    assert joined([alone]) is alone

from listening.records import Reading, Tag
from listening.training.corpus import Example, GoldTag
from listening.training.tally import presence, tally


def test_presence_is_a_table_of_codes() -> None:
    example = Example(id="x", text="t", tags=(GoldTag("b", "negatif", 0, 1),))
    assert presence([example], ["a", "b"]).tolist() == [[False, True]]


def test_tally_code_given_twice_is_right_if_either_tag_is() -> None:
    tags = (GoldTag("a", "negatif", 0, 4), GoldTag("a", "positif", 5, 5))
    found = Tag(code="a", probability=0.9, polarity="negatif", polarity_probability=1.0, start=0, stop=9)
    reading = Reading(sentiment={"negatif": 1.0, "neutre": 0.0, "positif": 0.0}, tags=(found,))
    for order in (tags, tags[::-1]):
        told = tally([Example(id="x", text="mots dits", tags=order)], [reading], ["a"], {"a": 0.5})
        assert (told.given.sum(), told.same.sum(), told.worded.sum(), told.shown.sum()) == (1, 1, 1, 1)

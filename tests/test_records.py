from dataclasses import replace

from listening.records import Scores, Verbatim, content_id

ANSWER = Verbatim(source="enquete", channel="survey", external_id="R_1", text="Accueil parfait")


def test_records_same_content_same_ids() -> None:
    assert (ANSWER.id, ANSWER.version) == (replace(ANSWER).id, replace(ANSWER).version)


def test_records_edited_text_is_another_version_of_the_same_place() -> None:
    edited = replace(ANSWER, text="Accueil correct")
    assert edited.id == ANSWER.id
    assert edited.version != ANSWER.version


def test_records_scores_do_not_change_the_version() -> None:
    assert replace(ANSWER, scores=Scores(nps=9)).version == ANSWER.version


def test_records_parts_of_an_id_do_not_run_together() -> None:
    assert content_id("ab", "c") != content_id("a", "bc")

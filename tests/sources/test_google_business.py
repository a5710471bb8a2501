from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.google_business import GoogleBusiness

PLACE = "accounts/1009/locations/2001"


def review(number, **keys):
    return {
        "name": f"{PLACE}/reviews/AbF{number}",
        "reviewId": f"AbF{number}",
        "reviewer": {"profilePhotoUrl": "https://lh3.example.org/a/odile", "displayName": "Odile B."},
        "starRating": "TWO",
        "comment": "Accueil froid, et 40 minutes d'attente.\nDommage 😕",
        "createTime": "2026-03-01T09:12:44.512123456Z",
        "updateTime": "2026-03-03T10:00:00Z",
        "reviewReply": {"comment": "Bonjour Odile, nous sommes désolés.", "updateTime": "2026-03-02T08:00:00Z"},
    } | keys


def page(*reviews, **keys):
    return {"reviews": [*reviews], "averageRating": 4.2, "totalReviewCount": 121, "nextPageToken": "x"} | keys


def without(content, *keys):
    return {key: value for key, value in content.items() if key not in keys}


def read(path, **options):
    return list(GoogleBusiness(name="avis", path=path, **options).read())


def read_json(write, content, name="reviews.json", **options):
    return read(write(name, json.dumps(content, ensure_ascii=False)), **options)


def test_google_business_reads_a_review(write):
    (found,) = read_json(write, page(review(1)), brand="Calanque")
    assert found == Verbatim(
        source="avis",
        channel="review",
        external_id="AbF1",
        text="Accueil froid, et 40 minutes d'attente.\nDommage 😕",
        created_at=datetime(2026, 3, 1, 9, 12, 44, 512_123, tzinfo=UTC),
        author="Odile B.",
        brand="Calanque",
        scores=Scores(stars=2),
        meta={"location": "2001"},
    )


def test_google_business_reads_the_same_from_takeout_and_the_api(write):
    taken = without(review(1), "reviewId") | {"reviewer": {"displayName": "Odile B."}}
    write(f"Takeout/Google Business Profile/{PLACE}/reviews.json", json.dumps({"reviews": [taken]}))
    write(f"Takeout/Google Business Profile/{PLACE}/data.json", json.dumps({"title": "Calanque"}))
    path = write("api.json", json.dumps(page(review(1))))
    assert read(path.parent / "Takeout/**/reviews*.json") == read(path)


@pytest.mark.parametrize("name", ["avis.jsonl", "liste.json", "lot.json"])
def test_google_business_reads_each_layout_of_json(write, name):
    reviews = [review(1), review(2)]
    content = {
        "avis.jsonl": "\n".join(json.dumps(one) for one in reviews),
        "liste.json": json.dumps(reviews),
        "lot.json": json.dumps({"locationReviews": [{"name": PLACE, "review": one} for one in reviews]}),
    }
    assert read(write(name, content[name])) == read_json(write, page(*reviews))


@pytest.mark.parametrize("content", [{}, [], {"reviews": []}, {"totalReviewCount": 0}])
def test_google_business_reads_a_page_without_review(write, content):
    assert read_json(write, content) == []


@pytest.mark.parametrize(
    ("comment", "text", "meta"),
    [
        ("(Translated by Google) Very good\n\n(Original)\nTrès bon\n\nMerci", "Très bon\n\nMerci", {}),
        ("Très bon\n\nMerci\n\n(Translated by Google)\nVery good\n\nThanks", "Très bon\n\nMerci", {}),
        (
            "(Translated by Google) The (Original) menu\n\n(Original)\nLa carte (Original) !",
            "La carte (Original) !",
            {},
        ),
        ("(Translated by Google) Very good. (Original) Très bon.", "Très bon.", {}),
        ("(Traduit par Google) Très bon\n\n(Avis d’origine)\nMuy bueno", "Muy bueno", {}),
        ("(Traduit par Google) Très bon\n\n(Avis d'origine)\nMuy bueno", "Muy bueno", {}),
        ("(Translated by Google) Very good", "Very good", {"translated": "google"}),
        ("La carte (Original) est chère", "La carte (Original) est chère", {}),
        (" Très bon ", "Très bon", {}),
        (None, "", {}),
    ],
)
def test_google_business_gives_what_the_customer_wrote(write, comment, text, meta):
    (found,) = read_json(write, page(review(1, comment=comment)))
    assert (found.text, found.meta) == (text, {"location": "2001"} | meta)


@pytest.mark.parametrize(
    ("rating", "stars"),
    [("ONE", 1), ("TWO", 2), ("THREE", 3), ("FOUR", 4), ("FIVE", 5), ("STAR_RATING_UNSPECIFIED", None), (4, 4)],
)
def test_google_business_reads_stars_in_words(write, rating, stars):
    (found,) = read_json(write, page(review(1, starRating=rating)))
    assert found.scores == Scores(stars=stars)


def test_google_business_names_no_anonymous_author(write):
    (found,) = read_json(write, page(review(1, reviewer={"displayName": "Un utilisateur Google", "isAnonymous": True})))
    assert found.author is None


def test_google_business_keeps_neither_photos_nor_replies(write):
    (found,) = read_json(write, page(review(1)))
    assert "lh3.example.org" not in repr(found)
    assert "désolés" not in repr(found)


def test_google_business_gives_the_last_word_of_several_files(write):
    write("nuits/2026-03-01.json", json.dumps(page(review(1), review(2, comment="Bien"))))
    path = write("nuits/2026-03-02.json", json.dumps(page(review(1, comment="Mieux depuis"))))
    assert {one.external_id: one.text for one in read(path.parent)} == {"AbF1": "Mieux depuis", "AbF2": "Bien"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"starRating": "SIX"}, "reviews.json, ligne 1, avis AbF2 : nombre illisible « SIX » dans « starRating »"),
        ({"starRating": None}, "avis AbF2 : il manque « starRating »"),
        ({"createTime": None}, "avis AbF2 : il manque « createTime »"),
        ({"createTime": "hier"}, "avis AbF2 : date illisible « hier » dans « createTime »"),
        ({"comment": "x" * 20_001}, "avis AbF2 : cellule de 20 001 caractères dans « comment »"),
        ({"reviewId": None, "name": None}, "ligne 1 : ni « reviewId » ni « name »"),
    ],
)
def test_google_business_quarantines_a_bad_review_and_goes_on(write, keys, message):
    first, bad, last = read_json(write, page(review(1), review(2, **keys), review(3)))
    assert (first.external_id, last.external_id) == ("AbF1", "AbF3")
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "désolés" not in bad.content


@pytest.mark.parametrize(
    "content",
    [{"title": "Calanque"}, {"type": "FeatureCollection", "features": []}, {"reviews": ["x"]}, {"reviews": 3}],
)
def test_google_business_says_that_a_file_holds_no_review(write, content):
    (bad,) = read_json(write, content, "data.json")
    assert isinstance(bad, RowError)
    assert "data.json, ligne 1" in str(bad)
    assert "donnez les seuls fichiers « reviews*.json »" in str(bad)


def test_google_business_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.json")
    with pytest.raises(FormatError, match="la fin du fichier manque"):
        read(write("reviews.json", json.dumps(page(review(1)))[:-70]))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_google_business_gives_the_same_or_says_why_when_keys_move_or_go(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("g") / "reviews.json"
    path.write_text(json.dumps(page(review(1))))
    expected = read(path)
    kept = data.draw(st.permutations([*review(1).items(), ("reviewMediaItems", [{"url": "x"}])]))
    gone = data.draw(st.sampled_from([*without(review(1), "name", "comment", "reviewer"), "reviewMediaItems"]))
    path.write_text(
        json.dumps(page(dict(pair for pair in kept if pair[0] != gone))),
        data.draw(st.sampled_from(["utf-8", "utf-8-sig"])),
    )
    (found,) = read(path)
    if gone in ("starRating", "createTime"):
        assert f"il manque « {gone} »" in str(found)
    else:
        assert [found] == expected

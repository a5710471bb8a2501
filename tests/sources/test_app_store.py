from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.app_store import AppStore

PACIFIC = timezone(timedelta(hours=-7))
APP = {"im:name": {"label": "Railis"}, "title": {"label": "Railis - Railis SA"}, "id": {"label": "https://x/app"}}


def entry(number, **keys):
    return {
        "author": {
            "uri": {"label": "https://itunes.apple.com/fr/reviews/id1605206013"},
            "name": {"label": "lulu_des_bois"},
            "label": "",
        },
        "updated": {"label": "2026-03-01T04:24:23-07:00"},
        "im:rating": {"label": "2"},
        "im:version": {"label": "2.1.0"},
        "id": {"label": f"1454854{number}"},
        "title": {"label": "Plante sans arrêt"},
        "content": {"label": "Depuis la 2.1, plus rien.\nDommage 😕", "attributes": {"type": "text"}},
        "link": {
            "attributes": {
                "rel": "related",
                "href": "https://itunes.apple.com/fr/review?id=1592550875&type=Purple%20Software",
            }
        },
        "im:voteSum": {"label": "3"},
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "im:voteCount": {"label": "4"},
    } | keys


def feed(entries):
    told = {"author": {"name": {"label": "iTunes Store"}, "uri": {"label": "http://www.apple.com/fr/itunes/"}}}
    told |= {} if entries is None else {"entry": entries}
    return {"feed": told | {"updated": {"label": "2026-03-02T00:00:00-07:00"}, "title": {"label": "iTunes Store"}}}


def review(number, **attributes):
    return {
        "type": "customerReviews",
        "id": f"00000191-be75-7003-3836-{number:012}",
        "attributes": {
            "rating": 2,
            "title": "Plante sans arrêt",
            "body": "Depuis la 2.1, plus rien.",
            "reviewerNickname": "lulu_des_bois",
            "createdDate": "2026-03-01T04:24:23-07:00",
            "territory": "FRA",
        }
        | attributes,
        "relationships": {"response": {"data": {"type": "customerReviewResponses", "id": "resp-1"}}},
    }


def page(*reviews):
    answer = {"responseBody": "Nous sommes désolés.", "lastModifiedDate": "2026-03-02T10:00:00-07:00"}
    return {
        "data": [*reviews],
        "included": [{"type": "customerReviewResponses", "id": "resp-1", "attributes": answer}],
        "links": {"self": "https://api.appstoreconnect.apple.com/v1/apps/15/customerReviews"},
        "meta": {"paging": {"total": 2, "limit": 50}},
    }


def read(path, **options):
    return list(AppStore(name="appli", path=path, **options).read())


def read_json(write, content, name="avis.json", **options):
    return read(write(name, json.dumps(content, ensure_ascii=False)), **options)


def test_app_store_reads_the_public_feed(write):
    (found,) = read_json(write, feed([APP, entry(1)]), brand="Railis")
    assert found == Verbatim(
        source="appli",
        channel="review",
        external_id="14548541",
        text="Plante sans arrêt. Depuis la 2.1, plus rien.\nDommage 😕",
        created_at=datetime(2026, 3, 1, 4, 24, 23, tzinfo=PACIFIC),
        author="lulu_des_bois",
        brand="Railis",
        scores=Scores(stars=2),
        meta={"app": "1592550875", "app_version": "2.1.0", "country": "FR"},
    )


def test_app_store_reads_app_store_connect(write):
    (found,) = read_json(write, page(review(1)), brand="Railis")
    assert found == Verbatim(
        source="appli",
        channel="review",
        external_id="00000191-be75-7003-3836-000000000001",
        text="Plante sans arrêt. Depuis la 2.1, plus rien.",
        created_at=datetime(2026, 3, 1, 4, 24, 23, tzinfo=PACIFIC),
        author="lulu_des_bois",
        brand="Railis",
        scores=Scores(stars=2),
        meta={"country": "FRA"},
    )


def test_app_store_keeps_neither_profiles_nor_responses(write):
    for found in (*read_json(write, feed([entry(1)])), *read_json(write, page(review(1)), "b.json")):
        assert "1605206013" not in repr(found)
        assert "désolés" not in repr(found)


@pytest.mark.parametrize(
    ("entries", "count"), [(None, 0), ([], 0), (APP, 0), ([APP], 0), (entry(1), 1), ([entry(1), entry(2)], 2)]
)
def test_app_store_reads_feeds_of_any_length(write, entries, count):
    assert len(read_json(write, feed(entries))) == count


@pytest.mark.parametrize("name", ["avis.jsonl", "liste.json", "objet.json"])
def test_app_store_reads_each_layout_of_connect(write, name):
    reviews = [review(1)] if name == "objet.json" else [review(1), review(2)]
    content = {
        "avis.jsonl": "\n".join(json.dumps(one) for one in reviews),
        "liste.json": json.dumps(reviews),
        "objet.json": json.dumps({"data": reviews[0], "links": {}}),
    }
    assert read(write(name, content[name])) == read_json(write, page(*reviews), "page.json")


@pytest.mark.parametrize(
    ("title", "content", "text"),
    [
        ("Bien", "Rapide", "Bien. Rapide"),
        ("Bien !", "Rapide", "Bien ! Rapide"),
        ("Plante sans…", "Plante sans arrêt", "Plante sans arrêt"),
        ("", "Rapide", "Rapide"),
        ("Bien", "", "Bien."),
    ],
)
def test_app_store_puts_the_title_before_the_text(write, title, content, text):
    (found,) = read_json(write, feed(entry(1, title={"label": title}, content={"label": content})))
    (same,) = read_json(write, page(review(1, title=title, body=content)), "b.json")
    assert (found.text, same.text) == (text, text)


def test_app_store_reads_an_entry_without_its_optional_keys(write):
    told = {key: value for key, value in entry(1).items() if key in ("id", "im:rating", "content")}
    (found,) = read_json(write, feed([told]))
    assert (found.created_at, found.author, found.meta) == (None, None, {})
    assert found.text == "Depuis la 2.1, plus rien.\nDommage 😕"


def test_app_store_gives_the_last_word_of_several_files(write):
    write("nuits/2026-03-01.json", json.dumps(feed([entry(1), entry(2)])))
    path = write("nuits/2026-03-02.json", json.dumps(feed([entry(3), entry(1, content={"label": "Corrigé"})])))
    found = {one.external_id[-1]: one.text for one in read(path.parent)}
    assert list(found) == ["3", "1", "2"]
    assert found["1"] == "Plante sans arrêt. Corrigé"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"id": None}, "avis.json, ligne 1, avis sans id : il manque « id »"),
        ({"im:rating": {"label": "6"}}, "avis 14548542 : note « 6 » dans « im:rating », hors de 1 à 5"),
        ({"content": None}, "avis 14548542 : il manque « content »"),
        ({"updated": {"label": "hier"}}, "avis 14548542 : date illisible « hier » dans « updated »"),
        ({"content": {"label": "x" * 20_001}}, "avis 14548542 : cellule de 20 001 caractères dans « content »"),
    ],
)
def test_app_store_quarantines_a_bad_entry_and_goes_on(write, keys, message):
    first, bad, last = read_json(write, feed([entry(1), entry(2, **keys), entry(3)]))
    assert (first.external_id[-1], last.external_id[-1]) == ("1", "3")
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"rating": None}, "3836-000000000002 : il manque « rating »"),
        ({"rating": 0}, "note « 0 » dans « rating », hors de 1 à 5"),
        ({"body": None}, "il manque « body »"),
        ({"createdDate": "2026-13-01"}, "date illisible « 2026-13-01 » dans « createdDate »"),
    ],
)
def test_app_store_quarantines_a_bad_review_and_goes_on(write, attributes, message):
    first, bad, last = read_json(write, page(review(1), review(2, **attributes), review(3)))
    assert (first.external_id[-1], last.external_id[-1]) == ("1", "3")
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize("content", [{}, {"data": ["x"]}, {"feed": 3}, {"data": None}, {"errors": [{"status": "401"}]}])
def test_app_store_says_that_a_file_holds_no_review(write, content):
    (bad,) = read_json(write, content)
    assert isinstance(bad, RowError)
    assert "avis.json, ligne 1, avis sans id : il manque « attributes » ou « im:rating »" in str(bad)


def test_app_store_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.json")
    with pytest.raises(FormatError, match="la fin du fichier manque"):
        read(write("avis.json", json.dumps(page(review(1)))[:-40]))


@settings(max_examples=40, deadline=None)
@given(st.permutations([*entry(1).items(), ("nouveau", {"label": "x"})]), st.data())
def test_app_store_gives_the_same_or_says_why_when_keys_of_the_feed_move_or_go(tmp_path_factory, kept, data):
    path = tmp_path_factory.mktemp("a") / "avis.json"
    path.write_text(json.dumps(feed([entry(1)])))
    expected = read(path)
    gone = data.draw(st.sampled_from(["id", "content", "im:rating", "im:voteSum", "im:voteCount", "im:contentType"]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16"]))
    path.write_text(json.dumps(feed([dict(pair for pair in kept if pair[0] != gone)])), encoding)
    (found,) = read(path, encoding=encoding)
    if gone.startswith("im:vote") or gone == "im:contentType":
        assert [found] == expected
    else:
        assert isinstance(found, RowError)
        assert f"« {gone} »" in str(found)


@settings(max_examples=40, deadline=None)
@given(
    st.permutations([*review(1)["attributes"].items(), ("nouveau", 3)]),
    st.sampled_from(["rating", "body", "createdDate", "nouveau"]),
)
def test_app_store_gives_the_same_or_says_why_when_keys_of_connect_move_or_go(tmp_path_factory, kept, gone):
    path = tmp_path_factory.mktemp("a") / "avis.json"
    path.write_text(json.dumps(page(review(1))))
    expected = read(path)
    attributes = dict(pair for pair in kept if pair[0] != gone)
    path.write_text(json.dumps(page({"attributes": attributes, "id": review(1)["id"], "type": "customerReviews"})))
    (found,) = read(path)
    if gone == "nouveau":
        assert [found] == expected
    else:
        assert f"il manque « {gone} »" in str(found)

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from listening.errors import FormatError, RowError, SourceError
from listening.records import Deletion, Verbatim
from listening.sources.discourse import Discourse

QUOTE = (
    '<aside class="quote no-group" data-username="nenette_de_thiers" data-post="1" data-topic="8">\n<blockquote>\n'
    "<p>Pas un pardon</p>\n</blockquote>\n</aside>\n"
)


def post(number, **keys):
    return {
        "id": 32 + number,
        "name": "Solène G.",
        "username": "nenette_de_thiers",
        "avatar_template": "/letter_avatar_proxy/v4/letter/n/a9a28c/{size}.png",
        "created_at": f"2026-03-08T17:41:2{number}.317Z",
        "cooked": f"<p>Contrôlée {number} fois en une semaine.</p>",
        "post_number": number,
        "post_type": 1,
        "reply_to_post_number": None,
        "topic_id": 8,
        "topic_slug": "caisses-libre-service",
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
    } | keys


def topic(*posts, **keys):
    return {
        "post_stream": {"posts": list(posts), "stream": [32 + rank for rank in range(1, len(posts) + 1)]},
        "timeline_lookup": [[1, 3]],
        "tags": [],
        "id": 8,
        "title": "Caisses libre-service",
        "slug": "caisses-libre-service",
        "category_id": 5,
    } | keys


def read(write, content, name="sujet.json", **options):
    path = write(name, content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False))
    return list(Discourse(name="forum", path=path, **options).read())


def test_discourse_reads_a_topic_and_its_thread(write):
    answer = post(2, username="gastounet", cooked=QUOTE + "<p>Bienvenue<br>au club</p>", reply_to_post_number=1)
    first, second = read(write, topic(post(1), answer))
    assert first == Verbatim(
        source="forum",
        channel="forum",
        external_id="33",
        text="Contrôlée 1 fois en une semaine.",
        created_at=datetime(2026, 3, 8, 17, 41, 21, 317_000, tzinfo=UTC),
        author="nenette_de_thiers",
        thread="8",
        meta={"category": "5"},
    )
    assert (second.text, second.parent, second.author) == ("Bienvenue\nau club", "33", "gastounet")


@pytest.mark.parametrize("type", [2, 3, 4])
def test_discourse_leaves_out_what_moderators_did(write, type):
    found = read(write, topic(post(1), post(2, post_type=type, hidden=True), post(3)))
    assert [verbatim.external_id for verbatim in found] == ["33", "35"]


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ({"hidden": True}, None),
        ({"user_deleted": True}, None),
        ({"deleted_at": "2026-03-09T08:00:00.000Z"}, datetime(2026, 3, 9, 8, tzinfo=UTC)),
        ({"user_deleted": True, "cooked": None, "username": None}, None),
    ],
)
def test_discourse_says_what_was_taken_back(write, keys, at):
    first, gone, last = read(write, topic(post(1), post(2, **keys), post(3)))
    assert (first.external_id, gone, last.external_id) == ("33", Deletion("34", at), "35")


def test_discourse_says_that_a_whole_topic_was_taken_back(write):
    found = read(write, topic(post(1), post(2, post_type=3), post(3), deleted_at="2026-03-09T08:00:00.000Z"))
    assert found == [Deletion(id, datetime(2026, 3, 9, 8, tzinfo=UTC)) for id in ("33", "35")]


def test_discourse_finds_the_parent_in_an_earlier_part_of_the_topic(write):
    later = topic(post(2, reply_to_post_number=1))
    parts = [topic(post(1)), later, later | {"id": 9}]
    found = read(write, "\n".join(map(json.dumps, parts)), "sujets.jsonl")
    assert [verbatim.parent for verbatim in found] == [None, "33", None]


@pytest.mark.parametrize(
    ("tags", "brand"),
    [
        (["sav", "electro-vauban", "grandval"], "Électro Vauban"),
        ([{"id": 4, "name": "sav", "slug": "sav"}, {"id": 7, "name": "Grandval", "slug": "grandval"}], "Grandval"),
        ([{"id": 4, "name": "GV", "slug": "grandval"}], "Grandval"),
        (["sav"], None),
        ([], None),
        (None, None),
    ],
)
def test_discourse_takes_the_brand_from_the_tags(write, tags, brand):
    (found,) = read(write, topic(post(1), tags=tags), brands=["Grandval", "Électro Vauban"])
    assert found.brand == brand


def test_discourse_falls_back_on_the_brand_of_the_source(write):
    (found,) = read(write, topic(post(1)), brands=["Grandval"], brand="Kolibri")
    assert found.brand == "Kolibri"


def test_discourse_gives_addresses_under_the_base_url(write):
    _, found = read(write, topic(post(1), post(2)), base_url="https://forum.example.org/")
    assert found.url == "https://forum.example.org/t/8/2"


def test_discourse_keeps_a_category_by_name(write):
    (found,) = read(write, topic(post(1), category="hypermarché"))
    assert found.meta == {"category": "hypermarché"}


def test_discourse_reads_folders_lists_and_lines(write, tmp_path):
    write("forum/b.json", json.dumps([topic(post(1), id=1), topic(post(2), id=2)]))
    write("forum/a.jsonl", json.dumps(topic(post(3), id=3)) + "\n" + json.dumps(topic(post(4), id=4)))
    found = Discourse(name="forum", path=tmp_path / "forum").read()
    assert [verbatim.thread for verbatim in found] == ["3", "4", "1", "2"]


@pytest.mark.parametrize("key", ["cooked", "username", "created_at"])
def test_discourse_names_the_post_and_the_key_that_misses(write, key):
    first, bad, last = read(write, topic(post(1), {k: v for k, v in post(2).items() if k != key}, post(3)))
    assert (first.external_id, last.external_id) == ("33", "35")
    assert isinstance(bad, RowError)
    assert str(bad).startswith(f"sujet.json, ligne 1, message 34 : il manque « {key} »")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (topic({k: v for k, v in post(7).items() if k != "id"}), "ligne 1, message n° 7 : il manque « id »"),
        (topic(post(1, cooked="<p>bof</p>" * 100_000)), "message 33 : cellule de 1 000 000 caractères dans « cooked »"),
        (topic(post(1, deleted_at="hier")), "ligne 1, message 33 : date illisible « hier » dans « deleted_at »"),
        (topic("effacé"), "sujet.json, ligne 1 : un message n'est pas un objet JSON {…}"),
        (topic(post(1, created_at="hier")), "ligne 1, message 33 : date illisible « hier » dans « created_at »"),
        (
            topic(post(1, cooked="<p>" + "x" * 20_001 + "</p>")),
            "message 33 : cellule de 20 001 caractères dans « cooked »",
        ),
        ({"id": 8, "title": "Vide"}, "sujet.json, ligne 1 : il manque « id » ou « post_stream.posts »"),
        ({"latest_posts": [post(1)]}, "sujet.json, ligne 1 : il manque « id » ou « post_stream.posts »"),
        ([4], "sujet.json, ligne 1 : un objet JSON {…} est attendu ici"),
    ],
)
def test_discourse_quarantines_what_is_no_post(write, content, message):
    (bad,) = read(write, content)
    assert isinstance(bad, RowError)
    assert message in str(bad)


def test_discourse_bears_half_an_emoji(write):
    (found,) = read(write, json.dumps(topic(post(1, cooked="<p>Bof \ud83d</p>"))))
    assert found.text == "Bof"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            json.dumps(topic(post(1)))[:-40],
            "sujet.json, ligne 1, colonne .* : JSON illisible, la fin du fichier manque",
        ),
        ("", "est vide"),
    ],
)
def test_discourse_says_why_a_file_cannot_be_read(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write, content)


def test_discourse_refuses_a_missing_folder(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(Discourse(name="forum", path=tmp_path / "forum").read())

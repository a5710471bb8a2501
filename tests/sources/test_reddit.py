from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Deletion, Verbatim
from listening.sources.reddit import Reddit

BRANDS = ["Railis", "Électro Vauban", "Colivia"]


def submission(number, **keys):
    return {
        "author": "lulu_des_bois",
        "author_fullname": "t2_abcd",
        "created_utc": 1772360561.0,
        "id": f"1nyk{number}",
        "is_self": True,
        "link_flair_text": "Conseils",
        "name": f"t3_1nyk{number}",
        "num_comments": 2,
        "permalink": f"/r/france/comments/1nyk{number}/caisses_libre_service/",
        "removed_by_category": None,
        "score": 12,
        "selftext": "Contrôlée *deux* fois en une semaine.",
        "stickied": False,
        "subreddit": "france",
        "title": "Caisses libre-service",
        "url": f"https://www.reddit.com/r/france/comments/1nyk{number}/caisses_libre_service/",
    } | keys


def comment(number, body="Moi aussi.", link=1, parent=None, **keys):
    return {
        "author": "gastounet",
        "body": body,
        "body_html": f'&lt;div class="md"&gt;&lt;p&gt;{body}&lt;/p&gt;\n&lt;/div&gt;',
        "created_utc": 1772364161.0,
        "distinguished": None,
        "edited": False,
        "id": f"abc{number}",
        "link_id": f"t3_1nyk{link}",
        "name": f"t1_abc{number}",
        "parent_id": parent or f"t3_1nyk{link}",
        "permalink": f"/r/france/comments/1nyk{link}/caisses_libre_service/abc{number}/",
        "replies": "",
        "score": 3,
        "subreddit": "france",
    } | keys


def listing(*things):
    children = [{"kind": "t1" if "body" in one else "t3", "data": one} if "id" in one else one for one in things]
    return {"kind": "Listing", "data": {"after": None, "dist": len(things), "children": children, "before": None}}


MORE = {
    "kind": "more",
    "data": {"count": 4, "name": "t1_x", "parent_id": "t1_abc1", "depth": 1, "children": ["x", "y"]},
}


def read(write, content, name="sujet.json", **options):
    path = write(name, content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False))
    return list(Reddit(name="forum", path=path, **options).read())


def ids(found):
    return [verbatim.external_id for verbatim in found]


def test_reddit_reads_a_submission_and_its_nested_replies(write):
    deep = comment(2, "> Moi aussi.\n\nPas moi &amp; tant mieux", parent="t1_abc1", replies=listing(MORE))
    page = [listing(submission(1)), listing(comment(1, replies=listing(deep)), comment(3), MORE)]
    first, second, third, fourth = read(write, page)
    assert first == Verbatim(
        source="forum",
        channel="forum",
        external_id="t3_1nyk1",
        text="Caisses libre-service\n\nContrôlée deux fois en une semaine.",
        created_at=datetime(2026, 3, 1, 10, 22, 41, tzinfo=UTC),
        author="lulu_des_bois",
        url="https://www.reddit.com/r/france/comments/1nyk1/caisses_libre_service/",
        thread="t3_1nyk1",
        meta={"subreddit": "france"},
    )
    assert third == Verbatim(
        source="forum",
        channel="forum",
        external_id="t1_abc2",
        text="Pas moi & tant mieux",
        created_at=datetime(2026, 3, 1, 11, 22, 41, tzinfo=UTC),
        author="gastounet",
        url="https://www.reddit.com/r/france/comments/1nyk1/caisses_libre_service/abc2/",
        thread="t3_1nyk1",
        parent="t1_abc1",
        meta={"subreddit": "france"},
    )
    assert (second.external_id, second.parent) == ("t1_abc1", "t3_1nyk1")
    assert fourth.external_id == "t1_abc3"


def test_reddit_reads_dumps_of_one_thing_a_line(write):
    bare = {key: value for key, value in comment(2).items() if key not in ("name", "replies", "body_html")}
    lines = [submission(1), bare | {"created_utc": "1772364161"}, comment(3, created_utc="2026-03-01T11:22:41+00:00")]
    found = read(write, "\n".join(map(json.dumps, lines)), "sujets.jsonl")
    assert ids(found) == ["t3_1nyk1", "t1_abc2", "t1_abc3"]
    assert found[1].created_at == found[2].created_at


def test_reddit_reads_what_praw_gives_nested_in_lists(write):
    praw = {"created_utc": 1772364161.0, "author": {"name": "gastounet"}, "subreddit": {"display_name": "france"}}
    deep = praw | {"id": "abc2", "body": "Et moi", "replies": [], "link_id": None, "parent_id": None}
    more = {"count": 3, "children": ["x"], "id": "x", "parent_id": "t1_abc1"}
    top = praw | {"id": "abc1", "body": "Moi aussi", "replies": [deep, more]}
    found = read(write, [submission(1) | {"comments": [top], "author": None}])
    assert ids(found) == ["t3_1nyk1", "t1_abc1", "t1_abc2"]
    assert [one.parent for one in found] == [None, "t3_1nyk1", "t1_abc1"]
    assert {one.thread for one in found} == {"t3_1nyk1"}
    assert [one.author for one in found] == [None, "gastounet", "gastounet"]
    assert found[1].meta == {"subreddit": "france"}


def test_reddit_reads_a_table_of_both_kinds_with_nulls(write):
    both = [submission(1) | {"body": None}, comment(1) | {"title": None, "selftext": None}]
    assert ids(read(write, both)) == ["t3_1nyk1", "t1_abc1"]


def test_reddit_takes_bare_ids_of_threads_and_parents(write):
    keys = {"link_id": "1nyk1", "parent_id": "1nyk1"}
    first, second = read(write, [comment(1, **keys), comment(2, **keys | {"parent_id": "abc1"})])
    assert (first.thread, first.parent) == ("t3_1nyk1", "t3_1nyk1")
    assert second.parent == "t1_abc1"


@pytest.mark.parametrize(
    "gone",
    [
        comment(2, "[deleted]", author="[deleted]"),
        comment(2, "[removed]"),
        comment(2, "[ Removed by Reddit ]"),
        submission(2, selftext="[removed]"),
        submission(2, selftext="[deleted]", author="[deleted]"),
        submission(2, title="[deleted by user]", selftext=""),
        submission(2, removed_by_category="moderator"),
    ],
)
def test_reddit_tells_what_is_gone_and_keeps_the_answers(write, gone):
    first, deletion, *others = read(write, listing(comment(1), gone | {"replies": listing(comment(4))}, comment(3)))
    assert deletion == Deletion(gone["name"])
    assert ids([first, *others]) == ["t1_abc1", "t1_abc4", "t1_abc3"]


def test_reddit_leaves_out_robots_but_not_the_answers(write):
    robot = comment(2, "Merci de lire le règlement.", author="AutoModerator", replies=listing(comment(4, "Ah bon ?")))
    assert ids(read(write, listing(comment(1), robot))) == ["t1_abc1", "t1_abc4"]


def test_reddit_names_the_submission_that_another_repeats(write):
    first, second = read(write, [submission(1), submission(2, crosspost_parent="t3_1nyk1", selftext="")])
    assert (first.repost_of, second.repost_of) == (None, "t3_1nyk1")


def test_reddit_keeps_the_words_of_an_account_that_is_gone(write):
    (found,) = read(write, [comment(1, author="[deleted]")])
    assert (found.text, found.author) == ("Moi aussi.", None)


def test_reddit_gives_a_link_its_title_alone(write):
    (found,) = read(write, [submission(1, selftext="", is_self=False, title="Ils ferment &amp; s'en vont")])
    assert found.text == "Ils ferment & s'en vont"


ASKED = submission(1, title="Avis sur Railis ?")


@pytest.mark.parametrize(
    ("things", "brands"),
    [
        ([ASKED, comment(1), comment(2, "Colivia est pire")], ["Railis", "Railis", "Colivia"]),
        ([submission(1), comment(1, subreddit="ElectroVauban")], [None, "Électro Vauban"]),
        ([ASKED, comment(1, link=2)], ["Railis", None]),
        ([comment(1, "Je déraillis")], [None]),
    ],
)
def test_reddit_finds_the_brand_in_the_subreddit_the_words_and_the_submission(write, things, brands):
    assert [found.brand for found in read(write, things, brands=BRANDS)] == brands


def test_reddit_falls_back_on_the_brand_of_the_source(write):
    (found,) = read(write, [comment(1)], brands=BRANDS, brand="Kolibri")
    assert found.brand == "Kolibri"


def test_reddit_keeps_no_address_that_names_a_person(write):
    own = {"subreddit": "u_lulu", "permalink": "/r/u_lulu/comments/1nyk1/bonjour/"}
    old = submission(2, permalink="/user/lulu/comments/1nyk2/bonjour/")
    first, second = read(write, [submission(1, **own), old])
    assert (first.url, first.meta, second.url) == (None, {}, None)


def test_reddit_never_reads_private_messages(write):
    message = {"kind": "t4", "data": {"id": "m1", "body": "secret", "created_utc": 1772364161.0}}
    assert read(write, {"kind": "Listing", "data": {"children": [message]}}) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (comment(2, created_utc=None), "sujet.json, ligne 1, message abc2 : il manque « created_utc »"),
        (comment(2, created_utc="hier"), "message abc2 : date illisible « hier » dans « created_utc »"),
        (comment(2, created_utc=99999999999), "message abc2 : date invraisemblable"),
        (submission(2, title=None), "message 1nyk2 : il manque « title »"),
        (comment(2, "x" * 20_001), "message abc2 : cellule de 20 001 caractères dans « text »"),
        (comment(2, "*x* " * 30_000), "message abc2 : cellule de 120 000 caractères dans « text »"),
        (comment(2, id=None), "message sans id : il manque « id »"),
        ({"error": 403, "message": "Forbidden"}, "ni commentaire (« body ») ni sujet (« title »)"),
        ({"kind": "Listing", "data": None}, "ni commentaire (« body ») ni sujet (« title »)"),
        (4, "un objet JSON {…} est attendu ici"),
    ],
)
def test_reddit_quarantines_a_wrong_thing_and_goes_on(write, wrong, message):
    first, bad, last = read(write, [comment(1), wrong, comment(3)])
    assert ids([first, last]) == ["t1_abc1", "t1_abc3"]
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps(listing(comment(1)))[:-40], "sujet.json, ligne 1, colonne .* la fin du fichier manque"),
        (json.dumps(comment(1)) + "\n" + json.dumps(comment(2)), "renommez-le en .jsonl"),
        ("", "est vide"),
    ],
)
def test_reddit_says_why_a_file_cannot_be_read(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write, content)


def test_reddit_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(Reddit(name="forum", path=tmp_path / "sujet.json").read())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_reddit_reads_the_same_however_it_is_written(write, data):
    things = [submission(1, title="Railis, déçu"), comment(1), comment(2, "> cité\n\nNon", parent="t1_abc1")]
    wanted = read(write, things, brands=BRANDS)
    optional = ["name", "score", "is_self", "body_html", "edited", "replies", "removed_by_category", "num_comments"]
    lost = data.draw(st.sets(st.sampled_from(optional)))
    changed = [{k: one[k] for k in data.draw(st.permutations(sorted(one))) if k not in lost} for one in things]
    changed = [one | {"ajout": [1, {"a": None}]} for one in changed]
    nested = changed[1] | {"replies": listing(changed[2])}
    forms = {
        "sujet.json": [changed, listing(*changed), [listing(changed[0]), listing(nested)]],
        "sujet.jsonl": [changed],
    }
    name = data.draw(st.sampled_from(sorted(forms)))
    form = data.draw(st.sampled_from(forms[name]))
    text = "\n".join(map(json.dumps, form)) if name.endswith("l") else json.dumps(form, ensure_ascii=False)
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    try:
        found = read(write, text.encode(encoding), name, brands=BRANDS)
    except ListeningError as error:
        assert encoding == "utf-16" and "UTF-16" in str(error)
        found = read(write, text.encode(encoding), name, brands=BRANDS, encoding="utf-16")
    assert found == wanted

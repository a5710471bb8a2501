from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Deletion, Verbatim, content_id
from listening.sources.bluesky import Bluesky

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
BRANDS = ["Railis", "Électro Vauban", "Colivia"]


def uri(number, did=DID, collection="app.bsky.feed.post"):
    return f"at://{did}/{collection}/3kxyz{number}"


def reference(number):
    return {"uri": uri(number), "cid": "bafyreib"}


def record(text="Ils ont mis le café sous clé 🤡", **keys):
    return {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": "2026-03-01T10:22:41.512Z",
        "langs": ["fr"],
    } | keys


def post(number, text="Ils ont mis le café sous clé 🤡", **keys):
    return {
        "uri": uri(number),
        "cid": "bafyreib",
        "author": {"did": DID, "handle": "lulu.bsky.social", "displayName": "Lulu", "avatar": "https://cdn.example/a"},
        "record": record(text, **keys),
        "replyCount": 1,
        "repostCount": 0,
        "likeCount": 4,
        "quoteCount": 0,
        "indexedAt": "2026-03-01T10:22:42.000Z",
        "labels": [],
    }


def event(number, operation="create", collection="app.bsky.feed.post", **keys):
    commit = {"rev": "3l", "operation": operation, "collection": collection, "rkey": f"3kxyz{number}"}
    commit |= {} if operation == "delete" else {"record": record(**keys), "cid": "bafyreib"}
    return {"did": DID, "time_us": 1772360561512000, "kind": "commit", "commit": commit}


def facet(text, part, **feature):
    start = len(text[: text.index(part)].encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def read(write, content, name="fil.json", **options):
    path = write(name, content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False))
    return list(Bluesky(name="social", path=path, **options).read())


def ids(found):
    return [verbatim.external_id for verbatim in found]


def expected(*numbers):
    return [content_id(uri(number)) for number in numbers]


def test_bluesky_reads_a_reply(write):
    reply = {"root": reference(1), "parent": reference(2)}
    (found,) = read(write, [post(3, "Deux heures de retard, merci Railis.", reply=reply)], brands=BRANDS)
    assert found == Verbatim(
        source="social",
        channel="social",
        external_id=content_id(uri(3)),
        text="Deux heures de retard, merci Railis.",
        language="fr",
        created_at=datetime(2026, 3, 1, 10, 22, 41, 512_000, tzinfo=UTC),
        author=DID,
        brand="Railis",
        thread=content_id(uri(1)),
        parent=content_id(uri(2)),
    )


def test_bluesky_keeps_nothing_that_names_the_author_but_the_author(write):
    (found,) = read(write, [post(1)])
    assert found.author == DID
    others = repr((found.external_id, found.thread, found.parent, found.url, found.meta, found.text))
    assert not any(name in others for name in (DID, "lulu", "Lulu"))


def test_bluesky_reads_feeds_searches_and_lists_of_records(write):
    value = {"records": [{"uri": uri(4), "cid": "b", "value": record()}], "cursor": "x"}
    pages = [{"feed": [{"post": post(1)}, {"post": post(2)}]}, {"posts": [post(3)], "hitsTotal": 1}, value]
    assert ids(read(write, pages)) == expected(1, 2, 3, 4)
    assert ids(read(write, [{"post": post(1)}, post(2)])) == expected(1, 2)


def test_bluesky_gives_a_reposted_or_pinned_post_once(write):
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": "did:plc:autre"}}
    pin = {"$type": "app.bsky.feed.defs#reasonPin"}
    feed = [{"post": post(1), "reason": pin}, {"post": post(2), "reason": reason}, {"post": post(1)}, {"post": post(2)}]
    assert ids(read(write, {"feed": feed})) == expected(1, 2)


def test_bluesky_leaves_out_the_context_of_replies_in_a_feed(write):
    item = {"post": post(3), "reply": {"root": post(1), "parent": post(2)}}
    assert ids(read(write, {"feed": [item]})) == expected(3)


def test_bluesky_reads_a_thread_in_order(write):
    lost = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(9), "notFound": True}
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri(8), "blocked": True, "author": {"did": "x"}}
    answers = [{"post": post(3), "replies": [{"post": post(4), "replies": []}]}, lost, blocked, {"post": post(5)}]
    assert ids(read(write, {"thread": {"post": post(2), "parent": {"post": post(1)}, "replies": answers}})) == expected(
        1, 2, 3, 4, 5
    )


def test_bluesky_reads_the_second_form_of_threads(write):
    items = [
        {"uri": uri(1), "depth": 0, "value": {"$type": "app.bsky.unspecced.defs#threadItemPost", "post": post(1)}},
        {"uri": uri(2), "depth": 1, "value": {"$type": "app.bsky.unspecced.defs#threadItemNotFound"}},
    ]
    assert ids(read(write, {"thread": items, "hasOtherReplies": False})) == expected(1)


def test_bluesky_reads_jetstream_and_what_it_takes_back(write):
    events = [
        event(1),
        event(2, text="Trop cher"),
        event(3, collection="app.bsky.feed.like"),
        {"did": DID, "time_us": 1, "kind": "identity", "identity": {"did": DID, "handle": "lulu.bsky.social"}},
        {"did": DID, "time_us": 1, "kind": "account", "account": {"active": False, "did": DID}},
        event(1, "delete"),
    ]
    found, gone = read(write, "\n".join(map(json.dumps, events)), "flux.jsonl")
    assert (found.text, found.external_id, found.author) == ("Trop cher", content_id(uri(2)), DID)
    assert found == read(write, [post(2, "Trop cher")])[0]
    assert gone == Deletion(content_id(uri(1)), datetime(2026, 3, 1, 10, 22, 41, 512_000, tzinfo=UTC))


def test_bluesky_gives_no_text_of_a_post_deleted_in_a_later_file(write, tmp_path):
    write("jours/01.jsonl", json.dumps(event(1, createdAt="hier")) + "\n" + json.dumps(event(2)))
    write("jours/02.jsonl", json.dumps(event(1, "delete")))
    found, gone = Bluesky(name="social", path=tmp_path / "jours").read()
    assert (ids([found]), gone.external_id) == (expected(2), content_id(uri(1)))


@pytest.mark.parametrize("time", [None, "1772360561512000", -1, 10**18])
def test_bluesky_marks_as_deleted_what_an_event_takes_back_at_no_moment(write, time):
    assert read(write, [event(1, "delete") | {"time_us": time}]) == [Deletion(content_id(uri(1)))]


@pytest.mark.parametrize(
    ("embed", "quoted"),
    [
        ({"$type": "app.bsky.embed.record", "record": reference(7)}, content_id(uri(7))),
        (
            {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": reference(7)}, "media": {}},
            content_id(uri(7)),
        ),
        ({"$type": "app.bsky.embed.record", "record": {"uri": uri(7, collection="app.bsky.feed.generator")}}, None),
        ({"$type": "app.bsky.embed.images", "images": []}, None),
        ({"record": 3}, None),
        (None, None),
    ],
)
def test_bluesky_links_a_quote_to_the_post_that_it_shows(write, embed, quoted):
    (found,) = read(write, [post(1, embed=embed)])
    assert found.parent == quoted


def test_bluesky_leaves_out_records_that_are_no_posts(write):
    like = {"uri": uri(7, collection="app.bsky.feed.like"), "cid": "b", "value": {"subject": {}}}
    assert ids(read(write, {"records": [like, {"uri": uri(1), "cid": "b", "value": record()}]})) == expected(1)


def test_bluesky_gives_shortened_links_their_whole_address(write):
    text = "Déçue 😡 voir railis.example/horai... et leur site, lisez ceci"
    link = {"$type": "app.bsky.richtext.facet#link"}
    facets = [
        facet(text, "railis.example/horai...", **link, uri="https://www.railis.example/horaires/2026"),
        facet(text, "ceci", **link, uri="https://autre.example/page"),
    ]
    (found,) = read(write, [post(1, text, facets=facets)])
    assert found.text == "Déçue 😡 voir https://www.railis.example/horaires/2026 et leur site, lisez ceci"


@pytest.mark.parametrize(
    "facets",
    [
        3,
        [4],
        [{"index": None, "features": [{"uri": "https://a.example"}]}],
        [{"index": {"byteStart": "0", "byteEnd": 4}, "features": [{"uri": "https://a.example"}]}],
        [{"index": {"byteStart": 2, "byteEnd": 900}, "features": [{"uri": "https://a.example"}]}],
        [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [7]}],
        [{"index": {"byteStart": 0, "byteEnd": 4}}],
    ],
)
def test_bluesky_bears_wrong_facets(write, facets):
    (found,) = read(write, [post(1, "a.fr est en panne", facets=facets)])
    assert found.text == "a.fr est en panne"


TAGGED = "Encore raté #ElectroVauban @colivia.bsky.social"


@pytest.mark.parametrize(
    ("text", "keys", "brand"),
    [
        ("Rien", {"tags": ["cafe", "ElectroVauban"]}, "Électro Vauban"),
        (TAGGED, {"facets": [facet(TAGGED, "#ElectroVauban", tag="ElectroVauban")]}, "Électro Vauban"),
        (TAGGED, {"facets": [facet(TAGGED, "@colivia.bsky.social", did="did:plc:c")]}, "Colivia"),
        ("Chez electro-vauban puis Railis", {}, "Électro Vauban"),
        ("Je déraillis", {}, None),
        ("Rien", {"tags": 3}, None),
    ],
)
def test_bluesky_finds_the_brand_in_tags_mentions_and_text(write, text, keys, brand):
    (found,) = read(write, [post(1, text, **keys)], brands=BRANDS)
    assert found.brand == brand


@pytest.mark.parametrize(
    ("langs", "language"), [(["fr-FR"], "fr"), (["fr", "en"], None), ([], None), (None, None), ("fr", None)]
)
def test_bluesky_keeps_the_language_of_a_post_that_says_one(write, langs, language):
    (found,) = read(write, [post(1, langs=langs)])
    assert found.language == language


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (post(2, None), "fil.json, ligne 1, message 3kxyz2 : il manque « text »"),
        (post(2, createdAt=None), "message 3kxyz2 : il manque « createdAt »"),
        (post(2, createdAt="01.03.2026"), "message 3kxyz2 : date illisible « 01.03.2026 »"),
        (post(2) | {"record": "x"}, "message 3kxyz2 : il manque « text »"),
        (post(2) | {"uri": None}, "message sans adresse lisible : il manque « uri »"),
        (post(2) | {"uri": "https://bsky.example/profile/lulu"}, "« uri » n'est pas une adresse at://"),
        (post(2, "x" * 20_001), "cellule de 20 001 caractères dans « text »"),
        ({"error": "RateLimitExceeded"}, "message sans adresse lisible : il manque « uri »"),
        (4, "un objet JSON {…} est attendu ici"),
    ],
)
def test_bluesky_quarantines_a_wrong_post_and_goes_on(write, wrong, message):
    first, bad, last = read(write, [post(1), wrong, post(3)])
    assert ids([first, last]) == expected(1, 3)
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert DID not in str(bad)


def test_bluesky_gives_a_post_of_pictures_an_empty_text(write):
    (found,) = read(write, [post(1, "", embed={"$type": "app.bsky.embed.images", "images": []})])
    assert found.text == ""


def test_bluesky_says_where_json_is_cut_after_what_can_be_read(write):
    path = write("fil.json", json.dumps([post(1), post(2)])[:-50])
    reading = Bluesky(name="social", path=path).read()
    first = next(reading)
    assert isinstance(first, Verbatim)
    with pytest.raises(FormatError, match=r"fil.json, ligne 1, colonne \d+ : JSON illisible, la fin du fichier manque"):
        list(reading)


def test_bluesky_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(Bluesky(name="social", path=tmp_path / "fil.json").read())


def shuffled(draw, value):
    if isinstance(value, dict):
        return {key: shuffled(draw, value[key]) for key in draw(st.permutations(sorted(value)))}
    return [shuffled(draw, item) for item in value] if isinstance(value, list) else value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_bluesky_reads_the_same_however_it_is_written(write, data):
    posts = [post(1, TAGGED, reply={"root": reference(0), "parent": reference(0)}), post(2, "Très déçu de Colivia")]
    wanted = read(write, posts, brands=BRANDS)
    optional = ["cid", "author", "replyCount", "indexedAt", "labels"]
    lost = data.draw(st.sets(st.sampled_from(optional)))
    bare = [{key: one[key] for key in one if key not in lost} | {"ajout": {"a": [1]}} for one in posts]
    whole = shuffled(
        data.draw, data.draw(st.sampled_from([bare, {"posts": bare}, {"feed": [{"post": p} for p in bare]}]))
    )
    lines = data.draw(st.booleans())
    text = "\n".join(json.dumps(one) for one in (whole if isinstance(whole, list) else [whole]))
    text = (
        text
        if lines
        else json.dumps(whole, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.none() | st.just(1)))
    )
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    name = "fil.jsonl" if lines else "fil.json"
    try:
        found = read(write, text.encode(encoding), name, brands=BRANDS)
    except ListeningError as error:
        assert encoding == "utf-16" and "UTF-16" in str(error)
        found = read(write, text.encode(encoding), name, brands=BRANDS, encoding="utf-16")
    assert found == wanted

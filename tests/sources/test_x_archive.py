from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Deletion, Verbatim
from listening.sources.x_archive import XArchive

BRANDS = ["Railis", "Électro Vauban", "Colivia"]
PREFIX = "window.YTD.tweets.part0 = "


def tweet(number, text="Ils ont mis le café sous clé 🤡", **keys):
    return {
        "edit_info": {"initial": {"editTweetIds": ["19"], "editableUntil": "2025-12-06T19:20:30.000Z"}},
        "retweeted": False,
        "source": '<a href="http://twitter.com/download/android" rel="nofollow">Twitter for Android</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": ["0", "83"],
        "favorite_count": "0",
        "id_str": str(1997370581860180180 + number),
        "truncated": False,
        "retweet_count": "0",
        "id": str(1997370581860180180 + number),
        "created_at": "Sat Dec 06 18:20:30 +0000 2025",
        "favorited": False,
        "full_text": text,
        "lang": "fr",
    } | keys


def archive(*tweets, prefix=PREFIX, end=""):
    return prefix + json.dumps([{"tweet": one} for one in tweets], ensure_ascii=False, indent=2) + end


def link(short, long):
    return {"url": short, "expanded_url": long, "display_url": "railis.example", "indices": ["0", "23"]}


def read(write, content, name="tweets.js", **options):
    return list(XArchive(name="social", path=write(name, content), **options).read())


def numbers(found):
    return [verbatim.external_id[-1] for verbatim in found]


def test_x_reads_a_reply(write):
    entities = {
        "hashtags": [{"text": "SAV"}],
        "user_mentions": [{"name": "Railis", "screen_name": "railis", "id": "4"}],
    }
    keys = {"in_reply_to_status_id_str": "199404", "in_reply_to_screen_name": "railis", "entities": entities}
    content = archive(tweet(1, "@railis Deux heures d&#39;attente &amp; rien. #SAV", **keys))
    (found,) = read(write, content, brands=BRANDS, author="lulu_des_bois")
    assert found == Verbatim(
        source="social",
        channel="social",
        external_id="1997370581860180181",
        text="@railis Deux heures d'attente & rien. #SAV",
        language="fr",
        created_at=datetime(2025, 12, 6, 18, 20, 30, tzinfo=UTC),
        author="lulu_des_bois",
        brand="Railis",
        parent="199404",
    )


@pytest.mark.parametrize(
    "prefix",
    [
        "window.YTD.tweet.part0 = ",
        "window.YTD.tweets.part12=",
        " \nwindow.YTD.tweets.part0 = \n",
        "",
        "\ufeff" + PREFIX,
    ],
)
@pytest.mark.parametrize("end", ["", ";", "\n;\n"])
def test_x_reads_every_form_of_the_assignment(write, prefix, end):
    assert numbers(read(write, archive(tweet(1), tweet(2), prefix=prefix, end=end))) == ["1", "2"]


def test_x_reads_old_archives_whose_tweets_are_bare(write):
    old = {key: value for key, value in tweet(1).items() if key not in ("full_text", "id_str")} | {"text": "Bof"}
    (found,) = read(write, "window.YTD.tweet.part0 = " + json.dumps([old]), "tweet.js")
    assert (found.external_id, found.text) == ("1997370581860180181", "Bof")


def test_x_reads_the_parts_of_a_folder_and_nothing_private(write, tmp_path):
    write("data/tweets.js", archive(tweet(1)))
    write("data/tweets-part1.js", archive(tweet(2), prefix="window.YTD.tweets.part1 = "))
    write("data/community-tweet.js", archive(tweet(3), prefix="window.YTD.community_tweet.part0 = "))
    write("data/direct-messages.js", 'window.YTD.direct_messages.part0 = [{"dmConversation": {}}]')
    write("data/account.js", 'window.YTD.account.part0 = [{"account": {"email": "lulu@example.org"}}]')
    assert numbers(XArchive(name="social", path=tmp_path / "data").read()) == ["3", "2", "1"]


def test_x_reads_of_deleted_posts_which_they_are_and_when(write, tmp_path):
    at = "Mon Dec 08 09:00:00 +0000 2025"
    header = {"tweet_id": "19", "user_id": "4", "created_at": "Sat Dec 06 18:20:30 +0000 2025"}
    gone = archive(tweet(4, deleted_at=at), tweet(5), prefix="window.YTD.deleted_tweets.part0 = ")
    write("data/deleted-tweets.js", gone)
    write("data/deleted-tweet-headers.js", archive(header, prefix="window.YTD.deleted_tweet_headers.part0 = "))
    write("data/tweets.js", archive(tweet(1)))
    headers, first, second, kept = XArchive(name="social", path=tmp_path / "data").read()
    assert [headers, first, second] == [
        Deletion("19"),
        Deletion("1997370581860180184", datetime(2025, 12, 8, 9, tzinfo=UTC)),
        Deletion("1997370581860180185"),
    ]
    assert numbers([kept]) == ["1"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"id": None, "id_str": None}, "message sans id : identifiant vide dans « id »"),
        ({"deleted_at": "hier"}, "message 1997370581860180184 : date illisible « hier »"),
    ],
)
def test_x_quarantines_a_wrong_deletion_without_its_text(write, wrong, message):
    (found,) = read(write, archive(tweet(4, **wrong), prefix="window.YTD.deleted_tweets.part0 = "))
    assert isinstance(found, RowError)
    assert message in str(found)
    assert found.content == ""


def test_x_reads_a_list_without_assignment_of_deleted_posts_as_such(write):
    found = read(write, archive(tweet(4, deleted_at="Mon Dec 08 09:00:00 +0000 2025"), prefix=""))
    assert found == [Deletion("1997370581860180184", datetime(2025, 12, 8, 9, tzinfo=UTC))]


def test_x_leaves_out_a_retweet_that_does_not_say_of_what(write):
    others = [tweet(2, "RT @railis: Bonjour à tous…"), tweet(3, "Bonjour", retweeted_status={"text": "Bonjour"})]
    assert numbers(read(write, archive(tweet(1), *others, tweet(5, "Pas un RT @railis: si")))) == ["1", "5"]


def test_x_gives_a_retweet_the_whole_words_of_what_it_repeats(write):
    said = {"id_str": "42", "full_text": "Bonjour à tous &amp; bon trajet avec Railis", "lang": "fr"}
    (found,) = read(write, archive(tweet(2, "RT @railis: Bonjour à…", retweeted_status=said, lang="en")), brands=BRANDS)
    assert (found.external_id, found.repost_of) == ("1997370581860180182", "42")
    assert (found.text, found.language, found.brand) == ("Bonjour à tous & bon trajet avec Railis", "fr", "Railis")


@pytest.mark.parametrize(
    ("keys", "quoted"),
    [
        ({"quoted_status_id_str": "42", "quoted_status_id": 42}, "42"),
        ({"entities": {"urls": [link("https://t.co/a", "https://twitter.com/lulu/status/42")]}}, "42"),
        ({"entities": {"urls": [link("https://t.co/a", "https://x.com/lulu/status/42?s=20")]}}, "42"),
        ({"entities": {"urls": [link("https://t.co/a", "https://x.com/lulu/status/42/photo/1")]}}, None),
        ({"entities": {"urls": [link("https://t.co/a", "https://x.com/lulu")]}}, None),
        ({"entities": {"urls": [link("https://t.co/a", "https://railis.example/status/42")]}}, None),
        ({"entities": None}, None),
    ],
)
def test_x_links_a_quote_to_the_post_that_it_shows(write, keys, quoted):
    (found,) = read(write, archive(tweet(1, "Incroyable", **keys)))
    assert found.parent == quoted


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        (
            "Voir https://t.co/aaaaaaaaaa vite",
            {"urls": [link("https://t.co/aaaaaaaaaa", "https://www.railis.example/a?b=1&c=2")]},
            "Voir https://www.railis.example/a?b=1&c=2 vite",
        ),
        (
            "Non https://t.co/aaaaaaaaaa",
            {"urls": [link("https://t.co/aaaaaaaaaa", "https://twitter.com/lulu/status/19")]},
            "Non https://t.co/aaaaaaaaaa",
        ),
        (
            "Non https://t.co/aaaaaaaaaa",
            {"urls": [link("https://t.co/aaaaaaaaaa", "https://x.com/lulu/status/19")]},
            "Non https://t.co/aaaaaaaaaa",
        ),
        ("Le quai https://t.co/bbbbbbbbbb", {"media": [{"url": "https://t.co/bbbbbbbbbb"}]}, "Le quai"),
        ("Une heure de retard et https://t.co/cc…", {}, "Une heure de retard et…"),
        ("Une heure de retard et http…", {}, "Une heure de retard et…"),
        ("Une heure de retard…", {}, "Une heure de retard…"),
        ("Voir https://t.co/aaaaaaaaaa", {"urls": [3, {"url": None}], "media": "x"}, "Voir https://t.co/aaaaaaaaaa"),
        ("2 &lt; 3 &amp; 4 &gt; 3", None, "2 < 3 & 4 > 3"),
    ],
)
def test_x_mends_links_and_entities(write, text, entities, expected):
    (found,) = read(write, archive(tweet(1, text, entities=entities)))
    assert found.text == expected


@pytest.mark.parametrize(
    ("keys", "brand"),
    [
        ({"entities": {"hashtags": [{"text": "cafe"}, {"text": "ElectroVauban"}]}}, "Électro Vauban"),
        ({"entities": {"user_mentions": [{"screen_name": "Colivia"}]}}, "Colivia"),
        ({"full_text": "Merci railis."}, "Railis"),
        ({"full_text": "Je déraillis"}, None),
        ({"entities": None}, None),
    ],
)
def test_x_finds_the_brand_in_hashtags_mentions_and_text(write, keys, brand):
    (found,) = read(write, archive(tweet(1, **keys)), brands=BRANDS)
    assert found.brand == brand


@pytest.mark.parametrize(("lang", "language"), [("fr", "fr"), ("und", None), ("zxx", None), (None, None)])
def test_x_keeps_a_language_that_is_one(write, lang, language):
    (found,) = read(write, archive(tweet(1, lang=lang)))
    assert found.language == language


def test_x_reads_dates_with_another_offset_and_in_iso(write):
    dates = ["Sun Mar 01 08:05:09 +0130 2026", "2026-03-01T06:35:09.000Z"]
    first, second = read(write, archive(*(tweet(n, created_at=date) for n, date in enumerate(dates))))
    assert first.created_at == second.created_at
    assert first.created_at.utcoffset() == timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (tweet(2, None), "tweets.js, ligne 35, message 1997370581860180182 : il manque « full_text »"),
        (tweet(2, created_at=None), "message 1997370581860180182 : il manque « created_at »"),
        (tweet(2, id=None, id_str=None), "message sans id : il manque « id »"),
        (tweet(2, created_at="sam. déc. 06 18:20:30 2025"), "date illisible « sam. déc. 06 18:20:30 2025 »"),
        (tweet(2, created_at="Sat Dec 46 18:20:30 +0000 2025"), "date illisible"),
        (tweet(2, "x" * 20_001), "cellule de 20 001 caractères dans « text »"),
        ("x", "un objet {…} est attendu ici"),
    ],
)
def test_x_quarantines_a_wrong_tweet_and_goes_on(write, wrong, message):
    first, bad, last = read(write, archive(tweet(1), wrong, tweet(3)))
    assert numbers([first, last]) == ["1", "3"]
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (archive(tweet(1))[:-40], r"tweets.js, ligne \d+, colonne \d+ : JSON illisible, la fin du fichier manque"),
        (archive(tweet(1), end=" var a"), "tweets.js, ligne .* : JSON illisible, autre chose commence ici"),
        ('window.YTD.direct_messages.part0 = [{"a": 1}]', "contient « direct_messages », pas des messages publics"),
        ('window.YTD.tweets.part0 = {"a": 1}', "ce n'est pas un fichier d'archive X"),
        ("bonjour", "ce n'est pas un fichier d'archive X .* donnez data/tweets.js"),
        ("", "est vide"),
    ],
)
def test_x_says_why_a_file_cannot_be_read(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write, content)


def test_x_says_that_a_folder_holds_no_tweets(write):
    folder = write("data/account.js", "window.YTD.account.part0 = []").parent
    with pytest.raises(SourceError, match=r"pas de « tweets\.js » ici : donnez le dossier « data »"):
        list(XArchive(name="social", path=folder).read())


def test_x_reads_an_empty_archive(write):
    assert read(write, "window.YTD.tweets.part0 = [ ]") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_x_reads_the_same_however_it_is_written(write, data):
    tweets = [tweet(1, "Très déçu de #Colivia &amp; co"), tweet(2, "RT @a: b"), tweet(3, in_reply_to_status_id_str="7")]
    wanted = read(write, archive(*tweets), brands=BRANDS)
    optional = ["edit_info", "entities", "id", "source", "truncated", "display_text_range"]
    lost = data.draw(st.sets(st.sampled_from(optional)))
    changed = [{k: one[k] for k in data.draw(st.permutations(sorted(one))) if k not in lost} for one in tweets]
    changed = [one | {"ajout": [1, {"a": None}]} for one in changed]
    prefix = data.draw(st.sampled_from(["", PREFIX, "window.YTD.tweet.part3="]))
    text = prefix + json.dumps([{"tweet": one} for one in changed], ensure_ascii=data.draw(st.booleans()))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    try:
        found = read(write, text.encode(encoding), brands=BRANDS)
    except ListeningError as error:
        assert encoding == "utf-16" and "UTF-16" in str(error)
        found = read(write, text.encode(encoding), brands=BRANDS, encoding="utf-16")
    assert found == wanted

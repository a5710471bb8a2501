from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from listening.errors import FormatError, RowError, SourceError
from listening.records import Verbatim
from listening.sources.mastodon import Mastodon

TAG = '<a href="https://mastodon.example.org/tags/{0}" class="mention hashtag" rel="tag">#<span>{0}</span></a>'
BRANDS = ["Railis", "Électro Vauban", "Colivia"]


def status(number, content="<p>Ils ont mis le café sous clé 🤡</p>", **keys):
    return {
        "id": str(103270115826048000 + number),
        "created_at": "2026-03-01T10:22:41.512Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "fr",
        "url": f"https://mastodon.example.org/@lulu_des_bois/{number}",
        "content": content,
        "reblog": None,
        "account": {"id": "1", "username": "lulu_des_bois", "acct": "lulu_des_bois@mastodon.example.org", "bot": False},
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "poll": None,
    } | keys


def read(write, content, name="statuts.json", **options):
    path = write(name, content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False))
    return list(Mastodon(name="social", path=path, **options).read())


def test_mastodon_reads_a_status(write):
    content = "<p>Merci&#39; &amp; à demain</p><p>" + TAG.format("Railis") + "</p>"
    (found,) = read(write, [status(1, content, spoiler_text="train", in_reply_to_id="99")])
    assert found == Verbatim(
        source="social",
        channel="social",
        external_id="103270115826048001",
        text="train\nMerci' & à demain\n\n#Railis",
        created_at=datetime(2026, 3, 1, 10, 22, 41, 512_000, tzinfo=UTC),
        author="lulu_des_bois@mastodon.example.org",
        parent="99",
    )


def test_mastodon_gives_a_boosted_status_once(write):
    boost = status(9, "", reblog=status(1))
    found = read(write, [boost, status(8, "", reblog=status(1)), status(2), status(7, "", reblog=status(2))])
    assert [verbatim.external_id[-1] for verbatim in found] == ["1", "2"]
    assert found[0].text == "Ils ont mis le café sous clé 🤡"


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        ({"state": "accepted", "quoted_status": {"id": "77"}}, "77"),
        ({"state": "accepted", "quoted_status_id": "77"}, "77"),
        ({"state": "deleted", "quoted_status": None}, None),
        (None, None),
        ("77", None),
    ],
)
def test_mastodon_links_a_quote_to_the_status_that_it_shows(write, quote, quoted):
    (found,) = read(write, [status(1, quote=quote)])
    assert found.parent == quoted


def test_mastodon_reads_one_status_a_line(write):
    lines = "\n".join(json.dumps(status(n)) for n in (1, 2))
    assert read(write, lines, "statuts.jsonl") == read(write, [status(1), status(2)])


@pytest.mark.parametrize(
    ("keys", "brand"),
    [
        ({"tags": [{"name": "cafe"}, {"name": "ElectroVauban"}], "content": "<p>Railis</p>"}, "Électro Vauban"),
        ({"mentions": [{"id": "4", "username": "colivia", "acct": "colivia@example.org"}]}, "Colivia"),
        ({"content": "<p>Deux heures de retard, merci railis.</p>"}, "Railis"),
        ({"content": "<p>Chez electro-vauban puis Railis</p>"}, "Électro Vauban"),
        ({"content": "<p>Je déraillis</p>"}, None),
        ({"tags": 3, "mentions": "x"}, None),
        ({"spoiler_text": "COLIVIA"}, "Colivia"),
    ],
)
def test_mastodon_finds_the_brand_in_tags_mentions_and_text(write, keys, brand):
    (found,) = read(write, [status(1, **keys)], brands=BRANDS)
    assert found.brand == brand


def test_mastodon_gives_a_status_without_words_an_empty_text(write):
    (found,) = read(write, [status(1, "")])
    assert found.text == ""


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"content": None}, "statuts.json, ligne 1, message 103270115826048002 : il manque « content »"),
        ({"account": None}, "message 103270115826048002 : il manque « acct »"),
        ({"id": None}, "message sans id : il manque « id »"),
        ({"created_at": "01.03.2026"}, "message 103270115826048002 : date illisible « 01.03.2026 »"),
        ({"content": "x" * 20_001}, "cellule de 20 001 caractères dans « text »"),
        ({"content": "<p>x</p>" * 100_000}, "cellule de 800 000 caractères dans « content »"),
    ],
)
def test_mastodon_quarantines_a_wrong_status_and_goes_on(write, wrong, message):
    first, bad, last = read(write, [status(1), status(2, **wrong), status(3)])
    assert (first.external_id[-1], last.external_id[-1]) == ("1", "3")
    assert isinstance(bad, RowError)
    assert message in str(bad)


def test_mastodon_says_where_json_is_cut(write):
    with pytest.raises(
        FormatError, match=r"statuts.json, ligne 1, colonne \d+ : JSON illisible, la fin du fichier manque"
    ):
        read(write, json.dumps([status(1), status(2)])[:-50])


def test_mastodon_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(Mastodon(name="social", path=tmp_path / "statuts.json").read())

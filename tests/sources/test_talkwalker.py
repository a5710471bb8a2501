from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Verbatim, content_id
from listening.sources.talkwalker import Talkwalker

URL = "https://forum.example.org/sujet/8-retards"
BRANDS = ["Colivia", "Railis"]


def result(**keys):
    return {
        "cluster_id": "http://twitter.com/quelqu_un/status/1499",
        "content": "Deux heures de retard &amp; pas un mot. Merci Railis...",
        "content_snippet": "...pas un mot. Merci <b>Railis</b>, c&#39;est <b>fini</b>...",
        "domain_url": "http://example.org/",
        "engagement": 12,
        "entity_url": [{"url": "https://img.example.org/1.jpg"}],
        "extra_author_attributes": {"gender": "FEMALE", "id": "ex:example.org-1", "name": "Solène Garnier"},
        "extra_source_attributes": {
            "id": "ex:forum.example.org",
            "name": "forum.example.org",
            "world_data": {"city": "Thiers", "country_code": "fr", "region": "Auvergne"},
        },
        "fluency_level": 100,
        "host_url": "http://forum.example.org/",
        "indexed": 1772354894625,
        "lang": "fr",
        "parent_url": URL,
        "post_type": ["TEXT"],
        "published": 1772353361000,
        "reach": 4165,
        "root_url": "https://example.org/",
        "sentiment": -4,
        "source_type": ["MESSAGEBOARD"],
        "tags_internal": ["isQuestion"],
        "title": "Retards à répétition",
        "title_snippet": "Retards à répétition",
        "url": URL,
        "word_count": 854,
    } | keys


def social(**keys):
    post = result(
        content="Encore un train supprimé 🤡",
        extra_author_attributes={"id": "tw:12", "name": "Lulu", "short_name": "lulu_des_bois"},
        parent_url="http://twitter.com/railis/statuses/1902",
        source_type=["SOCIALMEDIA", "SOCIALMEDIA_TWITTER"],
        title="",
        url="http://twitter.com/lulu_des_bois/statuses/1903",
        published=1772354400000,
    )
    return post | keys


def page(*results, **keys):
    return {
        "pagination": {"next": "GET /api/v1/search/results?q=railis&access_token=abcd", "total": 105362},
        "request": "GET /api/v1/search/results?q=railis&access_token=abcd",
        "request_id": "#r8vn08dfe6e9#",
        "result_content": {"data": [{"data": one} for one in results]},
        "status_code": "0",
        "status_message": "OK",
    } | keys


def chunk(one):
    return {"chunk_type": "CT_RESULT", "chunk_result": {"data": {"data": one, "highlighted_data": []}}}


CONTROL = {"chunk_type": "CT_CONTROL", "chunk_control": {"connection_id": "#r8vsbc480czh#"}}


def flat(value, prefix=""):
    """Give a result as the columns of an export name it."""
    cells = {}
    for key, held in value.items():
        if isinstance(held, dict):
            cells |= flat(held, f"{prefix}{key}.")
        elif isinstance(held, list):
            cells[prefix + key] = ",".join(one for one in held if isinstance(one, str))
        else:
            cells[prefix + key] = str(held)
    return cells


def table(*results, delimiter=","):
    rows = [flat(one) for one in results]
    columns = dict.fromkeys(column for row in rows for column in row)
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [[*columns], *([row.get(one, "") for one in columns] for row in rows)]
    )
    return text.getvalue()


def lines(*items):
    return "\n".join(json.dumps(item, ensure_ascii=False) for item in items)


def read(write, content, name="page.json", encoding="utf-8", **options):
    path = write(name, content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding)
    return list(Talkwalker(name="veille", path=path, **({"brands": BRANDS} | options)).read())


def test_talkwalker_reads_a_page_of_results(write):
    (found,) = read(write, page(result()), meta=["extra_source_attributes.world_data.region"])
    assert found == Verbatim(
        source="veille",
        channel="forum",
        external_id=content_id(URL),
        text="Deux heures de retard &amp; pas un mot. Merci Railis...",
        language="fr",
        created_at=datetime(2026, 3, 1, 8, 22, 41, tzinfo=UTC),
        author="Solène Garnier",
        brand="Railis",
        url=URL,
        meta={
            "extra_source_attributes.world_data.region": "Auvergne",
            "type": "MESSAGEBOARD",
            "domain": "example.org",
            "texte": "extrait",
        },
    )


def test_talkwalker_keeps_nothing_that_names_the_author_of_a_post(write):
    (found,) = read(write, page(social()))
    parent = content_id("http://twitter.com/railis/statuses/1902")
    assert found == Verbatim(
        source="veille",
        channel="social",
        external_id=content_id("http://twitter.com/lulu_des_bois/statuses/1903"),
        text="Encore un train supprimé 🤡",
        language="fr",
        created_at=datetime(2026, 3, 1, 8, 40, tzinfo=UTC),
        author="lulu_des_bois",
        thread=parent,
        parent=parent,
        meta={"type": "SOCIALMEDIA_TWITTER"},
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("liste.json", json.dumps([result(), social()])),
        ("liste.json", json.dumps([{"data": result()}, {"data": social()}])),
        ("page.jsonl", lines(page(result()), page(social()))),
        ("resultats.jsonl", lines(result(), {"data": social()})),
        ("flux.jsonl", lines(CONTROL, chunk(result()), chunk(social()), CONTROL)),
        ("export.csv", table(result(), social())),
        ("export.csv", "\ufeff" + table(result(), social(), delimiter=";")),
    ],
)
def test_talkwalker_reads_all_that_the_tool_writes(write, name, content):
    assert read(write, content, name) == read(write, page(result(), social()))


def test_talkwalker_reads_a_folder(write, tmp_path):
    write("mars/1.json", json.dumps(page(result())))
    write("mars/2.json", json.dumps(page(social(), result())))
    found = list(Talkwalker(name="veille", path=tmp_path / "mars").read())
    assert [one.channel for one in found] == ["forum", "social"]


@pytest.mark.parametrize(
    ("types", "channel"),
    [
        (["REVIEW"], "review"),
        (["CONSUMERREVIEW", "CONSUMERREVIEW_SHOP"], "review"),
        (["BLOG"], "social"),
        (["BLOG", "BLOG_COMMENT"], "social"),
        (["SOCIALMEDIA", "SOCIALMEDIA_REDDIT"], "forum"),
        (["MESSAGEBOARD", "MESSAGEBOARD_ZZZ"], "forum"),
        (["OTHER"], "forum"),
    ],
)
def test_talkwalker_gives_each_result_the_channel_of_its_type(write, types, channel):
    (found,) = read(write, page(result(source_type=types)), channels={"other": "forum"})
    assert found.channel == channel


@pytest.mark.parametrize(
    "keys",
    [
        {"source_type": ["ONLINENEWS", "ONLINENEWS_NEWSPAPER"]},
        {"source_type": ["ONLINENEWS", "ONLINENEWS_OTHER"]},
        {"source_type": ["TV_RADIO", "TV_RADIO_TV"]},
        {"source_type": ["PODCAST"]},
        {"post_type": ["TEXT", "REPOST"]},
    ],
)
def test_talkwalker_leaves_out_the_press_and_reposts(write, keys):
    assert read(write, page(result(**keys))) == []


def test_talkwalker_reads_the_press_when_told(write):
    content = page(result(source_type=["ONLINENEWS", "ONLINENEWS_NEWSPAPER"]))
    (found,) = read(write, content, channels={"onlinenews": "social"})
    assert (found.channel, found.url) == ("social", None)


def test_talkwalker_reads_the_part_found_for_want_of_content(write):
    (found,) = read(write, page(result(content="")))
    assert found.text == "...pas un mot. Merci Railis, c'est fini..."


def test_talkwalker_puts_the_title_of_a_review_before_it(write):
    (found,) = read(write, page(result(source_type=["REVIEW"], title="Déçue", content="Cher.")))
    assert (found.text, "texte" in found.meta) == ("Déçue. Cher.", False)


def test_talkwalker_tells_apart_results_without_address(write):
    found = read(write, page(social(url=""), social(url="", content="Merci"), social(url="")))
    assert len({one.external_id for one in found}) == len(found) == 2


@pytest.mark.parametrize(
    ("keys", "brand"),
    [
        ({"tags_customer": ["sav", "colivia"]}, "Colivia"),
        ({"title": "Colivia, suite", "content": "Rien."}, "Colivia"),
        ({"title": "", "content": "Rien."}, "Autre"),
    ],
)
def test_talkwalker_finds_the_brand_in_tags_and_text(write, keys, brand):
    (found,) = read(write, page(result(**keys)), brand="Autre")
    assert found.brand == brand


@pytest.mark.parametrize(
    ("published", "created_at"),
    [
        ("2026-03-01 10:22:41", datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris"))),
        ("2026-03-01T09:22:41Z", datetime(2026, 3, 1, 9, 22, 41, tzinfo=UTC)),
        ("1772353361000", datetime(2026, 3, 1, 8, 22, 41, tzinfo=UTC)),
    ],
)
def test_talkwalker_reads_the_dates_of_an_export(write, published, created_at):
    (found,) = read(write, table(result(published=published)), "export.csv")
    assert found.created_at == created_at


def test_talkwalker_reads_dates_in_the_format_given(write):
    content = table(result(published="26/03/01 10:22:41"))
    (found,) = read(write, content, "export.csv", date_format="%y/%m/%d %H:%M:%S")
    assert found.created_at == datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"published": None}, "page.json, ligne 1, résultat 2 : il manque « published »"),
        ({"source_type": []}, "résultat 2 : il manque « source_type »"),
        ({"source_type": ["ZORGLUB"]}, "type de source « ZORGLUB » inconnu : ajoutez « ZORGLUB: social »"),
        ({"published": "01.03.2026"}, "résultat 2 : date illisible « 01.03.2026 »"),
        ({"content": "x" * 20_001}, "résultat 2 : cellule de 20 001 caractères"),
    ],
)
def test_talkwalker_quarantines_a_bad_result_and_goes_on(write, keys, message):
    first, bad, last = read(write, page(result(), result(**keys), social()))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "Garnier" not in bad.content
    assert (first.channel, last.channel) == ("forum", "social")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"chunk_type": "CT_ERROR", "chunk_error": {}}, "flux.jsonl, ligne 2 : Talkwalker a interrompu ce flux"),
        (page(status_code="21"), "ligne 2 : Talkwalker a répondu par une erreur"),
        ({"result_content": {"data": [3]}}, "ligne 2 : un résultat n'est pas un objet JSON"),
        ({"content": "Merci"}, "ligne 2, résultat 1 : il manque « published »"),
        ({key: value for key, value in result().items() if "content" not in key}, "il manque « content »"),
        ([], "ligne 2 : un objet JSON {…} est attendu"),
    ],
)
def test_talkwalker_says_what_is_no_result_and_goes_on(write, item, message):
    first, bad, last = read(write, lines(chunk(result()), item, chunk(social())), "flux.jsonl")
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "access_token" not in f"{bad}{bad.content}"
    assert (first.channel, last.channel) == ("forum", "social")


def test_talkwalker_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(Talkwalker(name="veille", path=tmp_path / "absent.json").read())
    with pytest.raises(FormatError, match="la fin du fichier manque"):
        read(write, json.dumps(page(result()))[:-40])
    with pytest.raises(FormatError, match="pas de colonne « content »"):
        read(write, "published,title,url\n2026-03-01,a,b\n", "export.csv")
    with pytest.raises(FormatError, match="aucune des 100 premières lignes ne nomme les colonnes"):
        read(write, "a,b\n1,2\n", "export.csv")


@pytest.mark.parametrize("name", ["page.json", "export.csv"])
def test_talkwalker_refuses_to_keep_what_says_who_wrote(write, name):
    content = table(result()) if name == "export.csv" else page(result())
    with pytest.raises(FormatError, match=r"« extra_author_attributes\.gender » dit qui a écrit"):
        read(write, content, name, meta=["extra_author_attributes.gender"])


@settings(max_examples=40, deadline=None)
@given(
    order=st.permutations([*result(), "nouvelle_cle"]),
    missing=st.sets(
        st.sampled_from(["cluster_id", "sentiment", "reach", "title_snippet", "tags_internal", "word_count"])
    ),
    shape=st.sampled_from(["json", "jsonl", "csv", "utf-16"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_talkwalker_gives_the_same_whatever_the_order(tmp_path_factory, order, missing, shape, delimiter):
    folder = tmp_path_factory.mktemp("t")

    def write(name, content, encoding):
        (folder / name).write_bytes(content.encode(encoding))
        return folder / name

    expected = read(write, page(result(), social()))
    results = [one | {"nouvelle_cle": {"a": [1]}} for one in (result(), social())]
    results = [{key: one[key] for key in order if key not in missing} for one in results]
    forms = {"json": page(*results), "jsonl": lines(*results)}
    content = forms.get(shape, table(*results, delimiter=delimiter))
    name = f"export.{shape if shape in forms else 'csv'}"
    assert read(write, content, name, "utf-16" if shape == "utf-16" else "utf-8") == expected

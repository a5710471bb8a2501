from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Verbatim, content_id
from listening.sources.brandwatch import Brandwatch

PREAMBLE = [["Report:", "Bulk Mentions Download"], ["Brand:", "Railis"], ["From:", "2026-03-01"], ["Label:"], []]
MENTION = {
    "Query Id": "72838858",
    "Query Name": "Railis FR",
    "Date": "2026-03-01 10:22:41.0",
    "Title": "RE: Retards à répétition - Forum du rail",
    "Snippet": "...toujours pas remboursée, trois semaines...",
    "Full Text": "Toujours pas remboursée,\ntrois semaines ; « merci » Railis &amp; co",
    "Url": "https://forum.example.org/sujet/8#message12",
    "Domain": "forum.example.org",
    "Sentiment": "negative",
    "Page Type": "forum",
    "Thread Entry Type": "reply",
    "Category Details": "",
    "Language": "fr",
    "Country": "France",
    "Assignment": "jeanne@agence.example",
    "Author": "nenette_de_thiers",
    "Thread Author": "gastounet",
    "Thread Id": "2760067118",
    "Reply To": "",
    "X Author ID": "",
    "Resource Id": "31415926535",
    "Motif - Remboursement": "X",
    "Motif - Retard": "",
    "Motif - Prix": "0",
}
POST = MENTION | {
    "Page Type": "twitter",
    "Thread Entry Type": "reply",
    "Title": "@lulu_des_bois: Encore un train supprimé",
    "Full Text": "Encore un train supprimé 🤡",
    "Url": "https://twitter.com/lulu_des_bois/statuses/1903",
    "Domain": "twitter.com",
    "Author": "lulu_des_bois",
    "Thread Id": "",
    "Reply To": "https://twitter.com/railis/statuses/1902",
    "Resource Id": "",
    "Motif - Remboursement": "",
    "Motif - Retard": "X",
}
CHOICE = {"brands": ["Colivia", "Railis"], "categories": ["Motif"], "meta": ["Country"]}


def export(*mentions, preamble=PREAMBLE, delimiter=","):
    text = io.StringIO()
    rows = [[*mentions[0]], *([*mention.values()] for mention in mentions)]
    csv.writer(text, delimiter=delimiter).writerows([*preamble, *rows])
    return "\ufeff" + text.getvalue()


def without(mention, *columns):
    return {column: cell for column, cell in mention.items() if column not in columns}


def read(path, **options):
    return list(Brandwatch(name="veille", path=path, **(CHOICE | options)).read())


def test_brandwatch_reads_a_forum_post_after_the_preamble(write):
    (found,) = read(write("veille.csv", export(MENTION)))
    assert found == Verbatim(
        source="veille",
        channel="forum",
        external_id="31415926535",
        text="Toujours pas remboursée,\ntrois semaines ; « merci » Railis &amp; co",
        language="fr",
        created_at=datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris")),
        author="nenette_de_thiers",
        brand="Railis",
        url="https://forum.example.org/sujet/8#message12",
        thread="2760067118",
        meta={"Country": "France", "type": "forum", "domain": "forum.example.org", "Motif": "Remboursement"},
    )


def test_brandwatch_keeps_nothing_that_names_the_author_of_a_post(write):
    (found,) = read(write("veille.csv", export(POST)))
    parent = content_id("https://twitter.com/railis/statuses/1902")
    assert found == Verbatim(
        source="veille",
        channel="social",
        external_id=content_id("https://twitter.com/lulu_des_bois/statuses/1903"),
        text="Encore un train supprimé 🤡",
        language="fr",
        created_at=datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris")),
        author="lulu_des_bois",
        brand="Railis",
        thread=parent,
        parent=parent,
        meta={"Country": "France", "type": "twitter", "Motif": "Retard"},
    )


@pytest.mark.parametrize(
    ("cells", "channel"),
    [
        ({"Page Type": "Review"}, "review"),
        ({"Page Type": "reddit"}, "forum"),
        ({"Page Type": "Blogs"}, "social"),
        ({"Page Type": "X"}, "social"),
        ({"Page Type": "News Comments"}, "social"),
        ({"Page Type": "", "Domain": "www.facebook.com"}, "social"),
        ({"Page Type": "", "Domain": "fr.trustpilot.com"}, "review"),
        ({"Page Type": "Podcaz"}, "forum"),
    ],
)
def test_brandwatch_gives_each_row_the_channel_of_its_type(write, cells, channel):
    (found,) = read(write("veille.csv", export(MENTION | cells)), channels={"podcaz": "forum"})
    assert found.channel == channel


@pytest.mark.parametrize(
    "cells",
    [
        {"Page Type": "news"},
        {"Page Type": "Online News"},
        {"Page Type": "TV"},
        {"Thread Entry Type": "share"},
        {"Thread Entry Type": "Retweet"},
    ],
)
def test_brandwatch_leaves_out_the_press_and_reposts(write, cells):
    assert read(write("veille.csv", export(MENTION | cells))) == []


def test_brandwatch_reads_the_press_when_told_and_leaves_out_a_type(write):
    path = write("veille.csv", export(MENTION | {"Page Type": "news"}, MENTION))
    found = read(path, channels={"News": "social", "forum": None})
    assert [(one.channel, one.meta["type"]) for one in found] == [("social", "news")]


def test_brandwatch_reads_the_snippet_for_want_of_a_full_text(write):
    rows = [MENTION | {"Full Text": " "}, without(MENTION, "Full Text")]
    for row in rows:
        (found,) = read(write("veille.csv", export(row)))
        assert found.text == "...toujours pas remboursée, trois semaines..."
        assert found.meta["texte"] == "extrait"


def test_brandwatch_puts_the_title_of_a_review_before_it(write):
    (found,) = read(write("v.csv", export(MENTION | {"Page Type": "review", "Title": "Déçue", "Full Text": "Cher."})))
    assert found.text == "Déçue. Cher."


def test_brandwatch_gives_once_what_two_queries_found(write):
    found = read(write("veille.csv", export(MENTION, MENTION | {"Query Name": "Concurrents"})))
    assert [one.brand for one in found] == ["Railis"]


def test_brandwatch_tells_apart_the_reviews_of_one_page(write):
    rows = [MENTION | {"Resource Id": "", "Author": name} for name in ("lulu", "gaston", "")]
    found = read(write("veille.csv", export(*rows, rows[0])))
    assert len({one.external_id for one in found}) == len(found) == 3


@pytest.mark.parametrize(
    "cells",
    [
        {"Url": "https://forum.example.org/nenette-de-thiers/8"},
        {"Url": "https://avis.example.org/users/58291"},
        {"Url": "https://blog.example.org/@quelqu_un/8"},
        {"Url": "ftp://example.org"},
    ],
)
def test_brandwatch_drops_an_address_that_may_name_its_author(write, cells):
    (found,) = read(write("veille.csv", export(MENTION | cells)))
    assert found.url is None


def test_brandwatch_drops_a_site_named_for_its_author(write):
    row = MENTION | {"Domain": "nenette-de-thiers.example.org"}
    (found,) = read(write("veille.csv", export(row)))
    assert "domain" not in found.meta


@pytest.mark.parametrize(
    ("row", "brand"),
    [
        (MENTION | {"Query Name": "Tous", "Full Text": "Chez colivia, rien."}, "Colivia"),
        (MENTION | {"Query Name": "Tous", "Full Text": "Rien.", "Title": ""}, "Autre"),
        (MENTION | {"Query Name": "Colivia"}, "Colivia"),
        (MENTION | {"Motif - Colivia": "1"}, "Colivia"),
    ],
)
def test_brandwatch_finds_the_brand_in_categories_query_and_text(write, row, brand):
    (found,) = read(write("veille.csv", export(row)), brand="Autre")
    assert found.brand == brand


def test_brandwatch_reads_categories_named_in_one_column(write):
    row = without(MENTION, "Motif - Remboursement", "Motif - Retard", "Motif - Prix") | {"Motif": "Retard, Prix"}
    (found,) = read(write("veille.csv", export(row)))
    assert found.meta["Motif"] == "Retard, Prix"


def test_brandwatch_reads_a_workbook(tmp_path, write):
    path = tmp_path / "veille.xlsx"
    workbook = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    for line, cells in enumerate([*PREAMBLE, [*MENTION], [*MENTION.values()], [*POST.values()]]):
        sheet.write_row(line, 0, cells)
    sheet.write_datetime(
        6, [*MENTION].index("Date"), datetime(2026, 3, 1, 10, 22, 41), workbook.add_format({"num_format": "yyyy-mm-dd"})
    )
    workbook.close()
    assert read(path) == read(write("veille.csv", export(MENTION, POST)))


def test_brandwatch_reads_french_headings(write):
    names = {"Full Text": "Texte intégral", "Author": "Auteur", "Page Type": "Type de page", "Domain": "Domaine"}
    row = {names.get(column, column): cell for column, cell in MENTION.items()}
    assert read(write("fr.csv", export(row))) == read(write("veille.csv", export(MENTION)))


@pytest.mark.parametrize(
    ("date", "created_at"),
    [
        ("2026-03-01T09:22:41.000+0000", datetime(2026, 3, 1, 9, 22, 41, tzinfo=UTC)),
        ("01/03/2026 10:22", datetime(2026, 3, 1, 10, 22, tzinfo=ZoneInfo("Europe/Paris"))),
        ("", None),
    ],
)
def test_brandwatch_reads_dates(write, date, created_at):
    (found,) = read(write("veille.csv", export(MENTION | {"Date": date})))
    assert found.created_at == created_at


def test_brandwatch_reads_dates_in_the_format_given(write):
    path = write("veille.csv", export(MENTION | {"Date": "03/01/26 10:22 AM"}))
    (found,) = read(path, date_format="%m/%d/%y %I:%M %p")
    assert found.created_at == datetime(2026, 3, 1, 10, 22, tzinfo=ZoneInfo("Europe/Paris"))


def test_brandwatch_gives_a_mention_without_words_an_empty_text(write):
    (found,) = read(write("veille.csv", export(MENTION | {"Full Text": "", "Snippet": ""})))
    assert found.text == ""


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"Page Type": "Podcaz"},
            "veille.csv, ligne 8 : type de source « Podcaz » inconnu : ajoutez « Podcaz: social »",
        ),
        ({"Page Type": "", "Domain": "example.org"}, "ligne 8 : ni type de source, ni site connu"),
        ({"Date": "1er mars"}, "ligne 8 : date illisible « 1er mars »"),
        ({"Full Text": "x" * 20_001}, "ligne 8 : cellule de 20 001 caractères"),
    ],
)
def test_brandwatch_quarantines_a_bad_row_and_goes_on(write, cells, message):
    row = {column: cell.replace("\n", " ") for column, cell in MENTION.items()}
    first, bad, last = read(write("veille.csv", export(row, row | cells, POST)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "nenette" not in bad.content
    assert "jeanne" not in bad.content
    assert (first.channel, last.channel) == ("forum", "social")


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        (without(MENTION, "Date"), {}, "aucune des 100 premières lignes ne nomme les colonnes"),
        (without(MENTION, "Full Text", "Snippet"), {}, "ni « Full Text » ni « Snippet »"),
        (MENTION, {"categories": ["Motifs"]}, "pas de catégories « Motifs » : choisissez parmi « Motif »"),
        (MENTION, {"meta": ["Region"]}, "pas de colonne « Region » : choisissez parmi « Query Id »"),
        (MENTION, {"meta": ["Thread Author"]}, "« Thread Author » dit qui a écrit"),
        (MENTION, {"meta": ["assignment"]}, "« Assignment » dit qui a écrit"),
    ],
)
def test_brandwatch_says_what_the_file_lacks(write, row, options, message):
    with pytest.raises(FormatError) as raised:
        read(write("veille.csv", export(row)), **options)
    assert message in str(raised.value)


def test_brandwatch_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="ce n'est pas un tableau"):
        read(write("veille.json", "{}"))
    with pytest.raises(FormatError, match="est vide"):
        read(write("vide.csv", ""))


@settings(max_examples=40, deadline=None)
@given(
    order=st.permutations([*MENTION, "Nouvelle colonne"]),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    missing=st.sets(st.sampled_from(["Query Id", "Sentiment", "Country Code", "Title", "Thread Author", "Assignment"])),
    preamble=st.sampled_from([PREAMBLE, [], [["Report: avis, mars ; avril"]]]),
)
def test_brandwatch_gives_the_same_whatever_the_table(tmp_path_factory, order, delimiter, encoding, missing, preamble):
    path = tmp_path_factory.mktemp("b") / "veille.csv"
    path.write_text(export(MENTION, POST), newline="")
    expected = read(path)
    rows = [{column: (row | {"Nouvelle colonne": "12"})[column] for column in order} for row in (MENTION, POST)]
    content = export(*(without(row, *missing) for row in rows), delimiter=delimiter, preamble=preamble)
    path.write_bytes(content.removeprefix("\ufeff").encode(encoding))
    assert read(path) == expected

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Verbatim, content_id
from listening.sources.meltwater import Meltwater

PARIS = ZoneInfo("Europe/Paris")
LINE = (
    "Date,Time,Document ID,URL,Input Name,Keywords,Information Type,Source Type,Source Name,Source Domain,Content Type,"
    "Author Name,Author Handle,Title,Opening Text,Hit Sentence,Image,Hashtags,Links,Country,Region,State,City,Language,"
    "Sentiment,Keyphrases,Reach,Global Reach,National Reach,Local Reach,AVE,Social Echo,Editorial Echo,Engagement,"
    "Shares,Quotes,Likes,Replies,Reposts,Comments,Reactions,Views,Estimated Views,Document Tags,Custom Categories,"
    "Custom Fields"
)
HEADER = next(csv.reader([LINE]))
MENTION = dict.fromkeys(HEADER, "") | {
    "Date": "06-Feb-2026",
    "Time": "3:03 PM",
    "Document ID": "1770386580000_K49ugt285",
    "URL": "https://forum.example.org/t/colis-perdu/8",
    "Input Name": "Colivia",
    "Information Type": "Social",
    "Source Type": "Forums",
    "Source Name": "Forum des colis",
    "Source Domain": "forum.example.org",
    "Content Type": "post",
    "Author Name": "Gaston L.",
    "Author Handle": "gastounet",
    "Title": "Colis perdu",
    "Opening Text": "Colivia a perdu mon colis ; « désolés », qu'ils disent...",
    "Hit Sentence": "Trois appels\tet rien, Colivia ne répond pas.",
    "Country": "France",
    "Language": "French",
    "Sentiment": "Negative",
    "Keyphrases": "colis perdu",
    "Reach": "1 204",
}
POST = MENTION | {
    "Time": "10:11 AM",
    "Document ID": "1770284000000_aZ",
    "URL": "https://x.com/lulu_des_bois/status/2019",
    "Source Type": "X",
    "Source Name": "X",
    "Source Domain": "x.com",
    "Author Name": "Lulu",
    "Author Handle": "@lulu_des_bois",
    "Title": "",
    "Opening Text": "",
    "Hit Sentence": "Merci Colivia 🤡",
}
OLD = {
    "Date": "03-Feb-2026 05:05PM",
    "Headline": "La guerre des colis",
    "URL": "https://www.youtube.com/watch?v=x",
    "Opening Text": "",
    "Hit Sentence": "Combien êtes-vous payés pour dire ça ?",
    "Source": "Youtube",
    "Influencer": "Comment on Panorama des colis",
    "Country": "France",
    "Language": "French",
    "Sentiment": "Neutral",
    "Twitter Screen Name": "lulu",
    "User Profile Url": "https://twitter.com/lulu",
    "Alternate Date Format": "03-Feb-26",
    "Time": "5:05 PM",
    "Parent URL": "",
    "Document ID": "",
}


def export(*mentions, delimiter="\t"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([[*mentions[0]], *([*mention.values()] for mention in mentions)])
    return text.getvalue()


def read(path, **options):
    return list(Meltwater(name="veille", path=path, **({"brands": ["Colivia"]} | options)).read())


def test_meltwater_reads_utf_16_with_tabs(write):
    (found,) = read(write("veille.csv", export(MENTION), "utf-16"), meta=["Country"])
    assert found == Verbatim(
        source="veille",
        channel="forum",
        external_id="1770386580000_K49ugt285",
        text="Colivia a perdu mon colis ; « désolés », qu'ils disent...\n\n"
        "Trois appels\tet rien, Colivia ne répond pas.",
        language="fr",
        created_at=datetime(2026, 2, 6, 15, 3, tzinfo=PARIS),
        author="gastounet",
        brand="Colivia",
        url="https://forum.example.org/t/colis-perdu/8",
        meta={"Country": "France", "type": "Forums", "domain": "forum.example.org", "texte": "extrait"},
    )


def test_meltwater_keeps_nothing_that_names_the_author_of_a_post(write):
    (found,) = read(write("veille.csv", export(POST), "utf-16"))
    assert found == Verbatim(
        source="veille",
        channel="social",
        external_id="1770284000000_aZ",
        text="Merci Colivia 🤡",
        language="fr",
        created_at=datetime(2026, 2, 6, 10, 11, tzinfo=PARIS),
        author="@lulu_des_bois",
        brand="Colivia",
        meta={"type": "X"},
    )


def test_meltwater_reads_an_older_export(write):
    (found,) = read(write("ancien.csv", export(OLD), "utf-16"))
    assert found == Verbatim(
        source="veille",
        channel="social",
        external_id=content_id("https://www.youtube.com/watch?v=x"),
        text="Combien êtes-vous payés pour dire ça ?",
        language="fr",
        created_at=datetime(2026, 2, 3, 17, 5, tzinfo=PARIS),
        meta={"type": "Youtube"},
    )


def test_meltwater_knows_the_post_that_an_older_export_answers(write):
    row = OLD | {"Source": "Reddit", "Parent URL": "https://www.reddit.com/r/colis/1"}
    (found,) = read(write("ancien.csv", export(row), "utf-16"))
    assert (found.channel, found.parent, found.thread) == ("forum", *[content_id(row["Parent URL"])] * 2)


@pytest.mark.parametrize(
    ("opening", "hit", "text", "extract"),
    [
        ("Perdu. Trois appels et rien.", "Trois appels, et rien", "Perdu. Trois appels et rien.", False),
        ("Trois appels", "Perdu. Trois appels et rien.", "Perdu. Trois appels et rien.", False),
        ("Perdu…", "", "Perdu…", True),
        ("", "", "", False),
    ],
)
def test_meltwater_joins_the_opening_and_the_sentence_hit(write, opening, hit, text, extract):
    row = MENTION | {"Opening Text": opening, "Hit Sentence": hit}
    (found,) = read(write("veille.csv", export(row), "utf-16"))
    assert (found.text, "texte" in found.meta) == (text, extract)


@pytest.mark.parametrize(
    ("row", "channel"),
    [
        (MENTION | {"Source Type": "Product Reviews", "Title": ""}, "review"),
        (MENTION | {"Source Type": "Reddit"}, "forum"),
        (MENTION | {"Source Type": "Blogs"}, "social"),
        (MENTION | {"Source Type": "Comments"}, "social"),
        (MENTION | {"Source Type": "LineVoom"}, "social"),
        (MENTION | {"Source Type": "", "Source Name": "Facebook"}, "social"),
        (OLD | {"Source": "Blogs"}, "social"),
        (OLD | {"Source": "Instagram"}, "social"),
    ],
)
def test_meltwater_gives_each_row_the_channel_of_its_type(write, row, channel):
    (found,) = read(write("veille.csv", export(row), "utf-16"))
    assert found.channel == channel


@pytest.mark.parametrize(
    "row",
    [
        MENTION | {"Source Type": "Online News", "Information Type": "News"},
        MENTION | {"Source Type": "RSS", "Information Type": "News"},
        MENTION | {"Content Type": "repost"},
        OLD | {"Source": "Le Courrier du Forez"},
    ],
)
def test_meltwater_leaves_out_the_press_and_reposts(write, row):
    assert read(write("veille.csv", export(row), "utf-16")) == []


@pytest.mark.parametrize(
    "row",
    [
        MENTION | {"Source Type": "Online News", "Information Type": "News"},
        OLD | {"Source": "Le Courrier du Forez"},
    ],
)
def test_meltwater_reads_the_press_when_told(write, row):
    (found,) = read(write("veille.csv", export(row), "utf-16"), channels={"news": "social"})
    assert found.channel == "social"


@pytest.mark.parametrize(
    ("date", "time", "created_at"),
    [
        ("2026-02-06", "15:03:00", datetime(2026, 2, 6, 15, 3, tzinfo=PARIS)),
        ("2026-02-06 00:00:00", "15:03", datetime(2026, 2, 6, 15, 3, tzinfo=PARIS)),
        ("06/02/2026", "15h03", datetime(2026, 2, 6, 15, 3, tzinfo=PARIS)),
        ("06/02/2026 12:00", "15:03", datetime(2026, 2, 6, 12, 0, tzinfo=PARIS)),
        ("06-févr.-2026", "12:03 AM", datetime(2026, 2, 6, 0, 3, tzinfo=PARIS)),
        ("6 août 26", "12:03 p.m.", datetime(2026, 8, 6, 12, 3, tzinfo=PARIS)),
        ("06-Jul-2026", "", datetime(2026, 7, 6, tzinfo=PARIS)),
        ("06 juin 2026", "", datetime(2026, 6, 6, tzinfo=PARIS)),
        ("", "15:03", None),
    ],
)
def test_meltwater_joins_a_date_and_its_time(write, date, time, created_at):
    (found,) = read(write("veille.csv", export(MENTION | {"Date": date, "Time": time}), "utf-16"))
    assert found.created_at == created_at


def test_meltwater_reads_dates_in_the_format_given(write):
    path = write("veille.csv", export(MENTION | {"Date": "02/06/26"}), "utf-16")
    (found,) = read(path, date_format="%m/%d/%y")
    assert found.created_at == datetime(2026, 2, 6, tzinfo=PARIS)


def test_meltwater_reads_a_workbook(tmp_path, write):
    path = tmp_path / "veille.xlsx"
    workbook = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet()
    for line, cells in enumerate([HEADER, [*MENTION.values()], [*POST.values()]]):
        sheet.write_row(line, 0, cells)
    sheet.write_datetime(1, 0, datetime(2026, 2, 6), workbook.add_format({"num_format": "yyyy-mm-dd"}))
    workbook.close()
    assert read(path) == read(write("veille.csv", export(MENTION, POST), "utf-16"))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Date": "06-Fbr-2026"}, "veille.csv, ligne 3 : date illisible « 06-Fbr-2026 »"),
        ({"Date": "31-Feb-2026"}, "ligne 3 : date illisible « 31-Feb-2026"),
        ({"Time": "25:00"}, "ligne 3 : date illisible « 2026-02-06T25:00:00 »"),
        ({"Source Type": "Zorglub", "Information Type": ""}, "type de source « Zorglub » inconnu : ajoutez"),
        ({"Hit Sentence": "x" * 20_001}, "ligne 3 : cellule de 20 001 caractères"),
    ],
)
def test_meltwater_quarantines_a_bad_row_and_goes_on(write, cells, message):
    first, bad, last = read(write("veille.csv", export(MENTION, MENTION | cells, POST), "utf-16"))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "gastounet" not in bad.content
    assert (first.channel, last.channel) == ("forum", "social")


def test_meltwater_says_which_line_has_cells_missing(write):
    broken = export(MENTION, POST).replace("\tX\tX\t", "\tX\t")
    _, bad = read(write("veille.csv", broken, "utf-16"))
    assert "veille.csv, ligne 3 : 45 cellules au lieu de 46" in str(bad)


@pytest.mark.parametrize(
    ("missing", "options", "message"),
    [
        (["Date"], {}, "aucune des 100 premières lignes ne nomme les colonnes"),
        (["Hit Sentence", "Opening Text"], {}, "ni « Hit Sentence » ni « Opening Text »"),
        (["Source Type", "Source Name", "Information Type"], {}, "pas de colonne « Source Type »"),
        ([], {"meta": ["Author Name"]}, "« Author Name » dit qui a écrit"),
    ],
)
def test_meltwater_says_what_the_file_lacks(write, missing, options, message):
    row = {column: cell for column, cell in MENTION.items() if column not in missing}
    with pytest.raises(FormatError) as raised:
        read(write("veille.csv", export(row), "utf-16"), **options)
    assert message in str(raised.value)


def test_meltwater_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="en UTF-16 : ajoutez « encoding: utf-16 »"):
        read(write("veille.csv", export(MENTION), "utf-16"), encoding="utf-8")
    with pytest.raises(FormatError, match="un guillemet ouvert ici n'est jamais refermé"):
        read(write("veille.csv", export(MENTION).rsplit("et rien", 1)[0], "utf-16"))


@settings(max_examples=40, deadline=None)
@given(
    order=st.permutations([*HEADER, "Nouvelle colonne"]),
    delimiter=st.sampled_from("\t,;"),
    encoding=st.sampled_from(["utf-16", "utf-8", "utf-8-sig"]),
    missing=st.sets(st.sampled_from(["Image", "Sentiment", "Reach", "City", "Author Name", "Custom Fields"])),
)
def test_meltwater_gives_the_same_whatever_the_table(tmp_path_factory, order, delimiter, encoding, missing):
    path = tmp_path_factory.mktemp("m") / "veille.csv"
    path.write_bytes(export(MENTION, POST).encode("utf-16"))
    expected = read(path)
    rows = [row | {"Nouvelle colonne": "12"} for row in (MENTION, POST)]
    rows = [{column: row[column] for column in order if column not in missing} for row in rows]
    path.write_bytes(export(*rows, delimiter=delimiter).encode(encoding))
    assert read(path) == expected

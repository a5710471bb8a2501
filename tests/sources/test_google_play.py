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
from listening.records import Scores, Verbatim
from listening.sources.google_play import GooglePlay

HEADER = ["Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device"]
HEADER += ["Review Submit Date and Time", "Review Submit Millis Since Epoch", "Review Last Update Date and Time"]
HEADER += ["Review Last Update Millis Since Epoch", "Star Rating", "Review Title", "Review Text"]
HEADER += ["Developer Reply Date and Time", "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link"]
LINK = (
    "http://play.google.com/console/developers/57/app/49/user-feedback/review-details?reviewId={}&corpus=PUBLIC_REVIEWS"
)
OLD = "https://play.google.com/apps/publish?account=70#ReviewDetailsPlace:p=fr.railis.app&reviewid=gp:AOqpTOF0Hj5"
FIRST = ["fr.railis.app", "210", "2.1.0", "fr", "a06", "2026-03-01T09:12:44Z", "1772356364512", "2026-03-01T09:12:44Z"]
FIRST += ["1772356364512", "2", "Déçu", 'Plante à l\'ouverture, "comme avant"\ndepuis la 2.1', "2026-03-02T08:00:00Z"]
FIRST += ["1772438400000", "Bonjour, nous sommes désolés.", LINK.format("d2b07a18-68e9")]
SECOND = ["fr.railis.app", "", "", "fr", "F51B", "2026-03-02T10:00:00Z", "1772445600000", "2026-03-02T10:00:00Z"]
SECOND += ["1772445600000", "5", "", "Très pratique 😀", "", "", "", OLD]
BARE = ["fr.railis.app", "", "", "fr", "m53x", "2026-03-03T19:43:18Z", "1772566998078", "2026-03-03T19:43:18Z"]
BARE += ["1772566998078", "5", *[""] * 6]


def scraped(number, **keys):
    return {
        "reviewId": f"d12d8150-{number}",
        "userName": "Odile B.",
        "userImage": "https://play-lh.googleusercontent.com/a-/odile",
        "content": "Plante à l'ouverture.",
        "score": 2,
        "thumbsUpCount": 12,
        "reviewCreatedVersion": "2.1.0",
        "at": "2026-03-01 09:12:44",
        "replyContent": "Bonjour, nous sommes désolés.",
        "repliedAt": "2026-03-02 08:00:00",
        "appVersion": "2.2.0",
    } | keys


def export(*rows, header=HEADER, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def replaced(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEADER, row, strict=True)]


def read(path, **options):
    return list(GooglePlay(name="appli", path=path, **options).read())


def read_json(write, content, name="avis.json", **options):
    return read(write(name, json.dumps(content, ensure_ascii=False)), **options)


def test_google_play_reads_a_monthly_file(write):
    name = "reviews_fr.railis.app_202603.csv"
    first, second = read(write(name, export(FIRST, SECOND), "utf-16"), brand="Railis")
    assert first == Verbatim(
        source="appli",
        channel="review",
        external_id="d2b07a18-68e9",
        text='Déçu. Plante à l\'ouverture, "comme avant"\ndepuis la 2.1',
        language="fr",
        created_at=datetime(2026, 3, 1, 9, 12, 44, tzinfo=UTC),
        brand="Railis",
        url=LINK.format("d2b07a18-68e9"),
        scores=Scores(stars=2),
        meta={"app": "fr.railis.app", "app_version": "2.1.0", "device": "a06"},
    )
    assert (second.external_id, second.text) == ("gp:AOqpTOF0Hj5", "Très pratique 😀")
    assert second.meta == {"app": "fr.railis.app", "device": "F51B"}


def test_google_play_reads_what_the_scraper_gives(write):
    (found,) = read_json(write, [scraped(1)])
    assert found == Verbatim(
        source="appli",
        channel="review",
        external_id="d12d8150-1",
        text="Plante à l'ouverture.",
        created_at=datetime(2026, 3, 1, 9, 12, 44, tzinfo=ZoneInfo("Europe/Paris")),
        author="Odile B.",
        scores=Scores(stars=2),
        meta={"app_version": "2.1.0"},
    )


def test_google_play_reads_the_scraper_for_node(write):
    told = {
        "id": "d12d8150-1",
        "userName": "Odile B.",
        "userImage": "x",
        "date": "2026-03-01T08:12:44.000Z",
        "score": 2,
    }
    told |= {"scoreText": "2", "title": None, "text": "Plante à l'ouverture.", "version": "2.1.0", "replyText": None}
    (found,) = read_json(write, [told | {"url": "https://play.google.com/store/apps/details?id=fr.railis.app"}])
    (expected,) = read_json(write, [scraped(1)], "python.json")
    assert found == expected


@pytest.mark.parametrize(
    ("at", "created_at"),
    [
        ("2026-03-01T09:12:44", datetime(2026, 3, 1, 9, 12, 44, tzinfo=ZoneInfo("Europe/Paris"))),
        (1772356364512, datetime(2026, 3, 1, 9, 12, 44, 512_000, tzinfo=UTC)),
        (1772356364, datetime(2026, 3, 1, 9, 12, 44, tzinfo=UTC)),
        ("", None),
    ],
)
def test_google_play_reads_dates_however_they_were_written(write, at, created_at):
    (found,) = read_json(write, [scraped(1, at=at)])
    assert found.created_at == created_at


@pytest.mark.parametrize("name", ["avis.jsonl", "avis.csv"])
def test_google_play_reads_each_layout_of_the_scraper(write, name):
    reviews = [scraped(1), scraped(2, content="Bien, mais cher", score=4)]
    table = [list(scraped(1)), *(list(one.values()) for one in reviews)]
    content = {"avis.jsonl": "\n".join(map(json.dumps, reviews)), "avis.csv": export(*table[1:], header=table[0])}
    assert read(write(name, content[name])) == read_json(write, reviews)


def test_google_play_reads_dates_in_milliseconds_alone(write):
    kept = [at for at, name in enumerate(HEADER) if "Date and Time" not in name]
    header, row = ([cells[at] for at in kept] for cells in (HEADER, FIRST))
    (found,) = read(write("avis.csv", export(row, header=header)))
    assert found.created_at == datetime(2026, 3, 1, 9, 12, 44, 512_000, tzinfo=UTC)


def test_google_play_gives_a_bare_rating_an_id_that_stays(write):
    first, second, third = read(write("avis.csv", export(BARE, BARE, replaced(BARE, Device="a06"))))
    again, *_ = read(write("plus.csv", export(SECOND, BARE, FIRST)))[1:]
    assert (first.text, first.url, first.scores) == ("", None, Scores(stars=5))
    assert len({first.external_id, second.external_id, third.external_id}) == 3
    assert again.external_id == first.external_id


@pytest.mark.parametrize("name", ["A Google user", "Un utilisateur de Google", ""])
def test_google_play_names_no_anonymous_author(write, name):
    (found,) = read_json(write, [scraped(1, userName=name)])
    assert found.author is None


def test_google_play_keeps_neither_portraits_nor_replies(write):
    for found in (*read(write("avis.csv", export(FIRST))), *read_json(write, [scraped(1)])):
        assert "googleusercontent" not in repr(found)
        assert "désolés" not in repr(found)


def test_google_play_gives_the_last_word_of_several_months(write):
    edited = replaced(FIRST, **{"Review Text": "Corrigé, merci", "Review Title": "", "Star Rating": "4"})
    write("mois/reviews_fr.railis.app_202603.csv", export(FIRST, SECOND, BARE), "utf-16")
    path = write("mois/reviews_fr.railis.app_202604.csv", export(edited, BARE), "utf-16")
    found = read(path.parent)
    assert [one.text for one in found] == ["Corrigé, merci", "", "Très pratique 😀"]
    assert read(path.parent / "*_202603.csv")[0].text.startswith("Déçu. Plante")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Star Rating": "0"}, "avis.csv, ligne 4 : note « 0 » dans « Star Rating », hors de 1 à 5"),
        ({"Star Rating": "bien"}, "ligne 4 : nombre illisible « bien »"),
        ({"Review Submit Date and Time": "Mar 1"}, "ligne 4 : date illisible « Mar 1 »"),
        ({"Review Text": "x" * 20_001}, "ligne 4 : cellule de 20 001 caractères dans « Review Text »"),
    ],
)
def test_google_play_quarantines_a_bad_row_and_goes_on(write, cells, message):
    _, bad, last = read(write("avis.csv", export(FIRST, replaced(FIRST, **cells), SECOND), "utf-16"))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert "désolés" not in bad.content
    assert last.external_id == "gp:AOqpTOF0Hj5"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"Review Text": "Avis"}, "avis.csv : pas de colonne « Review Text » : exportez-le à nouveau"),
        ({"Review Title": "Review Titles"}, "colonne « Review Titles » inconnue : renommez-la « Review Title »"),
        (
            {"Review Submit Date and Time": "Envoi", "Review Submit Millis Since Epoch": "ms"},
            "pas de colonne « Review Submit Date and Time »",
        ),
    ],
)
def test_google_play_refuses_a_file_of_other_columns(write, header, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", export(FIRST, header=[header.get(name, name) for name in HEADER])))
    assert message in str(raised.value)


def test_google_play_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="aucun fichier"):
        read(tmp_path)
    with pytest.raises(FormatError, match="guillemet ouvert ici n'est jamais refermé"):
        read(write("coupe.csv", export(FIRST).rsplit("depuis", 1)[0], "utf-16"))


@pytest.mark.parametrize("content", [[], export()])
def test_google_play_reads_a_file_without_review(write, content):
    path = write("a.json", "[]") if content == [] else write("a.csv", content, "utf-16")
    assert read(path) == []


@settings(max_examples=25, deadline=None)
@given(
    st.permutations(range(len(HEADER) + 1)),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["", "App Version Code", "Developer Reply Text", "Review Last Update Millis Since Epoch"]),
)
def test_google_play_gives_the_same_for_other_columns_delimiters_and_encodings(
    tmp_path_factory, order, delimiter, encoding, gone
):
    path = tmp_path_factory.mktemp("p") / "avis.csv"
    path.write_text(export(FIRST, SECOND, BARE), "utf-16", newline="")
    expected = read(path)
    names = [*HEADER, "Nouveau"]
    kept = [at for at in order if names[at] != gone]
    table = [
        [[*row, new][at] for at in kept] for row, new in ((HEADER, "Nouveau"), (FIRST, "a"), (SECOND, ""), (BARE, ""))
    ]
    path.write_text(export(*table[1:], header=table[0], delimiter=delimiter), encoding, newline="")
    assert read(path) == expected


@settings(max_examples=25, deadline=None)
@given(
    st.permutations([*scraped(1).items(), ("nouveau", 3)]), st.sampled_from(["content", "score", "at", "replyContent"])
)
def test_google_play_gives_the_same_or_says_why_when_keys_move_or_go(tmp_path_factory, kept, gone):
    path = tmp_path_factory.mktemp("p") / "avis.json"
    path.write_text(json.dumps([scraped(1)]))
    expected = read(path)
    path.write_text(json.dumps([dict(pair for pair in kept if pair[0] != gone)]))
    if gone == "replyContent":
        assert read(path) == expected
    else:
        with pytest.raises(FormatError, match="pas de colonne"):
            read(path)

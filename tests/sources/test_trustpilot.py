from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, RowError, SourceError
from listening.records import Scores, Verbatim
from listening.sources.trustpilot import Trustpilot

HEADER = ["Domain Url", "Webshop Name", "Business Unit Id", "Review Id", "Review Created (UTC)"]
HEADER += ["Review Consumer User Id", "Review Username", "Review User Email", "Review Title", "Review Content"]
HEADER += ["Review Stars", "Source Of Review", "Reference Id", "Company Reply Date (UTC)", "Company Response"]
HEADER += ["Review Language", "Location Name"]
FIRST = ["www.calanque.example", "Calanque", "5f0c", "65e1a0b2", "2026-03-01 09:12:44", "5e77", "Odile B."]
FIRST += ["odile@example.org", "Très déçue", 'Chambre froide ; "Noël"\ngâché.', "2", "Organic", "CMD-4471"]
FIRST += ["2026-03-02 08:00:00", "Bonjour Odile, nous sommes désolés.", "fr", "Marseille"]
SECOND = [*FIRST[:3], "65e1a0b3", "2026-03-02 10:00:00", "5e78", "Zoé", "", "Rien à redire", "Rien à redire, merci !"]
SECOND += ["5", "Organic", "", "", "", "fr", ""]
FRENCH = {
    "Review Id": "Id de l'avis",
    "Review Created (UTC)": "Avis créé (UTC)",
    "Review Username": "Nom d'utilisateur",
    "Review Title": "Titre de l'avis",
    "Review Content": "Contenu de l'avis",
    "Review Stars": "Étoiles",
    "Source Of Review": "Source de l'avis",
    "Review Language": "Langue de l'avis",
    "Webshop Name": "Nom de l'entreprise",
    "Domain Url": "Url du domaine",
    "Location Name": "Nom de l'établissement",
}
PERSONAL = ("odile@example.org", "CMD-4471", "5e77", "désolés")


def review(number, **keys):
    return {
        "links": [{"href": f"https://api.trustpilot.com/v1/reviews/r{number}", "method": "GET", "rel": "self"}],
        "id": f"r{number}",
        "consumer": {
            "links": [],
            "id": "5e77",
            "displayName": "Odile B.",
            "displayLocation": "Brest, FR",
            "numberOfReviews": 3,
            "email": "odile@example.org",
        },
        "businessUnit": {"links": [], "id": "5f0c", "identifyingName": "calanque.example", "displayName": "Calanque"},
        "location": {"id": "43f5", "name": "Marseille", "urlFormattedName": "marseille"},
        "stars": 2,
        "title": "Très déçue",
        "text": "Chambre froide.",
        "language": "fr",
        "createdAt": "2026-03-01T09:12:44Z",
        "experiencedAt": "2026-02-25T00:00:00Z",
        "updatedAt": None,
        "companyReply": {"text": "Nous sommes désolés.", "createdAt": "2026-03-02T08:00:00Z", "updatedAt": None},
        "isVerified": True,
        "source": "Organic",
        "numberOfLikes": 0,
        "status": "active",
        "reportData": None,
        "referenceId": "CMD-4471",
        "tags": [],
    } | keys


def page(*reviews):
    return {
        "links": [{"href": "https://api.trustpilot.com/", "method": "GET", "rel": "next-page"}],
        "reviews": [*reviews],
    }


def export(*rows, header=HEADER, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def read(path, **options):
    return list(Trustpilot(name="avis", path=path, **options).read())


def read_json(write, content, name="avis.json", **options):
    return read(write(name, json.dumps(content, ensure_ascii=False)), **options)


def replaced(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEADER, row, strict=True)]


def test_trustpilot_reads_an_export_of_the_portal(write):
    first, second = read(write("avis.csv", "\ufeff" + export(FIRST, SECOND)))
    assert first == Verbatim(
        source="avis",
        channel="review",
        external_id="65e1a0b2",
        text='Très déçue. Chambre froide ; "Noël"\ngâché.',
        language="fr",
        created_at=datetime(2026, 3, 1, 9, 12, 44, tzinfo=UTC),
        author="Odile B.",
        brand="Calanque",
        scores=Scores(stars=2),
        meta={"location": "Marseille", "origin": "Organic"},
    )
    assert (second.text, second.author, second.meta) == ("Rien à redire, merci !", "Zoé", {"origin": "Organic"})


def test_trustpilot_reads_a_page_of_the_api(write):
    (found,) = read_json(write, page(review(1)))
    assert found == Verbatim(
        source="avis",
        channel="review",
        external_id="r1",
        text="Très déçue. Chambre froide.",
        language="fr",
        created_at=datetime(2026, 3, 1, 9, 12, 44, tzinfo=UTC),
        author="Odile B.",
        brand="Calanque",
        scores=Scores(stars=2),
        meta={"country": "FR", "location": "Marseille", "origin": "Organic"},
    )


def test_trustpilot_keeps_neither_addresses_nor_orders_nor_replies(write):
    for found in (*read(write("avis.csv", export(FIRST))), *read_json(write, page(review(1)))):
        assert not [word for word in PERSONAL if word in repr(found)]


def test_trustpilot_reads_the_same_from_a_workbook(write, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "avis.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        for line, cells in enumerate([HEADER, FIRST, SECOND]):
            sheet.write_row(line, 0, cells)
    assert read(tmp_path / "avis.xlsx") == read(write("avis.csv", export(FIRST, SECOND)))


def test_trustpilot_reads_french_headings(write):
    header = [FRENCH.get(name, name) for name in HEADER]
    assert read(write("fr.csv", export(FIRST, SECOND, header=header))) == read(write("a.csv", export(FIRST, SECOND)))


def test_trustpilot_reads_product_reviews(write):
    exported = "review_id,stars,product_name,product_sku,content,consumer_name,created_at\n"
    exported += "p1,4,Bouilloire Vauban,BV-2,Chauffe vite,Zoé,2026-03-05T07:00:00Z\n"
    told = {"id": "p1", "createdAt": "2026-03-05T07:00:00Z", "stars": 4, "content": "Chauffe vite"}
    told |= {"consumer": {"id": "5e78", "displayName": "Zoé"}, "product": {"name": "Bouilloire Vauban"}}
    (found,) = read(write("produits.csv", exported))
    assert (found.text, found.scores.stars, found.meta) == ("Chauffe vite", 4, {"product": "Bouilloire Vauban"})
    assert read_json(write, {"productReviews": [told]}) == [found]


@pytest.mark.parametrize(
    ("options", "brand"),
    [
        ({}, "Calanque"),
        ({"brand": "Hôtels Calanque"}, "Hôtels Calanque"),
        ({"brands": ["Railis", "CALANQUE"], "brand": "Autre"}, "CALANQUE"),
        ({"brands": ["Railis"]}, "Calanque"),
    ],
)
def test_trustpilot_finds_the_brand_in_the_business(write, options, brand):
    assert {one.brand for one in read(write("avis.csv", export(FIRST)), **options)} == {brand}
    assert {one.brand for one in read_json(write, page(review(1)), **options)} == {brand}


@pytest.mark.parametrize(
    "domain", ["electro-vauban.example", "www.electro-vauban.example", "https://electro-vauban.fr/"]
)
def test_trustpilot_finds_the_brand_in_the_domain(write, domain):
    row = replaced(FIRST, **{"Domain Url": domain, "Webshop Name": "EV SAS"})
    (found,) = read(write("avis.csv", export(row)), brands=["Électro Vauban"])
    assert found.brand == "Électro Vauban"


@pytest.mark.parametrize("name", ["avis.jsonl", "liste.json", "un.json"])
def test_trustpilot_reads_each_layout_of_json(write, name):
    reviews = [review(1)] if name == "un.json" else [review(1), review(2, title=None, text=None, consumer=None)]
    content = {
        "avis.jsonl": "\n".join(json.dumps(one) for one in reviews),
        "liste.json": json.dumps(reviews),
        "un.json": json.dumps(reviews[0]),
    }
    assert read(write(name, content[name])) == read_json(write, page(*reviews), "page.json")


def test_trustpilot_keeps_the_stars_of_a_review_without_words(write):
    (found,) = read_json(write, page(review(1, title=None, text=None, consumer=None, language=None)))
    assert (found.text, found.author, found.language, found.scores) == ("", None, None, Scores(stars=2))


def test_trustpilot_leaves_out_what_is_hidden(write):
    hidden = review(1, reportData={"reasons": ["sensitiveInformation"], "reviewVisibility": "hidden"})
    shown = review(2, reportData={"reasons": ["consumerIsCompetitor"], "reviewVisibility": "visible"})
    assert [one.external_id for one in read_json(write, page(hidden, shown))] == ["r2"]


def test_trustpilot_gives_the_last_word_of_several_files(write):
    write("nuits/2026-03-01.json", json.dumps(page(review(1), review(2))))
    path = write("nuits/2026-03-02.json", json.dumps(page(review(1, text="Remboursée depuis."), review(3))))
    found = {one.external_id: one.text for one in read(path.parent)}
    assert found == {"r1": "Très déçue. Remboursée depuis."} | dict.fromkeys(
        ("r2", "r3"), "Très déçue. Chambre froide."
    )


@pytest.mark.parametrize("content", [page(), {"productReviews": []}, []])
def test_trustpilot_reads_a_page_without_review(write, content):
    assert read_json(write, content) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Review Stars": "6"}, "avis.csv, ligne 4 : note « 6 » dans « Review Stars », hors de 1 à 5"),
        ({"Review Stars": "cinq"}, "ligne 4 : nombre illisible « cinq »"),
        ({"Review Created (UTC)": "mardi"}, "ligne 4 : date illisible « mardi » dans « Review Created (UTC) »"),
        ({"Review Id": ""}, "ligne 4 : identifiant vide dans « Review Id »"),
        ({"Review Content": "x" * 20_001}, "ligne 4 : cellule de 20 001 caractères"),
    ],
)
def test_trustpilot_quarantines_a_bad_row_and_goes_on(write, cells, message):
    _, bad, last = read(write("avis.csv", export(FIRST, replaced(FIRST, **cells), SECOND)))
    assert isinstance(bad, RowError)
    assert message in str(bad)
    assert not [word for word in PERSONAL if word in bad.content]
    assert last.external_id == "65e1a0b3"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"id": None}, "avis.json, ligne 1, avis sans id : il manque « id »"),
        ({"stars": None}, "avis r2 : il manque « stars »"),
        ({"stars": 0}, "avis r2 : note « 0 » dans « stars », hors de 1 à 5"),
        ({"createdAt": "2026-13-01"}, "avis r2 : date illisible « 2026-13-01 » dans « createdAt »"),
        ({"text": "x" * 20_001}, "avis r2 : cellule de 20 001 caractères dans « text »"),
    ],
)
def test_trustpilot_quarantines_a_bad_review_and_goes_on(write, keys, message):
    first, bad, last = read_json(write, page(review(1), review(2, **keys), review(3)))
    assert (first.external_id, last.external_id) == ("r1", "r3")
    assert isinstance(bad, RowError)
    assert message in str(bad)


@pytest.mark.parametrize(
    "wrong", [page("r1"), {"reviews": "r1"}, {"reviews": [dict.fromkeys(("id", "stars", "createdAt"), 1)]}]
)
def test_trustpilot_says_that_something_is_no_review(write, wrong):
    (bad,) = read_json(write, wrong)
    assert isinstance(bad, RowError)
    assert "avis.json, ligne 1" in str(bad)
    assert "exportez-le à nouveau" in str(bad)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"Review Content": "Commentaire"}, "avis.csv : pas de colonne « Review Content » : exportez-le à nouveau"),
        ({"Review Title": "Review Titles"}, "colonne « Review Titles » inconnue : renommez-la « Review Title »"),
    ],
)
def test_trustpilot_refuses_an_export_of_other_columns(write, header, message):
    with pytest.raises(FormatError) as raised:
        read(write("avis.csv", export(FIRST, header=[header.get(name, name) for name in HEADER])))
    assert message in str(raised.value)


def test_trustpilot_says_why_a_file_cannot_be_read(write, tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "absent.csv")
    with pytest.raises(FormatError, match="la fin du fichier manque"):
        read(write("avis.json", json.dumps(page(review(1)))[:-9]))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(HEADER) + 1)), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-16"]))
def test_trustpilot_gives_the_same_for_other_columns_delimiters_and_encodings(
    tmp_path_factory, order, delimiter, encoding
):
    path = tmp_path_factory.mktemp("t") / "avis.csv"
    path.write_text(export(FIRST, SECOND), newline="")
    expected = read(path)
    table = [[[*row, new][at] for at in order] for row, new in ((HEADER, "Tags"), (FIRST, "vip"), (SECOND, ""))]
    path.write_text(export(*table[1:], header=table[0], delimiter=delimiter), encoding, newline="")
    assert read(path, encoding=encoding) == expected


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_trustpilot_gives_the_same_or_says_why_when_keys_move_or_go(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("t") / "avis.json"
    path.write_text(json.dumps(page(review(1))))
    expected = read(path)
    kept = data.draw(st.permutations([*review(1).items(), ("nouveau", {"id": 3})]))
    gone = data.draw(st.sampled_from(["id", "stars", "text", "createdAt", "companyReply", "tags", "isVerified"]))
    path.write_text(json.dumps(page(dict(pair for pair in kept if pair[0] != gone))))
    (found,) = read(path)
    if gone in ("id", "stars", "text", "createdAt"):
        assert f"il manque « {gone} »" in str(found)
    else:
        assert [found] == expected

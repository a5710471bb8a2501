from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from zipfile import ZipFile

import pytest

from listening.errors import ConfigurationError, FormatError, RowError, SourceError
from listening.plugins import find
from listening.records import Verbatim
from listening.sources.base import KINDS, FileSource
from listening.sources.recognise import Seen, recognise, recognise_all

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "data" / "samples"


def fixtures(name):
    """Load the test module of a source, whose invented files are also those of this one."""
    full = f"fixtures_of_{name}"
    if full not in sys.modules:
        spec = spec_from_file_location(full, HERE / f"test_{name}.py")
        sys.modules[full] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


def dumped(content):
    return json.dumps(content, ensure_ascii=False)


def lines(*items):
    return "\n".join(map(dumped, items))


def file_kinds():
    """The kinds that read a file."""
    return {name: one for name, one in find(KINDS).items() if issubclass(one, FileSource)}


F = fixtures
FILES = {  # what each file is → its name, how its content is made, and its encoding
    "app-store, flux": ("a.json", lambda: dumped(F("app_store").feed([F("app_store").entry(1)]))),
    "app-store, API": ("a.json", lambda: dumped(F("app_store").page(F("app_store").review(1)))),
    "bluesky, fil": ("a.json", lambda: dumped({"feed": [{"post": F("bluesky").post(1)}]})),
    "bluesky, liste": ("a.json", lambda: dumped([F("bluesky").post(1)])),
    "bluesky, JetStream": ("a.jsonl", lambda: lines(F("bluesky").event(1))),
    "brandwatch": ("a.csv", lambda: F("brandwatch").export(F("brandwatch").MENTION)),
    "brandwatch, points-virgules": ("a.csv", lambda: F("brandwatch").export(F("brandwatch").POST, delimiter=";")),
    "discourse": ("a.json", lambda: dumped(F("discourse").topic(F("discourse").post(1)))),
    "discourse-archive": ("a.csv", lambda: F("discourse_archive").export(F("discourse_archive").post(1))),
    "feed, RSS": ("a.xml", lambda: F("feed").RSS.format(F("feed").item())),
    "feed, Atom": ("a.atom", lambda: F("feed").ATOM.format(F("feed").entry())),
    "forum, XenForo": ("a.csv", lambda: F("board").export(F("board").XENFORO)),
    "forum, vBulletin": ("a.csv", lambda: F("board").export(F("board").VBULLETIN, delimiter=";")),
    "google-business": ("a.json", lambda: dumped(F("google_business").page(F("google_business").review(1)))),
    "google-forms": ("a.csv", lambda: F("google_forms").export(F("google_forms").FIRST, F("google_forms").SECOND)),
    "google-play, console": ("a.csv", lambda: F("google_play").export(F("google_play").FIRST), "utf-16"),
    "google-play, scraper": ("a.json", lambda: dumped([F("google_play").scraped(1)])),
    "limesurvey, codes": ("a.csv", lambda: F("limesurvey").export(F("limesurvey").FIRST, F("limesurvey").SECOND)),
    "limesurvey, libellés": (
        "a.csv",
        lambda: F("limesurvey").export(F("limesurvey").FIRST, header=F("limesurvey").TEXTS),
    ),
    "limesurvey, les deux": (
        "a.csv",
        lambda: F("limesurvey").export(F("limesurvey").FIRST, header=F("limesurvey").BOTH),
    ),
    "mastodon": ("a.json", lambda: dumped([F("mastodon").status(1)])),
    "mastodon, lignes": ("a.jsonl", lambda: lines(F("mastodon").status(1), F("mastodon").status(2))),
    "meltwater": ("a.csv", lambda: F("meltwater").export(F("meltwater").MENTION), "utf-16"),
    "meltwater, ancien": ("a.csv", lambda: F("meltwater").export(F("meltwater").OLD, delimiter=",")),
    "phpbb": ("a.csv", lambda: F("phpbb").export(F("phpbb").post(1))),
    "phpbb, JSON": ("a.json", lambda: dumped([F("phpbb").post(1)])),
    "qualtrics": ("a.csv", lambda: F("qualtrics").export(F("qualtrics").FIRST, F("qualtrics").SECOND)),
    "qualtrics, deux en-têtes": (
        "a.csv",
        lambda: F("qualtrics").export(F("qualtrics").FIRST, headers=(F("qualtrics").NAMES, F("qualtrics").WORDING)),
    ),
    "reddit": ("a.json", lambda: dumped([F("reddit").listing(F("reddit").submission(1))])),
    "reddit, lignes": ("a.jsonl", lambda: lines(F("reddit").submission(1), F("reddit").comment(1))),
    "surveymonkey": ("a.csv", lambda: F("surveymonkey").export(F("surveymonkey").FIRST, F("surveymonkey").SECOND)),
    "surveymonkey, français": (
        "a.csv",
        lambda: F("surveymonkey").export(
            F("surveymonkey").FIRST, headers=(F("surveymonkey").FRENCH, F("surveymonkey").RÉPONSES)
        ),
    ),
    "table": ("a.csv", lambda: F("table").export(F("table").FIRST, F("table").SECOND)),
    "table, lignes": ("a.jsonl", lambda: lines({"id": 1, "avis": "Trop cher"}, {"id": 2, "avis": "Parfait"})),
    "table, texte": ("a.txt", lambda: "Trop cher\nParfait\n"),
    "talkwalker": ("a.json", lambda: dumped(F("talkwalker").page(F("talkwalker").result()))),
    "talkwalker, lignes": (
        "a.jsonl",
        lambda: lines(F("talkwalker").CONTROL, F("talkwalker").chunk(F("talkwalker").result())),
    ),
    "talkwalker, tableau": ("a.csv", lambda: F("talkwalker").table(F("talkwalker").result())),
    "triple-s": ("etude.sss", lambda: F("triple_s").definition()),
    "trustpilot, API": ("a.json", lambda: dumped(F("trustpilot").page(F("trustpilot").review(1)))),
    "trustpilot": ("a.csv", lambda: F("trustpilot").export(F("trustpilot").FIRST, F("trustpilot").SECOND)),
    "typeform": ("a.csv", lambda: F("typeform").export(F("typeform").FIRST, F("typeform").SECOND)),
    "x": ("tweets.js", lambda: F("x_archive").archive(F("x_archive").tweet(1))),
    "youtube": ("a.json", lambda: dumped(F("youtube").page(F("youtube").thread(F("youtube").comment(1))))),
    "youtube, Takeout": ("a.csv", lambda: F("youtube").TAKEOUT),
}


@pytest.fixture(params=[*FILES, "spss"])
def export(request, write, tmp_path) -> tuple[str, Path]:
    """A kind, and an invented file of it."""
    kind = request.param.partition(",")[0]
    if kind == "spss":
        spss = fixtures("spss")
        return kind, spss.save(tmp_path / "etude.sav", spss.FIRST, spss.SECOND)
    name, content, *encoding = FILES[request.param]
    if kind == "triple-s":
        triple_s = fixtures("triple_s")
        write("etude.asc", triple_s.fixed(triple_s.FIRST, triple_s.SECOND))
    return kind, write(name, content(), *encoding)


def test_recognise_covers_every_kind():
    assert {one.partition(",")[0] for one in FILES} | {"spss"} == set(file_kinds())


def test_recognise_knows_each_kind_and_takes_it_for_no_other(export):
    kind, path = export
    tools = {name: one for name, one in file_kinds().items() if one.specificity}
    assert [name for name, one in tools.items() if one.recognise(Seen(path)) is not None] == [kind] * (kind in tools)
    assert recognise(path).kind == kind


def test_recognise_gives_a_source_that_reads_the_whole_file(export):
    read = list(recognise(export[1]).read())
    assert read
    assert not [row for row in read if isinstance(row, RowError)]


def test_recognise_never_takes_who_answered(export):
    told = repr(recognise(export[1]).model_dump(exclude={"author"}))
    for personal in ("mail", "Perchoux", "Odile", "IPAddress", "ipaddr", "Network ID", "Prénom", "RecipientLastName"):
        assert personal not in told


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "barometre_qualtrics.csv",
            {
                **{"kind": "qualtrics", "text": "Q2", "nps": "Q1_NPS", "csat": "Q3_CSAT", "ces": "Q4_CES"},
                **{"brand": "enseigne", "wave": "vague", "weight": "poids", "meta": ("secteur", "age")},
            },
        ),
        (
            "sinistres_limesurvey.csv",
            {
                **{"kind": "limesurvey", "questions": {"aime": "aime", "ameliorer": "ameliorer"}},
                **{"csat": "satisfaction", "ces": "effort", "brand": "marque", "meta": ("contrat", "region")},
            },
        ),
        (
            "avis.csv",
            {
                **{"kind": "table", "text": "Avis", "title": "Titre", "id": "Identifiant", "date": "Date"},
                **{"author": "Auteur", "brand": "Enseigne", "stars": "Note", "meta": ("Secteur",)},
            },
        ),
    ],
)
def test_recognise_finds_the_columns_of_the_samples_by_itself(file, expected):
    found = recognise(SAMPLES / file).model_dump(exclude_unset=True, exclude={"name", "path"})
    assert found == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_recognise_finds_encoding_and_delimiter(write, encoding, delimiter):
    table = [["n°", "avis"], ["1", "Très déçue, à éviter"], ["2", "Réglé en un après-midi"]]
    path = write("a.csv", "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in table) + "\n", encoding)
    first, second = recognise(path).read()
    assert (first.text, second.text) == ("Très déçue, à éviter", "Réglé en un après-midi")


QUESTIONS = ["Pourquoi cette note ?", "Que changer ?"]
ANSWERS = [
    [f"Il a fallu {n} appels", f"Le délai de {n} jours", ("Nord", "Sud")[n % 2], f"o{n}@example.org"] for n in range(8)
]


def test_recognise_takes_all_open_questions_of_qualtrics(write):
    names = ["StartDate", "RecordedDate", "ResponseId", "Q1", "Q2", "Région", "Q3"]
    wording = ["Date de début", "Date", "ID", *QUESTIONS, "Votre région", "Votre adresse e-mail"]
    rows = [["2026-01-05", "2026-01-05", f"R_{n}aaaaaaaaaa", *cells] for n, cells in enumerate(ANSWERS)]
    imports = [f'{{"ImportId":"{name}"}}' for name in names]
    source = recognise(write("a.csv", F("qualtrics").export(*rows, headers=(names, wording, imports))))
    assert (source.questions, source.meta) == ({"Q1": "", "Q2": ""}, ("Région",))
    first, second, *others = source.read()
    assert (first.question, first.text) == (QUESTIONS[0], "Il a fallu 0 appels")
    assert (second.question, second.external_id) == (QUESTIONS[1], "R_0aaaaaaaaaa:Q2")
    assert len(others) == 14


def test_recognise_does_not_guess_between_two_columns_of_texts(write):
    path = write(
        "a.csv",
        "aime;moins\n"
        + "".join(f"{one};{two}\n" for one, two, *_ in ANSWERS).replace("a fallu", "nous a fallu plus de"),
    )
    path.write_text(path.read_text().replace("Le délai de", "Un délai pour finir de plus de"))
    with pytest.raises(FormatError, match=r"a\.csv : plusieurs colonnes de textes \(« aime », « moins »\) : .*--as"):
        recognise(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "a.csv : ce fichier est vide"),
        ("a.csv", "ville;note\nBrest;4\nLyon;5\n", "aucune colonne de textes parmi « ville », « note »"),
        ("a.csv", '{"id": 1, "avis": "Trop cher"}\n', "contient du JSON : renommez-le"),
        ("a.json", '[{"id": 1, "avis"', "a.json, ligne 1, .*exportez"),
        ("a.json", "[]", "ne ressemble à rien de connu : donnez sa sorte par --as .*nightly.yaml"),
        ("a.csv", "note\n4\n5\n", "aucune colonne de textes parmi « note »"),
        ("a.txt", "id;avis\n1;Bien\n2;Trop cher\n", "a.txt : ce .txt est un tableau, .*renommez-le en .csv"),
        ("a.pdf", "%PDF-1.4", "a.pdf : format « .pdf » inconnu"),
        ("a.xlsx", "id;avis\n1;Bien\n", "a.xlsx : ce classeur ne s'ouvre pas"),
        (
            "a.csv",
            "Submit Date (UTC);#;Q1\n2026-01-05;b1;4\n",
            "lu comme « typeform », .*questions.*colonnes : « Sub",
        ),
    ],
)
def test_recognise_says_what_cannot_be_told_with_the_remedy(write, name, content, message):
    with pytest.raises(FormatError, match=message):
        recognise(write(name, content))


def test_recognise_bears_many_comments_before_anything_else(write):
    with pytest.raises(FormatError, match=r"a\.xml : ce fichier ne ressemble à rien de connu|format « .xml » inconnu"):
        recognise(write("a.xml", "<!-- avis -->" * 50 + "avis"))


def test_recognise_missing_file(tmp_path):
    with pytest.raises(SourceError, match=r"absent\.csv : ce fichier n'existe pas : vérifiez le chemin"):
        recognise(tmp_path / "absent.csv")


def test_recognise_reads_a_file_as_it_is_told(write):
    path = write("a.csv", "ID du commentaire,ID de la vidéo,Commentaire\nUgxA,WtO,Trop long\n")
    assert recognise(path).kind == "youtube"
    assert recognise(path, "table").text == "Commentaire"
    with pytest.raises(ConfigurationError, match="sorte inconnue « tiktok » ; possibles : app-store, "):
        recognise(path, "tiktok")


def test_recognise_all_reads_a_folder_as_one_source():
    (source,) = recognise_all([SAMPLES / "forum"]).sources
    assert (source.kind, source.name, source.path) == ("discourse", "forum", SAMPLES / "forum")


def test_recognise_all_reads_the_tables_of_a_folder_one_by_one(write, tmp_path):
    for month in ("mars", "avril"):
        write(f"avis/{month}.csv", "id;avis\n1;Trop cher\n")
    write("avis/.cache", "rien")
    found = recognise_all([tmp_path / "avis"])
    assert [source.name for source in found.sources] == ["avril", "mars"]
    assert not found.left


def test_recognise_all_leaves_out_of_a_folder_what_its_tool_did_not_write(write, tmp_path):
    write("data/tweets.js", F("x_archive").archive(F("x_archive").tweet(1)))
    write("data/like.js", "window.YTD.like.part0 = []")
    write("data/LISEZMOI.txt", "Votre archive")
    found = recognise_all([tmp_path / "data"])
    assert [(source.kind, source.path.name) for source in found.sources] == [("x", "tweets.js")]
    assert {path.name for path in found.left} == {"LISEZMOI.txt", "like.js"}


@pytest.fixture
def zipped(tmp_path):
    """Make a ZIP of invented files."""

    def zipped(files):
        with ZipFile(tmp_path / "export.zip", "w") as packed:
            for name, content in files.items():
                packed.writestr(name, content)
        return tmp_path / "export.zip"

    return zipped


def test_recognise_all_reads_the_tables_of_a_zip_one_by_one(zipped):
    table = "id;avis\n1;Trop cher\n"
    path = zipped(
        {"lot/mars.csv": table, "lot/sud/avril.csv": table, "__MACOSX/lot/._mars.csv": "x", "lot/a.pdf": "%PDF"}
    )
    found = recognise_all([path])
    assert [(source.name, source.path) for source in found.sources] == [
        ("mars", path / "mars.csv"),
        ("avril", path / "sud" / "avril.csv"),
    ]
    assert [one.text for source in found.sources for one in source.read()] == ["Trop cher"] * 2
    ((left, reason),) = found.left.items()
    assert left == path / "a.pdf"
    assert reason.startswith("a.pdf : format « .pdf » inconnu")


def test_recognise_all_reads_a_zip_as_one_source_where_its_kind_reads_folders(zipped):
    path = zipped({f"forum/{one.name}": one.read_bytes() for one in sorted((SAMPLES / "forum").iterdir())})
    (source,) = recognise_all([path]).sources
    assert (source.kind, source.name, source.path) == ("discourse", "export", path)
    assert len(list(source.read())) == len(list(recognise_all([SAMPLES / "forum"]).sources[0].read()))


@pytest.mark.parametrize("asked", ["", "avis.csv"])
def test_recognise_takes_a_zip_of_one_file_for_that_file(zipped, asked):
    path = zipped({"avis.csv": "id;avis\n1;Trop cher\n"}) / asked
    source = recognise(path)
    assert (source.kind, source.path) == ("table", path)
    assert [one.text for one in source.read()] == ["Trop cher"]


def test_recognise_all_takes_a_file_of_a_zip_under_a_name(zipped):
    path = zipped({"a/avis.csv": "id;avis\n1;Trop cher\n", "b/avis.csv": "id;avis\n1;Lent\n"})
    with pytest.raises(ConfigurationError, match="2 fichiers s'appellent « avis » : donnez-les un à un, avec --name"):
        recognise_all([path])
    (source,) = recognise_all([path / "b" / "avis.csv"], name="lenteurs").sources
    assert (source.name, [one.text for one in source.read()]) == ("lenteurs", ["Lent"])


def test_recognise_reads_a_definition_in_a_zip_with_its_data(zipped):
    triple_s = fixtures("triple_s")
    path = zipped({"etude.sss": triple_s.definition(), "etude.asc": triple_s.fixed(triple_s.FIRST, triple_s.SECOND)})
    (source,) = recognise_all([path]).sources
    assert (source.kind, source.path) == ("triple-s", path / "etude.sss")
    assert list(source.read())


def test_recognise_all_says_what_is_wrong_in_a_zip_of_the_path_told(zipped):
    path = zipped({"a.json": dumped([F("mastodon").status(1)]), "b.json": dumped([F("bluesky").post(1)])})
    with pytest.raises(FormatError) as raised:
        recognise_all([path])
    assert str(raised.value).startswith(f"{path} : ce dossier mêle plusieurs sortes de fichiers")


def test_recognise_all_refuses_a_folder_of_several_kinds(write, tmp_path):
    write("mois/a.json", dumped([F("mastodon").status(1)]))
    write("mois/b.json", dumped([F("bluesky").post(1)]))
    with pytest.raises(FormatError, match=r"mêle plusieurs sortes .*mastodon \(1\), bluesky \(1\) : donnez-les"):
        recognise_all([tmp_path / "mois"])


def test_recognise_all_refuses_one_name_for_several_files(write):
    paths = [write("a/avis.csv", "id;avis\n1;Bien\n"), write("b/avis.csv", "id;avis\n1;Bien\n")]
    with pytest.raises(ConfigurationError, match="2 fichiers s'appellent « avis » : donnez-les un à un, avec --name"):
        recognise_all(paths)
    with pytest.raises(ConfigurationError, match="--name tout ne peut nommer 2 sources"):
        recognise_all(paths, name="tout")


OWN = """
from typing import Literal
from typing import ClassVar
from listening.sources.base import FileSource
class Minitel(FileSource):
    kind: Literal["minitel"] = "minitel"
    {specificity}
    @classmethod
    def recognise(cls, seen):
        return {{"brand": "3615"}} if "reblog" in seen.keys else None
    def verbatims(self):
        return iter(())
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put on the path a package that announces a source of a team's own."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name, specificity=""):
        (tmp_path / f"{name}.py").write_text(OWN.format(specificity=specificity))
        metadata = tmp_path / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{KINDS}]\nminitel = {name}:Minitel\n")

    return install


def test_recognise_asks_a_source_of_a_team_s_own_too(install, write):
    install("greffon_minitel", "specificity: ClassVar[int] = 3")
    source = recognise(write("a.json", dumped([F("mastodon").status(1)])))
    assert (source.kind, source.brand) == ("minitel", "3615")


def test_recognise_says_between_which_kinds_to_choose(install, write):
    install("greffon_minitel_bis")
    path = write("a.json", dumped([F("mastodon").status(1)]))
    with pytest.raises(FormatError, match=r"a\.json : ce fichier peut être mastodon ou minitel : choisissez par --as"):
        recognise(path)
    assert recognise(path, "mastodon").kind == "mastodon"


def test_recognise_gives_verbatims_of_a_survey_their_scores():
    first = next(iter(recognise(SAMPLES / "barometre_qualtrics.csv").read()))
    assert isinstance(first, Verbatim)
    assert first.scores.nps is not None
    assert first.question.startswith("Pour quelles raisons")

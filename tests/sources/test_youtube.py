from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Deletion, Verbatim
from listening.sources.youtube import YouTube

BRANDS = ["Railis", "Électro Vauban"]
VIDEO = "WtOskFeLmr4"


def comment(number, text="Le quai &quot;B&quot; &amp; la gare<br>Merci", parent=None, **keys):
    snippet = {
        "channelId": "UCchaine",
        "videoId": VIDEO,
        "textDisplay": text,
        "authorDisplayName": "@lulu",
        "authorProfileImageUrl": "https://yt3.example/lulu",
        "authorChannelUrl": "http://www.youtube.com/@lulu",
        "authorChannelId": {"value": "UClulu"},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 7,
        "publishedAt": "2026-03-01T10:22:41Z",
        "updatedAt": "2026-03-02T10:22:41Z",
    }
    snippet |= {"parentId": parent} if parent else {}
    return {"kind": "youtube#comment", "etag": "x", "id": f"Ugx{number}", "snippet": snippet | keys}


def thread(top, *replies):
    return {
        "kind": "youtube#commentThread",
        "id": top["id"],
        "snippet": {"channelId": "UCchaine", "videoId": VIDEO, "topLevelComment": top, "totalReplyCount": len(replies)},
        **({"replies": {"comments": list(replies)}} if replies else {}),
    }


def page(*threads):
    return {"kind": "youtube#commentThreadListResponse", "nextPageToken": "QURT", "items": list(threads)}


def read(write, content, name="commentaires.json", **options):
    path = write(name, content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False))
    return list(YouTube(name="videos", path=path, **options).read())


def ids(found):
    return [verbatim.external_id for verbatim in found]


def test_youtube_reads_a_comment_and_its_reply(write):
    reply = comment(2, "@lulu pareil", parent="Ugx1", authorChannelId={"value": "UCgaston"}, videoId=None)
    first, second = read(write, page(thread(comment(1), reply)), brands=BRANDS, meta=["likeCount"])
    assert first == Verbatim(
        source="videos",
        channel="social",
        external_id="Ugx1",
        text='Le quai "B" & la gare\nMerci',
        created_at=datetime(2026, 3, 1, 10, 22, 41, tzinfo=UTC),
        author="UClulu",
        url=f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugx1",
        thread=VIDEO,
        meta={"likeCount": "7"},
    )
    assert (second.parent, second.thread, second.author) == ("Ugx1", VIDEO, "UCgaston")


def test_youtube_keeps_likes_only_when_told(write):
    (found,) = read(write, [comment(1)])
    assert found.meta == {}


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"textOriginal": "2 < 3 &amp; <b>voilà</b>", "textDisplay": "autre"}, "2 < 3 &amp; <b>voilà</b>"),
        ({"textOriginal": "", "textDisplay": "<b>Nul</b>"}, "Nul"),
        ({"textDisplay": "Ligne un\nLigne deux, 2 < 3"}, "Ligne un\nLigne deux, 2 < 3"),
        ({"textDisplay": 'À <a href="https://www.youtube.com/watch?v=a&amp;t=83">1:23</a> oui'}, "À 1:23 oui"),
        ({"textDisplay": ""}, ""),
    ],
)
def test_youtube_prefers_the_text_as_typed(write, keys, text):
    (found,) = read(write, [comment(1, **keys)])
    assert found.text == text


def test_youtube_reads_pages_lists_and_lines(write):
    threads = [thread(comment(1)), thread(comment(2))]
    comments = {"kind": "youtube#commentListResponse", "items": [comment(1), comment(2)]}
    wanted = read(write, page(*threads))
    assert ids(wanted) == ["Ugx1", "Ugx2"]
    for content in (threads, [page(threads[0]), page(threads[1])], comments):
        assert read(write, content) == wanted
    assert read(write, "\n".join(map(json.dumps, threads)), "commentaires.jsonl") == wanted


@pytest.mark.parametrize("status", ["heldForReview", "likelySpam", "rejected"])
def test_youtube_tells_what_is_no_longer_published(write, status):
    kept = comment(1, moderationStatus="published")
    found, deletion = read(write, [kept, comment(2, moderationStatus=status)])
    assert (found.external_id, deletion) == ("Ugx1", Deletion("Ugx2"))


def test_youtube_reads_what_the_comment_downloader_writes(write):
    line = {
        "cid": "UgxA.9iwJ",
        "text": "Railis, plus jamais",
        "time": "il y a 2 ans (modifié)",
        "author": "@lulu",
        "channel": "UClulu",
        "votes": "12",
        "photo": "https://yt3.example/lulu",
        "heart": False,
        "reply": True,
        "time_parsed": 1772360561.512,
    }
    undated = {key: value for key, value in line.items() if key != "time_parsed"} | {"cid": "UgxB", "reply": False}
    first, second = read(write, "\n".join(map(json.dumps, (line, undated))), "a.jsonl", brands=BRANDS, meta=["votes"])
    assert first == Verbatim(
        source="videos",
        channel="social",
        external_id="UgxA.9iwJ",
        text="Railis, plus jamais",
        created_at=datetime(2026, 3, 1, 10, 22, 41, 512_000, tzinfo=UTC),
        author="@lulu",
        brand="Railis",
        parent="UgxA",
        meta={"votes": "12"},
    )
    assert (second.created_at, second.parent) == (None, None)


def test_youtube_reads_the_comments_that_ytdlp_puts_in_a_video(write):
    shared = {"author": "@lulu", "author_id": "UClulu", "timestamp": 1772360561, "like_count": 3}
    comments = [
        shared | {"id": "UgxA", "text": "Bof", "parent": "root"},
        shared | {"id": "UgxB", "text": "Si", "parent": "UgxA"},
    ]
    first, second = read(write, {"id": VIDEO, "title": "Essai", "comments": comments})
    assert (first.parent, first.thread, first.author) == (None, VIDEO, "UClulu")
    assert second.parent == "UgxA"
    assert second.created_at == datetime(2026, 3, 1, 10, 22, 41, tzinfo=UTC)


TAKEOUT = (
    "Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Video ID,Comment Text\r\n"
    'UgxA,UCmoi,2026-03-01T10:22:41.434647+00:00,0,,WtO,"{""takeoutSegments"":[{""text"":""Bof, vraiment""}]}"\r\n'
    'UgxA.9i,UCmoi,2026-03-01T10:22:41+00:00,0,UgxA,WtO,"{""text"":""Un""},{""text"":""\\n""},{""text"":""deux""}"\r\n'
    "UgxC,UCmoi,2026-03-01T10:22:41+00:00,0,,WtO,Texte simple\r\n"
    "\r\n\r\n"
)


def test_youtube_reads_the_comments_of_a_google_export(write):
    found = read(write, TAKEOUT, "comments.csv")
    assert [one.text for one in found] == ["Bof, vraiment", "Un\ndeux", "Texte simple"]
    assert [one.parent for one in found] == [None, "UgxA", None]
    assert {one.author for one in found} == {None}


def test_youtube_leaves_a_number_of_thousands_of_digits_as_it_is(write):
    long = '"{""text"":' + "1" * 5_000 + '}"'
    assert read(write, TAKEOUT.replace("Texte simple", long), "comments.csv")[2].text == '{"text":' + "1" * 5_000 + "}"


def test_youtube_reads_french_headings_and_excel(write, tmp_path):
    rows = [
        ["ID du commentaire", "Auteur", "Date de publication", "Commentaire", "J'aime"],
        ["UgxA", "@lulu", "01/03/2026 11:22", "Très déçue", 4],
    ]
    with xlsxwriter.Workbook(tmp_path / "commentaires.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    (found,) = YouTube(name="videos", path=tmp_path / "commentaires.xlsx", meta=("J'aime",)).read()
    assert (found.text, found.author, found.meta) == ("Très déçue", "@lulu", {"J'aime": "4"})
    assert found.created_at.astimezone(UTC) == datetime(2026, 3, 1, 10, 22, tzinfo=UTC)


def test_youtube_reads_tables_that_pandas_makes_of_the_api(write):
    top = "snippet.topLevelComment.snippet."
    header = f"id,snippet.videoId,{top}textDisplay,{top}authorChannelId.value,{top}publishedAt,{top}likeCount"
    (found,) = read(write, f"{header}\nUgx1,{VIDEO},Nul<br>Adieu,UClulu,2026-03-01T10:22:41Z,7\n", "a.csv")
    assert (found.text, found.thread, found.author) == ("Nul\nAdieu", VIDEO, "UClulu")


def test_youtube_reads_a_folder_of_several_formats(write, tmp_path):
    write("tout/a.csv", TAKEOUT)
    write("tout/b.json", json.dumps(page(thread(comment(1)))))
    write("tout/c.txt", "rien")
    assert ids(YouTube(name="videos", path=tmp_path / "tout").read()) == ["UgxA", "UgxA.9i", "UgxC", "Ugx1"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (comment(2) | {"id": None}, "commentaires.json, ligne 1, commentaire sans id : il manque l'identifiant"),
        (comment(2, textDisplay=None), "commentaire Ugx2 : il manque le texte (« textOriginal »"),
        (comment(2, publishedAt="hier"), "commentaire Ugx2 : date illisible « hier »"),
        (comment(2, "x" * 20_001), "commentaire Ugx2 : cellule de 20 001 caractères dans « text »"),
        (comment(2, "<b>x</b>" * 100_000), "commentaire Ugx2 : cellule de 800 000 caractères dans « html »"),
        (comment(2) | {"id": " "}, "identifiant vide"),
        ({"error": {"code": 403, "message": "quota"}}, "commentaire sans id : il manque l'identifiant"),
        (4, "un objet JSON {…} est attendu ici"),
    ],
)
def test_youtube_quarantines_a_wrong_comment_and_goes_on(write, wrong, message):
    first, bad, last = read(write, [comment(1), wrong, comment(3)])
    assert ids([first, last]) == ["Ugx1", "Ugx3"]
    assert isinstance(bad, RowError)
    assert message in str(bad)


def test_youtube_quarantines_a_wrong_row_with_its_line_and_text(write):
    _, bad = read(write, "cid;text;date\nA;Bien;2026-03-01\nB;Nul;demain\n", "a.csv")
    assert isinstance(bad, RowError)
    assert (bad.row, bad.content) == ("a.csv, ligne 3", "Nul")
    assert "date illisible « demain »" in str(bad)


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        (
            "a.csv",
            "author;text\nlulu;Bof\n",
            {},
            r"a.csv : il manque l'identifiant .* « author », « text » .* kind: table",
        ),
        ("a.csv", "cid;author\n1;lulu\n", {}, "a.csv : il manque le texte"),
        ("a.csv", "cid;text\n1;Bof\n", {"meta": ["likes"]}, "a.csv : pas de colonne « likes »"),
        (
            "a.json",
            json.dumps(page(thread(comment(1))))[:-40],
            {},
            "a.json, ligne 1, colonne .* la fin du fichier manque",
        ),
        ("a.json", json.dumps(comment(1)) + "\n" + json.dumps(comment(2)), {}, "renommez-le en .jsonl"),
        ("a.json", "", {}, "est vide"),
    ],
)
def test_youtube_says_why_a_file_cannot_be_read(write, name, content, options, message):
    with pytest.raises(FormatError, match=message):
        read(write, content, name, **options)


def test_youtube_refuses_a_missing_file(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        list(YouTube(name="videos", path=tmp_path / "a.json").read())


ROWS = [
    {
        "comment_id": "UgxA",
        "video_id": VIDEO,
        "author": "@lulu",
        "published_at": "2026-03-01T10:22:41Z",
        "text": "Bof, déçu ; nul",
        "parent_id": "",
    },
    {
        "comment_id": "UgxB",
        "video_id": VIDEO,
        "author": "@gus",
        "published_at": "2026-03-02T10:22:41Z",
        "text": "Ligne\nRailis",
        "parent_id": "UgxA",
    },
]
CALLED = {"comment_id": ["cid", "Comment ID", "commentId"], "text": ["textOriginal", "comment", "Texte"]}


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_youtube_reads_the_same_table_however_it_is_written(write, data):
    wanted = read(write, ROWS, brands=BRANDS)
    order = data.draw(st.permutations([*ROWS[0], "like_count"]))
    name = {column: data.draw(st.sampled_from([column, *CALLED.get(column, [])])) for column in order}
    rows = [{name[column]: (row | {"like_count": "3"})[column] for column in order} for row in ROWS]
    suffix = data.draw(st.sampled_from(["csv", "tsv", "json", "jsonl"]))
    if suffix in ("csv", "tsv"):
        file = io.StringIO()
        delimiter = "\t" if suffix == "tsv" else data.draw(st.sampled_from([",", ";", "\t"]))
        table = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
        text = file.getvalue()
    else:
        text = json.dumps(rows) if suffix == "json" else "\n".join(map(json.dumps, rows))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    try:
        found = read(write, text.encode(encoding), f"a.{suffix}", brands=BRANDS)
    except ListeningError as error:
        assert encoding == "utf-16" and "UTF-16" in str(error)
        found = read(write, text.encode(encoding), f"a.{suffix}", brands=BRANDS, encoding="utf-16")
    assert found == wanted


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_youtube_reads_the_same_answer_with_keys_shuffled_added_or_lost(write, data):
    wanted = read(write, page(thread(comment(1), comment(2, parent="Ugx1"))))
    lost = data.draw(
        st.sets(st.sampled_from(["authorDisplayName", "likeCount", "updatedAt", "viewerRating", "canRate"]))
    )

    def changed(one):
        snippet = one["snippet"]
        keys = [key for key in data.draw(st.permutations(sorted(snippet))) if key not in lost]
        return {"snippet": {key: snippet[key] for key in keys} | {"ajout": [1]}, "id": one["id"]}

    assert read(write, page(thread(changed(comment(1)), changed(comment(2, parent="Ugx1"))))) == wanted

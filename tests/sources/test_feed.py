from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import FormatError, ListeningError, RowError, SourceError
from listening.records import Deletion, Scores, Verbatim, content_id
from listening.sources.feed import Feed

RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Commentaires</title><link>https://blog.example.org</link>
<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="https://blog.example.org/feed" rel="self" />
<image><title>Logo</title><url>https://blog.example.org/logo.png</url></image>
{}</channel></rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"
 xmlns:im="http://itunes.apple.com/rss" xml:lang="fr">
<title>Avis</title><id>https://blog.example.org/feed/atom</id><updated>2026-03-01T00:00:00Z</updated>
<author><name>Le site</name></author>
{}</feed>
"""
ITEM = {
    "title": "<title>Commentaires sur La fibre par nenette</title>",
    "link": "<link>https://blog.example.org/la-fibre/#comment-12</link>",
    "creator": "<dc:creator><![CDATA[nenette_de_thiers]]></dc:creator>",
    "pubDate": "<pubDate>Sun, 01 Mar 2026 10:22:41 +0100</pubDate>",
    "guid": '<guid isPermaLink="false">https://blog.example.org/?p=8#comment-12</guid>',
    "description": "<description>Coupée trois [&#8230;]</description>",
    "content": (
        '<content:encoded><![CDATA[<p>En réponse à <a href="https://blog.example.org/#comment-11">Gaston</a>.</p>\n'
        "<blockquote><p>Rien à dire</p></blockquote><p>Coupée trois fois &amp; chère.</p>]]></content:encoded>"
    ),
}
ENTRY = {
    "title": '<title type="html"><![CDATA[Avis sur la fibre]]></title>',
    "link": '<link rel="self" href="https://blog.example.org/x.xml"/><link href="https://blog.example.org/?p=8#comment-12"/>',
    "author": "<author><name>nenette</name><uri>https://nenette.example</uri><email>n@example.org</email></author>",
    "id": "<id>https://blog.example.org/?p=8#comment-12</id>",
    "published": "<published>2026-03-01T09:22:41Z</published>",
    "updated": "<updated>2026-03-04T09:22:41Z</updated>",
    "parent": '<thr:in-reply-to ref="https://blog.example.org/?p=8#comment-11" href="x" type="text/html"/>',
    "category": '<category term="sav"/><category term="kolibri" label="Kolibri"/>',
    "content": '<content type="html">&lt;p&gt;Coupée trois fois &amp;amp; chère.&lt;/p&gt;</content>',
}


def item(**keys):
    return "<item>" + "\n".join((ITEM | keys).values()) + "</item>\n"


def entry(**keys):
    return "<entry>" + "\n".join((ENTRY | keys).values()) + "</entry>\n"


def read(path, **options):
    return list(Feed(name="flux", path=path, **options).read())


def test_feed_reads_an_item_of_rss(write):
    (found,) = read(write("flux.xml", RSS.format(item())))
    assert found == Verbatim(
        source="flux",
        channel="forum",
        external_id="https://blog.example.org/?p=8#comment-12",
        text="Coupée trois fois & chère.",
        created_at=datetime.fromisoformat("2026-03-01T10:22:41+01:00"),
        author="nenette_de_thiers",
        url="https://blog.example.org/la-fibre/#comment-12",
        thread="https://blog.example.org/la-fibre/",
    )


def test_feed_reads_an_entry_of_atom_and_its_thread(write):
    (found,) = read(write("flux.atom", ATOM.format(entry())), brands=["Grandval", "Kolibri"], channel="review")
    assert found == Verbatim(
        source="flux",
        channel="review",
        external_id="https://blog.example.org/?p=8#comment-12",
        text="Coupée trois fois & chère.",
        created_at=datetime(2026, 3, 1, 9, 22, 41, tzinfo=UTC),
        author="nenette",
        brand="Kolibri",
        url="https://blog.example.org/?p=8#comment-12",
        thread="https://blog.example.org/?p=8",
        parent="https://blog.example.org/?p=8#comment-11",
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="text">3 &lt; 4\nligne &amp; deux</content>', "3 < 4\nligne & deux"),
        ("<content>3 &lt; 4</content>", "3 < 4"),
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><blockquote>Déjà dit</blockquote>'
            "<p>Nul &amp; cher<br/>oui</p><!-- caché --></div></content>",
            "Nul & cher\noui",
        ),
        ('<content type="image/png">iVBORw0KGgo=</content><summary>Bof</summary>', "Bof"),
        (
            '<content src="https://example.org/a.mp3" type="audio/mpeg"/><summary type="html">&lt;b&gt;Bof</summary>',
            "Bof",
        ),
        ("<summary>Bof</summary>", "Bof"),
        ("", ""),
    ],
)
def test_feed_reads_every_kind_of_content(write, content, text):
    (found,) = read(write("flux.xml", ATOM.format(entry(content=content))))
    assert found.text == text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"content": ""}, "Coupée trois […]"),
        ({"content": "<content:encoded>  </content:encoded>"}, "Coupée trois […]"),
        (
            {"content": "", "description": "<description>Bien&nbsp;mais cher &eacute;t&eacute;</description>"},
            "Bien mais cher été",
        ),
        (
            {"content": "", "description": "<description>Trop long.&lt;br&gt;-- &lt;br&gt;Léo</description>"},
            "Trop long.",
        ),
        (
            {
                "content": "<content:encoded><![CDATA[Bof<p>Statistiques : Publié par "
                '<a href="https://f.example/u/2">gaston</a> — 01 mars 2026</p><hr />]]></content:encoded>'
            },
            "Bof",
        ),
        (
            {
                "content": "<content:encoded><![CDATA[<p>Bof</p>"
                "<p>L’article <a>X</a> est apparu en premier sur <a>Y</a>.</p>]]></content:encoded>"
            },
            "Bof",
        ),
    ],
)
def test_feed_keeps_the_author_s_own_words(write, keys, text):
    (found,) = read(write("flux.xml", RSS.format(item(**keys))))
    assert found.text == text


@pytest.mark.parametrize(
    ("creator", "author"),
    [
        ("<author>nenette@example.org (Nénette D.)</author>", "Nénette D."),
        ("<author>nenette@example.org</author>", "nenette@example.org"),
        ("", None),
    ],
)
def test_feed_names_the_author_of_an_item(write, creator, author):
    (found,) = read(write("flux.xml", RSS.format(item(creator=creator))))
    assert found.author == author


@pytest.mark.parametrize(
    "address",
    [
        "https://m.example.org/@railis_fan/1160",
        "https://f.example.org/users/railis/posts/3",
        "https://f.example.org/avis/nenette-de-thiers",
        "https://f.example.org/" + "x" * 200,
    ],
)
def test_feed_hides_addresses_that_name_their_author(write, address):
    keys = {"guid": f"<guid>{address}</guid>", "link": f"<link>{address}</link>"}
    (found,) = read(write("flux.xml", RSS.format(item(**keys))))
    assert found.external_id == content_id(address)
    assert (found.url is None) == (len(address) < 200)


def test_feed_gives_the_same_hash_to_an_entry_and_to_what_answers_it(write):
    address = "https://m.example.org/@railis_fan/1160"
    answer = entry(parent=f'<thr:in-reply-to ref="{address}"/>')
    first, second = read(write("flux.xml", ATOM.format(entry(id=f"<id>{address}</id>") + answer)))
    assert second.parent == first.external_id != address


@pytest.mark.parametrize("keys", [{"guid": ""}, {"guid": "<guid/>"}])
def test_feed_takes_the_link_for_want_of_an_id(write, keys):
    (found,) = read(write("flux.xml", RSS.format(item(**keys))))
    assert found.external_id == "https://blog.example.org/la-fibre/#comment-12"


def test_feed_reads_the_stars_and_the_title_of_a_review(write):
    review = entry(rating="<im:rating>2</im:rating>", title="<title>Déçue</title>")
    (found,) = read(write("flux.xml", ATOM.format(review)), with_title=True)
    assert (found.text, found.scores) == ("Déçue. Coupée trois fois & chère.", Scores(stars=2))


@pytest.mark.parametrize(
    ("title", "text"),
    [("Nul !", "Nul ! Coupée trois fois & chère."), ("Coupée trois…", "Coupée trois fois & chère.")],
)
def test_feed_puts_the_title_before_the_text_once(write, title, text):
    review = entry(title=f"<title>{title}</title>")
    (found,) = read(write("flux.xml", ATOM.format(review)), with_title=True)
    assert found.text == text


def test_feed_reads_rss_1_and_dates_without_a_zone(write):
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://f.example.org"/>'
        '<item rdf:about="https://f.example.org/8"><title>Avis</title><description>Bof</description>'
        "<dc:date>2026-03-01T10:22:41</dc:date></item></rdf:RDF>"
    )
    (found,) = read(write("flux.rdf", rdf))
    assert (found.external_id, found.text) == ("https://f.example.org/8", "Bof")
    assert found.created_at == datetime(2026, 3, 1, 10, 22, 41, tzinfo=ZoneInfo("Europe/Paris"))


def test_feed_falls_back_on_the_title_then_the_text_then_the_source_for_the_brand(write):
    entries = (
        entry(category="", title="<title>Chez Grandval</title>"),
        entry(category="", content="<content>Merci Kolibri</content>"),
        entry(category=""),
    )
    found = read(write("flux.xml", ATOM.format("".join(entries))), brands=["Grandval", "Kolibri"], brand="Colivia")
    assert [verbatim.brand for verbatim in found] == ["Grandval", "Kolibri", "Colivia"]


def test_feed_reads_a_folder_without_anything_else(write, tmp_path):
    write("flux/b.xml", RSS.format(item(guid="<guid>2</guid>")))
    write("flux/a.rss", RSS.format(item(guid="<guid>1</guid>")))
    write("flux/notes.txt", "rien")
    assert [verbatim.external_id for verbatim in read(tmp_path / "flux")] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_feed_trusts_the_encoding_that_the_file_declares(write, encoding):
    declared = RSS.format(item()).replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    expected = read(write("flux.xml", RSS.format(item())))
    assert read(write("flux.xml", declared, encoding)) == expected


def test_feed_takes_the_encoding_given_for_a_file_that_lies(write):
    path = write("flux.xml", RSS.format(item()), "cp1252")
    with pytest.raises(FormatError, match=r"flux.xml, ligne \d+ : XML illisible .* « encoding: cp1252 »"):
        read(path)
    assert read(path, encoding="cp1252")[0].text == "Coupée trois fois & chère."


def test_feed_refuses_an_encoding_that_xml_does_not_know(write):
    with pytest.raises(FormatError, match=r"flux.xml : XML en « punycode », .* réenregistrez-le en UTF-8"):
        read(write("flux.xml", RSS.format(item())), encoding="punycode")


@pytest.mark.parametrize(
    "date", ["Sun, 01 Mar 2026 10:22:41 +99999999999999999999", "Sun, 01 Mar 9999999999999 10:22:41"]
)
def test_feed_quarantines_a_date_beyond_any_calendar(write, date):
    (bad,) = read(write("flux.xml", RSS.format(item(pubDate=f"<pubDate>{date}</pubDate>"))))
    assert "date illisible" in str(bad)


def test_feed_bears_what_many_sites_write_wrong(write):
    wrong = "\n" + RSS.format(item(inconnu="<slash:comments>3</slash:comments>", bell="<a>\x07</a>"))
    assert read(write("flux.xml", wrong)) == read(write("flux.xml", RSS.format(item())))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"pubDate": "<pubDate>hier</pubDate>"}, "élément 2 : date illisible « hier » dans « date »"),
        ({"pubDate": "<pubDate>Sun, 01 Mar 1815 10:22:41 GMT</pubDate>"}, "élément 2 : date invraisemblable"),
        ({"guid": "", "link": ""}, "élément 2 : ni « guid », ni « id », ni « link »"),
        (
            {"content": f"<content:encoded>{'x' * 20_001}</content:encoded>"},
            "cellule de 20 001 caractères dans « text »",
        ),
        ({"content": f"<content:encoded>{'x ' * 60_000}</content:encoded>"}, "cellule de 120 000 caractères"),
    ],
)
def test_feed_quarantines_a_wrong_item_and_goes_on(write, keys, message):
    first, bad, last = read(write("flux.xml", RSS.format(item() + item(**keys) + item())))
    assert isinstance(first, Verbatim) and isinstance(last, Verbatim)
    assert isinstance(bad, RowError)
    assert str(bad).startswith("flux.xml, ligne ")
    assert message in str(bad)


def test_feed_quarantines_stars_out_of_range(write):
    (bad,) = read(write("flux.xml", ATOM.format(entry(rating="<im:rating>9</im:rating>"))))
    assert "note « 9 » dans « rating », hors de 1 à 5" in str(bad)


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha ha ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BOMB + "]><rss><channel><item><guid>&j;</guid></item></channel></rss>", "déclare des entités XML"),
        (BOMB + ']><rss><channel x="&j;"><item/></channel></rss>', "déclare des entités XML"),
        (
            '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]><rss><item><guid>&f;</guid></item></rss>',
            "déclare des entités XML",
        ),
        ('<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><rss/>', "déclare des entités XML"),
        ("<html><body><p>Page</p></body></html>", "ni RSS ni Atom, mais « html »"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "XML illisible|n'est pas du XML"),
        (RSS.format(item())[:-40], r"flux.xml, ligne \d+ : XML illisible .* enregistrez le flux à nouveau, entier"),
        (RSS.format(item(link="<link>https://x.example?a=1&b=2</link>")), "écrivez &amp; au lieu de & seul"),
        ("", "est vide"),
    ],
)
def test_feed_says_why_a_file_cannot_be_read(write, content, message):
    with pytest.raises(FormatError, match=message):
        read(write("flux.xml", content))


def test_feed_says_what_was_taken_back(write):
    gone = (
        '<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="urn:avis:8" when="{}"><at:by>'
        "<name>Le site</name></at:by></at:deleted-entry>"
    )
    found = read(write("flux.xml", ATOM.format(entry() + gone.format("2026-03-10T08:00:00Z") + gone.format("hier"))))
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    hashed = content_id("urn:avis:8")
    assert found[1:] == [Deletion("urn:avis:8", at), Deletion(hashed, at), Deletion("urn:avis:8"), Deletion(hashed)]


def test_feed_opens_nothing_that_a_file_names(write, tmp_path):
    write("voisin.dtd", '<!ENTITY secret "mot de passe">')
    doctype = f'<!DOCTYPE rss SYSTEM "{tmp_path}/voisin.dtd">'
    content = (
        doctype
        + "<rss><channel><item><guid>1</guid><description>&secret; &eacute;</description></item></channel></rss>"
    )
    (found,) = read(write("flux.xml", content))
    assert found.text == "&secret; é"


def test_feed_refuses_a_missing_file_and_an_empty_folder(tmp_path):
    with pytest.raises(SourceError, match="n'existe pas"):
        read(tmp_path / "flux.xml")
    with pytest.raises(SourceError, match=r"aucun fichier .xml, .rss, .atom"):
        read(tmp_path)


@settings(max_examples=40, deadline=None)
@given(
    base=st.sampled_from([ITEM, ENTRY]),
    data=st.data(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_feed_gives_the_same_for_elements_in_any_order(tmp_path_factory, base, data, encoding):
    path = tmp_path_factory.mktemp("f") / "flux.xml"
    frame, tag = (RSS, "item") if base is ITEM else (ATOM, "entry")
    path.write_text(frame.format(f"<{tag}>{''.join(base.values())}</{tag}>"))
    (expected,) = read(path)
    missing = data.draw(st.sets(st.sampled_from(list(base)), max_size=2))
    order = data.draw(st.permutations([*base, "ajout"]))
    parts = base | {"ajout": '<x:ajout xmlns:x="urn:x"><id>99</id>texte</x:ajout>'}
    content = frame.format(f"<{tag}>{''.join(parts[name] for name in order if name not in missing)}</{tag}>")
    path.write_bytes(
        content.replace("?>", "?>", 1)
        .replace('"utf-8"?', f'"{encoding.removesuffix("-sig")}"?')
        .replace('"UTF-8"?', f'"{encoding.removesuffix("-sig")}"?')
        .encode(encoding)
    )
    (found,) = read(path)
    if missing >= {"guid", "link"} or missing >= {"id", "link"}:
        assert isinstance(found, ListeningError)
        return
    assert isinstance(found, Verbatim)
    if not missing & {"guid", "id"}:
        assert found.id == expected.id
    if "content" not in missing:
        assert found.text == expected.text
    if not missing:
        assert found == expected

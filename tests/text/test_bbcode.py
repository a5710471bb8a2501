from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.text.bbcode import bbcode_to_html, quoted_post, s9e_to_html
from listening.text.clean import forum_post


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("[B]Nul[/B], [size=5][color=#ff0000]vraiment[/color][/size] nul", "Nul, vraiment nul"),
        ("Trop long.\r\n\r\nTrois semaines !", "Trop long.\n\nTrois semaines !"),
        ("[QUOTE=Zoé;12]Ils sont nuls[/QUOTE]\nMoi, ça va.", "Moi, ça va."),
        ("[quote][quote]vieux[/quote]moins vieux[/quote]neuf", "neuf"),
        ("Avant [quote=a]un[/quote] entre [quote=b]deux[/quote] après", "Avant\n\nentre\n\naprès"),
        ("[quote=Zoé]jamais fermée, et mon avis", "jamais fermée, et mon avis"),
        ("fermée sans être ouverte[/quote] oui", "fermée sans être ouverte oui"),
        ("[list]\n[*]un\n[*]deux[/list]\nfin", "un\ndeux\n\nfin"),
        ("[list=1][li]un[/li][li]deux[/li][/list]", "un\ndeux"),
        ('Vu [img]https://example.org/a.jpg[/img]ici [ATTACH type="full" alt="a"]12[/ATTACH]', "Vu ici"),
        ("[MEDIA=youtube]dQw4[/MEDIA]Bof[SIGPIC][/SIGPIC]", "Bof"),
        ("[url=https://example.org/cgv?a=1&b=2]les conditions[/url]", "les conditions"),
        ("[url='https://example.org/long/chemin']https://example.org/lo...[/url]", "https://example.org/long/chemin"),
        ("[url]https://example.org/a[/url]", "https://example.org/a"),
        ("[USER=5]@zoe[/USER] et [MENTION=6]leo[/MENTION]", "@zoe et @leo"),
        ("[sic] ça [Résolu] marche [...] [1] [/truc]", "[sic] ça [Résolu] marche [...] [1] [/truc]"),
        ("[surligne=jaune]gras[/surligne]", "gras"),
        ("[code]a[i] = [b]x[/b][/code]", "a[i] = [b]x[/b]"),
        ("[table][tr][td]Prix[/td][td]3 €[/td][/tr][/table]", "Prix 3 €"),
        ("3 < 4 & 5 > 2 <b>pas du HTML</b>", "3 < 4 & 5 > 2 <b>pas du HTML</b>"),
        ("12 &#8364; par mois", "12 € par mois"),
        ("Colis perdu.\n-- \nLéo, Brest", "Colis perdu."),
        ("[b]mal fermé", "mal fermé"),
        ("", ""),
    ],
)
def test_bbcode_leaves_what_the_author_wrote(typed: str, text: str) -> None:
    assert forum_post(bbcode_to_html(typed)) == text


@pytest.mark.parametrize("uid", ["3k2j1h4g", ""])
def test_bbcode_reads_what_old_phpbb_stored(uid: str) -> None:
    stored = (
        "[quote=&quot;Zoé [29]&quot;:3k2j1h4g]Nul &amp; cher[/quote:3k2j1h4g]\nMoi [b:3k2j1h4g]ça va[/b:3k2j1h4g] "
        '<!-- s:) --><img src="{SMILIES_PATH}/icon_e_smile.gif" alt=":)" title="Sourire" /><!-- s:) --> 3 &lt; 4\n'
        "[list:3k2j1h4g][*:3k2j1h4g]un[/*:m:3k2j1h4g][*:3k2j1h4g]deux[/*:m:3k2j1h4g][/list:u:3k2j1h4g]"
        '<!-- m --><a class="postlink" href="https://example.org/a">https://example.org/a</a><!-- m -->'
    )
    text = "Moi ça va :) 3 < 4\n\nun\ndeux\n\nhttps://example.org/a"
    assert forum_post(bbcode_to_html(stored.replace(" [29]", ""), uid=uid, escaped=True)) == text


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (
            "<t>Trop long.<br/>\n<br/>\nTrois semaines &amp; demie, 3 &lt; 4</t>",
            "Trop long.\n\nTrois semaines & demie, 3 < 4",
        ),
        ('<r><B><s>[b]</s>Nul<e>[/b]</e></B> <E>:)</E> <EMOJI seq="1f600">😀</EMOJI></r>', "Nul :) 😀"),
        ("<r><S><s>[s]</s>barré<e>[/s]</e></S> <I><s>[i]</s>penché<e>[/i]</e></I></r>", "barré penché"),
        (
            '<r><QUOTE author="Zoé"><s>[quote=Zoé]</s><QUOTE><s>[quote]</s>a<e>[/quote]</e></QUOTE>b<e>[/quote]</e>'
            "</QUOTE>\n\nMoi, ça va.</r>",
            "Moi, ça va.",
        ),
        (
            '<r>Vu <IMG src="https://example.org/a.jpg"><s>[img]</s><URL url="https://example.org/a.jpg">'
            "https://example.org/a.jpg</URL><e>[/img]</e></IMG>ici</r>",
            "Vu ici",
        ),
        (
            '<r><URL url="https://example.org/long"><LINK_TEXT text="https://example.org/lo...">https://example.org/long'
            "</LINK_TEXT></URL></r>",
            "https://example.org/long",
        ),
        ('<r><URL url="https://example.org/"><s>[url=https://example.org/]</s>ici<e>[/url]</e></URL></r>', "ici"),
        ("<r><LIST><s>[list]</s><LI><s>[*]</s>un</LI>\n<LI><s>[*]</s>deux</LI><e>[/list]</e></LIST></r>", "un\ndeux"),
        (
            '<r><ATTACHMENT filename="a.jpg"><s>[attachment=0]</s>a.jpg<e>[/attachment]</e></ATTACHMENT>Oui</r>',
            "Oui",
        ),
        ("<r>Reçu [sic] <i>ignoré</i>hier</r>", "Reçu [sic] hier"),
        ("<t></t>", ""),
    ],
)
def test_s9e_leaves_what_the_author_wrote(stored: str, text: str) -> None:
    assert forum_post(s9e_to_html(stored)) == text


@pytest.mark.parametrize("stored", ["<r>coupé", "<t>coupé</r>", "pas du XML"])
def test_s9e_refuses_what_is_cut(stored: str) -> None:
    with pytest.raises(ValueError, match="jamais refermée"):
        s9e_to_html(stored)


@pytest.mark.parametrize(
    ("value", "post"),
    [
        ('="Zoé, post: 123, member: 45"', "123"),
        ("=Zoé;123", "123"),
        ("=Zoé;n123", "123"),
        ("=Zoé post_id=123 time=1772357000 user_id=7", "123"),
        ("='Zoé' pid='123' dateline='1600000000'", "123"),
        ('="zoe, post:4, topic:8, full:true"', "8/4"),
        ("=12monkeys", None),
        ('="Zoé"', None),
        ("", None),
    ],
)
def test_quoted_post_reads_every_forum(value: str, post: str | None) -> None:
    assert quoted_post(bbcode_to_html(f"[QUOTE{value}]Nul[/QUOTE]Bof")) == post


def test_quoted_post_is_the_outer_one() -> None:
    assert quoted_post(bbcode_to_html("[quote=a][quote=b;7]x[/quote]y[/quote]z")) is None
    inner = '<r><QUOTE post_id="8"><QUOTE post_id="7">x</QUOTE>y</QUOTE>z</r>'
    assert quoted_post(s9e_to_html(inner)) == "8"


@given(st.lists(st.sampled_from(["[b]", "[/b]", "[quote]", "[/quote]", "[list]", "[*]", "[", "]", "é", "\n"])))
def test_bbcode_never_fails_and_loses_no_word_outside_quotes(pieces: list[str]) -> None:
    typed = "".join(piece for piece in pieces if "quote" not in piece)
    assert forum_post(bbcode_to_html(typed)).count("é") == typed.count("é")
    assert forum_post(bbcode_to_html("".join(pieces))).count("é") <= pieces.count("é")

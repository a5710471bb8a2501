import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.text.clean import forum_post, html_to_text, repair


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("DÃ©Ã§u, 3 semaines dâ€™attente", "Déçu, 3 semaines d'attente"),
        ("l\u2019accueil, l\u02bcattente, c´est", "l'accueil, l'attente, c'est"),
        ("« bof » et “ok”", "« bof » et “ok”"),
        ("2\u00a0h\u202fd'attente\u2009!", "2 h d'attente !"),
        ("re\u0301ponse\u200b rapide\ufeff\u00ad", "réponse rapide"),
        ("une famille 👨\u200d👩\u200d👧 ravie ❤️", "une famille 👨\u200d👩\u200d👧 ravie ❤️"),
        ("nul\x00 nul\x07\x1b[31m nul", "nul nul nul"),
        ("un   deux\t trois", "un deux trois"),
        ("un\r\ndeux \r\n\r\n\r\n\r\n trois\n", "un\ndeux\n\ntrois"),
        ("cher &amp; lent &eacute;", "cher & lent é"),
        ("3 < 4 &amp; ça reste", "3 < 4 &amp; ça reste"),
        ("TROP CHER !!! jsuis deg :-(", "TROP CHER !!! jsuis deg :-("),
        ("", ""),
    ],
)
def test_repair_mends_characters_and_spaces_only(typed: str, mended: str) -> None:
    assert repair(typed) == mended


@given(st.text(st.sampled_from("aé’' \n\t\u200b\u200d\u00a0👍<&;amp«»Ã©"), max_size=30))
def test_repair_of_a_repaired_text_changes_no_space(typed: str) -> None:
    once = repair(typed)
    assert once == once.strip()
    assert "  " not in once and "\n\n\n" not in once


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour,</p>\n<p>Trop<br />\nlong.</p>", "Bonjour,\n\nTrop\nlong."),
        ("<p>Bien &amp; beau &#39;ici&#39;</p>", "Bien & beau 'ici'"),
        ("<p>a</p><ul>\n<li>un</li>\n<li>deux <b>gras</b></li>\n</ul><p>z</p>", "a\n\nun\ndeux gras\n\nz"),
        ('<p>Top <img class="emoji" title=":smile:" alt=":smile:"> <img class="emoji" alt="🙂"></p>', "Top :smile: 🙂"),
        ('<p>Vu <img src="photo.jpg" alt="photo"></p>', "Vu"),
        (
            '<p>Lu <a href="https://example.org/avis/1234567890"><span class="invisible">https://</span>'
            '<span class="ellipsis">example.org/avis/12</span><span class="invisible">34567890</span></a></p>',
            "Lu https://example.org/avis/1234567890",
        ),
        (
            '<p><span class="h-card"><a href="https://m.example/@railis" class="u-url mention">@<span>railis</span></a>'
            '</span> <a href="https://m.example/tags/Retard" class="mention hashtag">#<span>Retard</span></a></p>',
            "@railis #Retard",
        ),
        ('<p>Voir <a href="https://example.org/cgv">les conditions</a></p>', "Voir les conditions"),
        (
            '<p class="quote-inline">RE: <a href="https://m.example/1">https://m.example/1</a></p><p>Pareil</p>',
            "Pareil",
        ),
        ("<table><tr><th>Prix</th><td>3 €</td></tr><tr><th>Note</th><td>2</td></tr></table>", "Prix 3 €\nNote 2"),
        (
            '<aside class="onebox" data-onebox-src="https://example.org/a"><p>Article</p></aside>',
            "https://example.org/a",
        ),
        ("<style>p {}</style><script>x()</script><p>Bof</p><!-- caché -->", "Bof"),
        ("sans balise, 3 < 4", "sans balise, 3 < 4"),
        ("<p>mal fermé <b>gras", "mal fermé gras"),
        ("", ""),
    ],
)
def test_html_to_text_gives_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


QUOTE = '<aside class="quote"><div class="title">Zoé :</div><blockquote><p>Ils sont nuls</p></blockquote></aside>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"{QUOTE}<p>Moi, ça va.</p>", "Moi, ça va."),
        ("<blockquote><blockquote>vieux</blockquote>moins vieux</blockquote><p>neuf</p>", "neuf"),
        ("<p>Colis perdu.</p><p>-- <br>Léo, Brest</p>", "Colis perdu."),
        ("<p>Colis perdu.</p><p>Envoyé de mon iPhone</p>", "Colis perdu."),
        ("<p>Colis perdu.</p><p>Cordialement,<br>Odile Perchoux<br>Quimper</p>", "Colis perdu."),
        ("<p>Colis perdu.<br>Bien cordialement Odile</p>", "Colis perdu."),
        ("<p>Veuillez agréer mes salutations.</p>", "Veuillez agréer mes salutations."),
        ("<p>Cordialement reçu hier, froidement aujourd'hui.</p>", "Cordialement reçu hier, froidement aujourd'hui."),
        (
            "<p>Cordialement,</p><p>et je reviens pour une histoire bien plus longue que ne l'est une signature.</p>",
            "Cordialement,\n\net je reviens pour une histoire bien plus longue que ne l'est une signature.",
        ),
    ],
)
def test_forum_post_keeps_the_author_s_own_words(html: str, text: str) -> None:
    assert forum_post(html) == text

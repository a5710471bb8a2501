from __future__ import annotations

import pytest

from listening.sources.reddit_things import markdown_to_text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("> cité\n> encore\n\nMa réponse", "Ma réponse"),
        ("&gt; cité\nMa réponse collée", "Ma réponse collée"),
        (">!spoiler!< et suite", "spoiler et suite"),
        ("**Nul**, _vraiment_ ~~bien~~ \\*", "Nul, vraiment bien *"),
        ("Voir [la page](https://a.example/b) et https://c.example/d", "Voir la page et https://c.example/d"),
        ("- un\n- deux", "un\ndeux"),
        ("J'ai écrit &lt;3 et 2 &lt; 3", "J'ai écrit <3 et 2 < 3"),
        ("Merci /u/jean-bon et u/lulu", "Merci @jean-bon et @lulu"),
        ("Quel ![gif](giphy|abc) enfer", "Quel enfer"),
        ("> tout est cité", ""),
    ],
)
def test_markdown_to_text_reads_it_as_its_author_meant_it(markdown, text):
    assert " ".join(markdown_to_text(markdown).split(" ")) == text

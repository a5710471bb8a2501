"""A store of invented verbatims with accounts, tags and a queue, the application on it, and browsers of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser
from starlette.types import ASGIApp

from listening.codebook import Codebook, load_codebook
from listening.records import Reading, Run, Scores, Tag, Verbatim
from listening.store.coders import Coder, add_coder
from listening.store.queue import QueueItem, add_items
from listening.store.store import Store, open_store
from listening.text.segment import segments
from listening.web.app import make_app
from listening.web.passwords import hashed

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PASSWORD = "un colis bien arrivé"
KEY = b"une cle d'essai"
MODEL = "essai@abc"
SCRIPT = "<script>document.title='pris'</script><img src=x onerror=\"document.title='pris'\">"
TEXTS = (
    ("Trois semaines d'attente pour un colis, et personne ne répond au téléphone !", "negatif", "effort.attente"),
    ("Accueil parfait en boutique, la vendeuse a pris le temps de m'écouter.", "positif", "relation.accueil"),
    ("Le prix a doublé en un an sans un mot d'explication.", "negatif", "offre.prix"),
    ("On m'a encore demandé un justificatif de domicile, le troisième !", "negatif", "soupcon.preuves"),
    ("Remboursée le lendemain, sans question. Chapeau.", "positif", "soupcon.confiance_accordee"),
    ("Le site plante dès que j'ouvre mon espace client.", "negatif", "effort.numerique"),
    ("Rien à dire, tout s'est bien passé.", "positif", "effort.demarches"),
    (f"Votre formulaire affiche {SCRIPT} quand je valide, c'est cher.", "negatif", "effort.numerique"),
    ("Fidèle depuis douze ans, et pas un geste.\n\nJe pars.", "negatif", "fidelite.depart"),
    ("Je recommande cette enseigne à toute ma famille.", "positif", "fidelite.recommandation"),
    ("Fouillé à la sortie devant tout le monde, très gênant.", "negatif", "soupcon.controle"),
    ("La garantie est claire et le conseiller connaît son métier.", "positif", "relation.competence"),
)


@dataclass(frozen=True)
class Clock:
    """A clock that goes on by a second each time it is read, and by more when it is told."""

    at: list[datetime] = field(default_factory=lambda: [NOON])

    def __call__(self) -> datetime:
        self.at[0] += timedelta(seconds=1)
        return self.at[0]

    def skip(self, **much: float) -> None:
        self.at[0] += timedelta(**much)


@pytest.fixture(scope="session")
def password() -> str:
    """The hash of the one password of the tests: making one is slow, as it should be."""
    return hashed(PASSWORD)


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """The codebook that ships with the package."""
    return load_codebook()


@pytest.fixture
def verbatims() -> list[Verbatim]:
    """Invented verbatims, each of which answers a question or another."""
    return [
        Verbatim(
            source=("Enquête de mars", "Forum <b>clients</b>")[rank % 2],
            channel=("survey", "forum")[rank % 2],  # type: ignore[arg-type]
            external_id=str(rank),
            text=text,
            question=(None if rank % 2 else "Que devons-nous améliorer ?"),
            language="fr",
            created_at=NOON - timedelta(days=rank),
            brand="Grandval",
            wave="mars 2026",
            parent=str(rank - 2) if rank == 3 else None,
            flags=("menace", "sante") if rank == 10 else (),
            scores=Scores(nps=rank % 11) if rank % 2 == 0 else Scores(),
        )
        for rank, (text, _, _) in enumerate(TEXTS)
    ]


@pytest.fixture
def place(tmp_path: Path, codebook: Codebook, password: str, verbatims: list[Verbatim]) -> Path:
    """The file of a store with tagged verbatims, ten of which wait for a coder, and four accounts."""
    path = tmp_path / "pages.sqlite"
    with open_store(path) as store:
        run = Run(id="r1", step="tag", started_at=NOON, model=MODEL, codebook=codebook.reference)
        run.configuration["thresholds"] = dict.fromkeys(codebook.codes, 0.5)
        store.start_run(run)
        store.add_verbatims([(f"f{rank}", one) for rank, one in enumerate(verbatims)], run)
        moods = {one.text: (mood, code) for one, (_, mood, code) in zip(verbatims, TEXTS, strict=True)}
        waiting = store.pending(MODEL, codebook.reference, limit=99)
        rows = [(one, segments(one.text), _reading(one.text, *moods[one.text])) for one in waiting]
        store.add_readings(rows, model=MODEL, codebook=codebook.reference, run=run)
        add_items(store, _items(verbatims), run)
        for name, role in {"lea": "coder", "momo": "coder", "ines": "admin", "luc": "reader"}.items():
            add_coder(store, Coder(name=name, role=role, password=password, created_at=NOON), by="essai")  # type: ignore[arg-type]
    return path


def _reading(text: str, mood: Any, code: str) -> Reading:
    first = segments(text)[0]
    found = [
        Tag(code=code, probability=0.93, polarity=mood, polarity_probability=0.9, start=first.start, stop=first.stop),
        Tag(code="experience.omnicanal", probability=0.4, polarity="neutre", polarity_probability=0.6, start=0, stop=4),
    ]
    others = {"negatif": 0.05, "neutre": 0.05, "positif": 0.05}
    return Reading(sentiment={**others, mood: 0.9}, tags=tuple(found))  # type: ignore[arg-type]


def _items(verbatims: list[Verbatim]) -> Iterator[QueueItem]:
    for rank, one in enumerate(verbatims[:10]):
        facts = {"verbatim": one.id, "version": one.version, "source": one.source, "rank": float(rank)}
        if rank == 1:
            yield QueueItem(reason="audit", probability=0.25, **facts)  # type: ignore[arg-type]
        else:
            yield QueueItem(reason="abstained", code="experience.omnicanal", **facts)  # type: ignore[arg-type]


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    """That store, open."""
    with open_store(place) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """The clock of the pages."""
    return Clock()


@pytest.fixture
def app(store: Store, codebook: Codebook, clock: Clock) -> ASGIApp:
    """The application on that store."""
    return make_app(store, codebook, key=KEY, clock=clock)


class Person:
    """Somebody with a browser that runs no script."""

    def __init__(self, app: ASGIApp) -> None:
        self.http = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)

    def get(self, path: str, **parameters: Any) -> LexborHTMLParser:
        """Open a page, and give it."""
        answer = self.http.get(path, params=parameters or None)
        assert answer.status_code == 200, (answer.status_code, path)
        return LexborHTMLParser(answer.text)

    def post(self, path: str, fields: Any = None, *, token: str | None = None) -> Any:
        """Send a form, with the token of the session unless another is given; give the answer, not followed."""
        if token is None:
            found = re.search(r'name="token" value="(\w+)"', self.http.get("/connexion").text)
            token = found[1] if found else ""
        return self.http.post(path, data={**(fields or {}), "token": token}, follow_redirects=False)

    def enter(self, name: str, password: str = PASSWORD) -> Any:
        """Sign in."""
        return self.post("/connexion", {"name": name, "password": password})


@pytest.fixture
def person(app: ASGIApp) -> Callable[..., Person]:
    """Make somebody, signed in where a name is given, at these pages or at others."""

    def made(name: str | None = None, *, at: ASGIApp = app) -> Person:
        someone = Person(at)
        if name:
            assert someone.enter(name).status_code == 303
        return someone

    return made


def words(page: LexborHTMLParser) -> str:
    """Give the text of a page, with plain single spaces."""
    assert page.body is not None
    return " ".join(page.body.text(separator=" ").split())

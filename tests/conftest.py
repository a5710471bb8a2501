"""Fixtures that several folders share: a tiny model, stores, a night on a few invented answers, small frames.

A test that cannot run here is left out, summed up at the end with what it needs; with LISTENING_REQUIRE_ALL=1 it fails.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from listening.codebook import Codebook, load_codebook
from listening.store.store import Store, open_store

WORDS = """
le la les un une de du et mais pas plus très trop rien jamais accueil parfait attente longue personne ne répond au
téléphone prix cher remboursé sans question justificatif encore demandé site en panne merci je recommande
"""
Frames = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
VERBATIM = {
    "version": "v1",
    "source": "Enquête",
    "channel": "survey",
    "text": "Le colis est arrivé avec trois semaines de retard.",
    "question": None,
    "language": "fr",
    "created_at": pd.Timestamp("2026-03-03 10:00", tz="UTC"),
    "brand": None,
    "wave": None,
    "weight": 1.0,
    "nps": None,
    "csat": None,
    "ces": None,
    "stars": None,
    "sentiment": "neutre",
    "sentiment_probability": 0.9,
}
TAG = {"polarity": "negatif", "probability": 0.9, "start": 0, "stop": 8}


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of our form, untrained, with a two-layer encoder: same code, no knowledge."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, PreTrainedTokenizerFast

    from listening.tagging.modeling import ListeningConfig, ListeningModel

    folder = tmp_path_factory.mktemp("modeles") / "minuscule"
    vocabulary = {word: rank for rank, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *WORDS.split()])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    torch.manual_seed(3)
    encoder = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
        pad_token_id=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    codes = list(load_codebook().codes)
    model = ListeningModel(ListeningConfig(encoder=encoder.to_dict(), codes=codes, buckets=64))
    torch.nn.init.normal_(model.presence.weight, std=1.0)  # so that some codes stand out
    model.save_pretrained(folder)
    (folder / "calibration.json").write_text(
        json.dumps({"scale": [1.0] * len(codes), "shift": [-1.0] * len(codes), "words": 0.5})
    )
    (folder / "thresholds.json").write_text(json.dumps(dict.fromkeys(codes, 0.5)))
    scores = {"carriers": [0.3 + rank / 50 for rank in range(30)], "others": [rank / 500 for rank in range(300)]}
    (folder / "heldout.json").write_text(json.dumps(dict.fromkeys(codes, scores)))
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what would be left out, where all is required."""
    report = yield
    if report.skipped and "LISTENING_REQUIRE_ALL" in os.environ:
        report.outcome, report.longrepr = "failed", f"laissé de côté, alors que tout est exigé : {reason(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out, why, and how to have them."""
    reasons = Counter(reason(report) for report in terminalreporter.stats.get("skipped", []))
    for why, number in reasons.items():
        terminalreporter.write_line(f"{number} test{'s' * (number > 1)} de côté : {why}", yellow=True)


def reason(report: pytest.TestReport) -> str:
    """Give why a test was left out."""
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else str(report.longrepr)


def installed(program: str) -> str | None:
    """Give the path of a program of PostgreSQL: on the PATH, else of Debian's newest version."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    return shutil.which(program) or next((str(path) for path in reversed(newest)), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL that sorts as the French do: its URL, `{}` for the database; `modele` is an empty store."""
    with served() as (url, _):
        administer(url, "CREATE DATABASE modele")
        open_store(url.format("modele")).close()
        yield url


@pytest.fixture
def full_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL none of whose files grows beyond four megabytes and a half page, as on a disk that is full there.

    Gives the URL of a database, and what gives it room again.
    """
    with served(most=4 * 2**20 + 4096) as (url, give_room):
        yield url.format("postgres"), give_room


@contextmanager
def served(*, most: int | None = None) -> Iterator[tuple[str, Callable[[], None]]]:
    """Run a PostgreSQL, whose files hold so many bytes at most if that is told: its URL, and what lifts the limit."""
    initdb, control = installed("initdb"), installed("pg_ctl")
    if not initdb or not control:
        pytest.skip("pas de PostgreSQL ; « sudo apt-get install postgresql », ou mettez initdb et pg_ctl dans le PATH")
    with tempfile.TemporaryDirectory(prefix="listening-pg-") as folder:
        other = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            other = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

        def call(*command: str) -> None:
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **other)

        def limit(server: str, size: str) -> None:  # of the files of whoever connects from then on
            call("prlimit", "--pid", server, f"--fsize={size}:unlimited")

        data = f"{folder}/data"
        call(initdb, "-D", data, "-U", "essai", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
             "--locale-provider=icu", "--icu-locale=fr", "--wal-segsize=1")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=30"
        call(control, "-D", data, "-l", f"{folder}/journal", "-o", options, "-w", "start")
        server = Path(data, "postmaster.pid").read_text(encoding="utf-8").split()[0]
        try:
            if most:
                limit(server, str(most))
            yield f"postgresql+psycopg://essai@/{{}}?host={folder}", partial(limit, server, "unlimited")
        finally:
            call(control, "-D", data, "-m", "immediate", "stop")


def administer(url: str, statement: str) -> None:
    """Do something to a server, outside any transaction."""
    engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


DATABASES = count()


@pytest.fixture
def database(postgresql: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL store of one's own."""
    with made(postgresql) as url:
        yield url


@pytest.fixture
def other_database(postgresql: str) -> Iterator[str]:
    """The URL of another."""
    with made(postgresql) as url:
        yield url


@contextmanager
def made(server: str) -> Iterator[str]:
    """Make a database, and take it away."""
    name = f"essai_{next(DATABASES)}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE modele")
    yield server.format(name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is or may be: a SQLite file, then a PostgreSQL database."""
    return str(tmp_path / "essai.sqlite" if request.param == "sqlite" else request.getfixturevalue("database"))


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    """An empty store, in SQLite, then in PostgreSQL."""
    with open_store(store_place) as opened:
        yield opened


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A table of invented answers, one of them with personal data."""
    path = tmp_path / "avis.csv"
    path.write_text(
        "id;date;auteur;note;avis\n"
        "1;03/02/2026;Lulu;5;Accueil parfait, je recommande.\n"
        "2;04/02/2026;Momo;1;Trop cher et personne ne répond au téléphone !\n"
        "3;05/02/2026;Zaza;2;Encore un justificatif demandé, appelez-moi au 06 39 98 12 44.\n"
        "4;06/02/2026;Kiki;5;Remboursé sans question, merci.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def night_file(tmp_path: Path, answers: Path, tiny_model: Path) -> Path:
    """The configuration of a night on those answers, with the tiny model."""
    path = tmp_path / "nuit.yaml"
    path.write_text(
        f"store: essai.sqlite\nreports: rapports\nmodel: {tiny_model}\nsources:\n"
        "  - kind: table\n    name: avis\n    path: avis.csv\n    id: id\n    text: avis\n    date: date\n"
        "    author: auteur\n    stars: note\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Two nets, four codes."""
    labels = {"effort.attente": "Délais", "effort.web": "Site", "prix.niveau": "Prix", "prix.clarte": "Clarté du prix"}
    nets = {name: {"label": name.capitalize(), "definition": "Un net."} for name in ("effort", "prix")}
    codes = {name: {"label": label, "definition": "Un code."} for name, label in labels.items()}
    return Codebook.model_validate({"name": "essai", "version": "1", "label": "Essai", "nets": nets, "codes": codes})


@pytest.fixture
def frames() -> Frames:
    """Build the two frames from what sets each verbatim and tag apart; `tags` holds (id, code, …) dictionaries."""

    def build(
        verbatims: list[dict[str, Any]], tags: list[dict[str, Any]] | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows = [VERBATIM | {"id": f"v{place:03}"} | row for place, row in enumerate(verbatims)]
        columns = ["id", "code", *TAG]
        return (
            pd.DataFrame(rows, columns=["id", *VERBATIM]),
            pd.DataFrame([TAG | tag for tag in tags or []], columns=columns),
        )

    return build


@pytest.fixture
def revised(codebook: Codebook) -> Callable[..., Codebook]:
    """Build the next version of that codebook from the codes that it has, each with those that it replaces."""

    def build(codes: dict[str, tuple[str, ...]], **facts: Any) -> Codebook:
        given = codebook.model_dump()
        new = {"label": "Nouveau", "definition": "Un code nouveau."}
        held = {name: given["codes"].get(name, new) | {"replaces": replaced} for name, replaced in codes.items()}
        return Codebook.model_validate(given | {"version": "2", "from": codebook.reference, "codes": held} | facts)

    return build

"""Kills steps of work at moments drawn at random, starts them again, and tells whether anything was lost or doubled.

`python kill.py MODEL FOLDER TRIALS` prints in JSON, by step: how many trials were killed before their end, and which
did not end as an undisturbed one. Children are forked, so that imports are paid for once.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import xlsxwriter
from alembic import command
from alembic.config import Config
from pyarrow.parquet import read_table
from sqlalchemy import create_engine

import listening.store
from listening.codebook import load_codebook
from listening.sources.table import Table
from listening.sources.workbooks import read_sheet
from listening.steps import forget as forgetting
from listening.steps.export import export_parquet
from listening.steps.ingest import ingest
from listening.steps.review import ask
from listening.steps.tag import tag_pending
from listening.steps.workbooks import export_workbook, import_workbook
from listening.store.check import check
from listening.store.store import open_store
from listening.tagging.embedded import EmbeddedTagger
from listening.text.prepare import prepare

ROWS = 200
KEY, AUTHOR = b"essai", "Zaza"
SAID, KEPT = "Encore un justificatif introuvable", "Le vendeur est charmant"
SENTIMENT, DONE = 5, 18  # columns of a workbook
LOOKED_AT = {
    "verbatims": "version, id, current, source, external_id, text, language, stars",
    "segments": "*",
    "readings": "version, model, codebook, negatif, neutre, positif",
    "tags": "version, model, codebook, code, probability, polarity, start, stop",
    "quarantine": "source, row, reason, content",
    "verdicts": "verbatim, version, coder, state, sentiment, codes, codebook",
    "alembic_version": "*",
}
Work = Callable[[Path], None]


def read(folder: Path) -> None:
    """Ingest a file."""
    source = Table(name="avis", path=folder / "avis.csv", id="id", text="avis", stars="note")
    with open_store(folder / "base.sqlite") as store:
        ingest(source, store, key=b"essai", names=False)


def tag(folder: Path, model: Path) -> None:
    """Tag what waits, a few at a time."""
    with open_store(folder / "base.sqlite") as store:
        tag_pending(store, EmbeddedTagger(model), load_codebook(), chunk=16)


def bring_in(folder: Path) -> None:
    """Import a workbook that a coder filled in."""
    with open_store(folder / "base.sqlite") as store:
        import_workbook(store, load_codebook(), folder / "rendu.xlsx")


def forget(folder: Path) -> None:
    """Erase what an author wrote, and the tables that hold it."""
    with open_store(folder / "base.sqlite") as store:
        found = forgetting.find_author(store, AUTHOR, key=KEY)
        forgetting.forget(store, found, key=KEY, actor="essai")


def migrate(folder: Path) -> None:
    """Bring an old store up to date."""
    open_store(folder / "base.sqlite").close()


def prepare_rows(folder: Path) -> None:
    """Write the file to ingest."""
    lines = [f"{rank};{rank % 5 + 1};Trop cher le {rank}e jour, personne ne répond" for rank in range(ROWS)]
    (folder / "avis.csv").write_text("\n".join(["id;note;avis", *lines, "401;9;note hors échelle"]), encoding="utf-8")


def prepare_author(folder: Path) -> None:
    """Read what an author wrote, a row of it refused, and write the tables out."""
    rows = [f"{rank};{AUTHOR};{rank % 5 + 1};{SAID}, le {rank}e jour" for rank in range(600)]
    lines = ["id;auteur;note;avis", *rows, f"601;{AUTHOR};9;{SAID} : note hors échelle", f"602;Momo;9;{KEPT}"]
    (folder / "mots.csv").write_text("\n".join([*lines, f"603;Momo;1;{KEPT}"]), encoding="utf-8")
    source = Table(name="mots", path=folder / "mots.csv", id="id", author="auteur", text="avis", stars="note")
    with open_store(folder / "base.sqlite") as store:
        ingest(source, store, key=KEY, names=False)
        export_parquet(store, folder / "tables")


def prepare_workbook(folder: Path) -> None:
    """Fill in a workbook, as a coder would."""
    codebook = load_codebook()
    with open_store(folder / "base.sqlite") as store, sqlite3.connect(folder / "base.sqlite") as connection:
        ask(store, [version for (version,) in connection.execute("SELECT version FROM verbatims")], asked_by="léa")
        export_workbook(store, codebook, folder / "aller.xlsx", coder="léa", limit=ROWS)
    with xlsxwriter.Workbook(folder / "rendu.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for place, (_, cells) in enumerate(read_sheet(folder / "aller.xlsx", "")):
            if place > 1:
                cells[SENTIMENT], cells[DONE] = "négatif", "oui"
            sheet.write_row(place, 0, cells)


def prepare_old_store(folder: Path) -> None:
    """Make a store of the first form, with verbatims."""
    engine = create_engine(f"sqlite:///{folder / 'base.sqlite'}")
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(listening.store.__file__).parent / "migrations"))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0001")
        columns = "version, id, current, fingerprint, source, channel, external_id, text, weight, meta, run"
        for rank in range(ROWS):
            values = f"'v{rank}', 'i{rank}', 1, 'f{rank}', 's', 'review', '{rank}', 'Trop cher', 1.0, '{{}}', 'r'"
            connection.exec_driver_sql(f"INSERT INTO verbatims ({columns}) VALUES ({values})")
    engine.dispose()


def run(work: Work, folder: Path, *, kill_after: float = math.inf) -> float | None:
    """Do some work in a child; give the seconds that it took, None when it was killed. `RuntimeError` when it fails."""
    start = time.monotonic()
    child = os.fork()
    if not child:
        try:
            work(folder)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
        os._exit(0)
    ended, status = 0, 0
    while not ended and time.monotonic() - start < kill_after:
        time.sleep(0.001)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"{work} failed")
    return time.monotonic() - start if os.WIFEXITED(status) else None


def held(folder: Path) -> dict[str, list[str]]:
    """Give what a store holds, but for moments, runs and drawn names; and what is unsound in it."""
    with sqlite3.connect(folder / "base.sqlite") as connection:
        found = {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}")))
            for table, columns in LOOKED_AT.items()
        }
    connection.close()
    with open_store(folder / "base.sqlite") as store:
        found |= {"unsound": [repr(one) for one in check(store) if one.faults]}
    return found | {"said": sorted(files_with(folder, SAID)), "files": sorted(map(str, written(folder)))}


def files_with(folder: Path, words: str) -> list[str]:
    """Give the files that hold words, but the one that they were read from."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".csv"]
    return [path.name for path in files if words.encode() in read_out(path)]


def read_out(path: Path) -> bytes:
    """Give the bytes of a file, and those that it holds compressed."""
    told = repr(read_table(path).to_pylist()).encode() if path.suffix == ".parquet" else b""
    return path.read_bytes() + told


def written(folder: Path) -> list[Path]:
    """Give the files of a folder, but those of a database that is open."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if not path.name.startswith("base.sqlite-")]


def trials(make: Work, work: Work, folder: Path, draw: random.Random, number: int) -> dict[str, object]:
    """Prepare a folder, kill some work in it so many times, and compare each end with that of an undisturbed one.

    The folder always has the same place, for the store knows where files were written; it is left as it should end.
    """
    before = folder.with_name("before")
    run(make, folder)
    shutil.copytree(folder, before)
    lasts, expected = run(work, folder) or 0.0, held(folder)
    killed, wrong = 0, []
    for _ in range(number):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        after = draw.uniform(0, lasts)
        if took := run(work, folder, kill_after=after):
            lasts = min(lasts, took)  # the first may have been slow
        else:
            killed += 1
        run(work, folder)
        if held(folder) != expected:
            wrong.append(f"killed after {after:.3f} s of {lasts:.3f}")
    shutil.rmtree(before)
    return {"killed": killed, "wrong": wrong, "rows": {table: len(rows) for table, rows in expected.items()}}


def main(model: Path, place: Path, number: int) -> None:
    """Try each step, and print what came of it."""
    draw, told = random.Random(7), {}
    prepare(["Mme Le Goff"])  # what texts need is loaded here, once for all children
    for module in ("torch", "pandas", "pyarrow.parquet"):
        import_module(module)
    steps: dict[str, tuple[Callable[[Path], None], Work]] = {
        "ingest": (prepare_rows, read),
        "tag": (lambda folder: None, partial(tag, model=model)),
        "import": (prepare_workbook, bring_in),
        "forget": (prepare_author, forget),
        "migrate": (prepare_old_store, migrate),
    }
    for name, (make, work) in steps.items():
        folder = place / ("old" if name == "migrate" else "here")
        folder.mkdir(exist_ok=True)
        told[name] = trials(make, work, folder, draw, number)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

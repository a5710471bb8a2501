"""Kills steps of work at moments drawn at random, starts them again, and tells whether anything was lost or doubled.

`python kill.py MODEL FOLDER TRIALS` prints in JSON, by step: how many trials were killed before their end, and which
did not end as an undisturbed one. Children are forked, so that imports are paid for once.
"""

from __future__ import annotations

import json
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
from sqlalchemy import create_engine

import listening.store
from listening.codebook import load_codebook
from listening.sources.table import Table
from listening.sources.workbooks import read_sheet
from listening.steps.ingest import ingest
from listening.steps.review import ask
from listening.steps.tag import tag_pending
from listening.steps.workbooks import export_workbook, import_workbook
from listening.store.check import check
from listening.store.store import open_store
from listening.tagging.embedded import EmbeddedTagger
from listening.text.prepare import prepare

ROWS = 200
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


def migrate(folder: Path) -> None:
    """Bring an old store up to date."""
    open_store(folder / "base.sqlite").close()


def prepare_rows(folder: Path) -> None:
    """Write the file to ingest."""
    lines = [f"{rank};{rank % 5 + 1};Trop cher le {rank}e jour, personne ne répond" for rank in range(ROWS)]
    (folder / "avis.csv").write_text("\n".join(["id;note;avis", *lines, "401;9;note hors échelle"]), encoding="utf-8")


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


def run(work: Work, folder: Path, *, kill_after: float | None = None) -> bool:
    """Do some work in a child; tell whether it ended by itself. Raises `RuntimeError` when it fails."""
    child = os.fork()
    if not child:
        try:
            work(folder)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"{work} failed")
    return os.WIFEXITED(status)


def held(folder: Path) -> dict[str, list[str]]:
    """Give what a store holds, but for moments, runs and drawn names; and what is unsound in it."""
    with sqlite3.connect(folder / "base.sqlite") as connection:
        found = {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}")))
            for table, columns in LOOKED_AT.items()
        }
    connection.close()
    with open_store(folder / "base.sqlite") as store:
        return found | {"unsound": [repr(one) for one in check(store) if one.faults]}


def trials(work: Work, template: Path, place: Path, draw: random.Random, number: int) -> dict[str, object]:
    """Kill some work so many times, each in a copy of a folder, and compare each end with an undisturbed one."""
    whole = place / "whole"
    shutil.copytree(template, whole)
    start = time.monotonic()
    run(work, whole)
    lasts, expected = time.monotonic() - start, held(whole)
    killed, wrong = 0, []
    for trial in range(number):
        folder = place / f"trial {trial}"
        shutil.copytree(template, folder)
        after = draw.uniform(0, lasts)
        killed += not run(work, folder, kill_after=after)
        run(work, folder)
        if held(folder) != expected:
            wrong.append(f"killed after {after:.3f} s of {lasts:.3f}")
        shutil.rmtree(folder)
    return {"killed": killed, "wrong": wrong, "rows": {table: len(rows) for table, rows in expected.items()}}


def main(model: Path, place: Path, number: int) -> None:
    """Try each step, and print what came of it."""
    draw, told = random.Random(7), {}
    prepare(["Mme Le Goff"])  # what texts need is loaded here, once for all children
    import_module("torch")
    steps: dict[str, tuple[Callable[[Path], None], Work]] = {
        "ingest": (prepare_rows, read),
        "tag": (lambda folder: None, partial(tag, model=model)),
        "import": (prepare_workbook, bring_in),
        "migrate": (prepare_old_store, migrate),
    }
    before = place / "before"
    before.mkdir()
    for name, (make, work) in steps.items():
        template = place / name
        if name == "migrate":
            template.mkdir()
        else:
            shutil.copytree(before, template)
        run(make, template)
        (place / f"{name} trials").mkdir()
        told[name] = trials(work, template, place / f"{name} trials", draw, number)
        before = place / f"{name} trials" / "whole"
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

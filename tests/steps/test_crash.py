"""A night killed while it tags, and started again, ends as an undisturbed one."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMPARED = {
    "verbatims": "version, id, current, fingerprint, source, external_id, text, language, author, stars, wave, meta",
    "segments": "*",
    "readings": "version, model, codebook, negatif, neutre, positif",
    "tags": "version, model, codebook, code, probability, polarity, polarity_probability, start, stop",
    "quarantine": "id, source, row, reason, content",
}


def prepare(folder: Path, model: Path) -> Path:
    folder.mkdir()
    with (folder / "avis.csv").open("w", encoding="utf-8") as lines:
        lines.write("id;note;avis\n")
        for rank in range(600):
            words = ["Accueil parfait", "Trop cher", "Personne ne répond au téléphone"][rank % 3]
            lines.write(f"{rank};{rank % 5 + 1};{words}, le {rank}e site en panne. Merci\n")
        lines.write("601;9;note hors échelle\n")
    (folder / "nuit.yaml").write_text(
        f"store: essai.sqlite\nreports: rapports\nmodel: {model}\nchunk: 4\nsources:\n"
        "  - {kind: table, name: avis, path: avis.csv, id: id, text: avis, stars: note}\n"
    )
    return folder


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "listening.cli.app", "run", str(folder / "nuit.yaml")]
    environment = os.environ | {"LISTENING_KEY": "essai"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(folder / "essai.sqlite")
    try:
        return {
            table: sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
            for table, columns in COMPARED.items()
        }
    finally:
        connection.close()


def count_readings(folder: Path) -> int:
    try:
        connection = sqlite3.connect(f"file:{folder / 'essai.sqlite'}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(connection.execute("SELECT count(*) FROM readings").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        connection.close()


@pytest.mark.slow
def test_crash_in_the_middle_of_tagging_loses_and_doubles_nothing(tmp_path: Path, tiny_model: Path) -> None:
    whole, broken = prepare(tmp_path / "entiere", tiny_model), prepare(tmp_path / "tuee", tiny_model)
    assert start(whole).wait(120) == 0
    night = start(broken)
    deadline = time.monotonic() + 120
    while not count_readings(broken) and time.monotonic() < deadline:
        time.sleep(0.005)
    night.send_signal(signal.SIGKILL)
    night.wait()
    assert 0 < count_readings(broken) < 600
    assert start(broken).wait(120) == 0
    assert count_readings(broken) == 600
    assert tables(broken) == tables(whole)

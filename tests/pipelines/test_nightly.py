"""The flow itself, on the sample corpus, by a real Prefect in a folder of its own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from listening.store.frames import counts
from listening.store.store import open_store

ROOT = Path(__file__).parents[2]
PERSONAL = (ROOT / "tests" / "data" / "personal_data.txt").read_text(encoding="utf-8").splitlines()

pytestmark = pytest.mark.slow


@dataclass
class Night:
    folder: Path
    log: str
    code: int

    @property
    def counts(self) -> dict[str, int]:
        with open_store(self.folder / "data.sqlite") as store:
            return counts(store)


def flow(folder: Path) -> Night:
    environment = os.environ | {"PREFECT_HOME": str(folder / "prefect"), "LISTENING_KEY": "essai"}
    command = [sys.executable, str(ROOT / "pipelines" / "nightly.py"), str(folder / "nuit.yaml")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    (folder / "journal.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return Night(folder, done.stdout + done.stderr, done.returncode)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """The shipped configuration, with a store of its own and a source that is missing."""
    folder = tmp_path_factory.mktemp("nuit")
    night = yaml.safe_load((ROOT / "pipelines" / "nightly.yaml").read_text(encoding="utf-8"))
    night |= {"store": "data.sqlite", "reports": "rapports", "model": str(tiny_model)}
    for source in night["sources"]:
        source["path"] = str((ROOT / "pipelines" / source["path"]).resolve())
    night["sources"].append({"kind": "table", "name": "absente", "path": "absent.csv", "text": "avis"})
    (folder / "nuit.yaml").write_text(yaml.safe_dump(night, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first(folder: Path) -> Night:
    return flow(folder)


def test_nightly_reads_tags_and_publishes_the_sample(first: Night) -> None:
    found = first.counts
    assert found["verbatims"] >= 600
    assert found["readings"] >= 600
    assert (first.folder / "rapports" / "synthese.html").stat().st_size > 20_000


def test_nightly_names_the_failing_source_at_its_end(first: Night) -> None:
    assert first.code == 1
    assert re.search(r"sources en échec : absente : .*absent\.csv", first.log)


def test_nightly_leaves_no_personal_data_anywhere(first: Night) -> None:
    assert len(PERSONAL) > 50
    files = [path for path in first.folder.rglob("*") if path.is_file() and path.name != "nuit.yaml"]
    assert any("prefect" in str(path) for path in files)
    held = {path: path.read_bytes() for path in files}
    found = [(words, path.name) for words in PERSONAL for path, content in held.items() if words.encode() in content]
    assert found == []


def test_nightly_prefect_holds_no_verbatim(first: Night) -> None:
    with open_store(first.folder / "data.sqlite") as store, store.transaction() as connection:
        from sqlalchemy import select

        from listening.store.schema import verbatims

        texts = [text for text in connection.scalars(select(verbatims.c.text)) if len(text) > 30]
    kept = [path for path in (first.folder / "prefect").rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in kept) + first.log.encode()
    assert [text for text in texts if text.encode() in content] == []


def test_nightly_second_run_stores_and_tags_nothing(first: Night, folder: Path) -> None:
    before = first.counts
    again = flow(folder).counts
    added = {name for name in again if again[name] != before[name]}
    assert added == {"runs", "exports"}  # it read, and published a page with its date


SECRETS = """
import os, sys
sys.path.insert(0, "pipelines")
import nightly
from listening.configuration import Night
from listening.sources.live.base import LiveSource
from prefect.blocks.system import Secret

class Journal(LiveSource):
    kind: str = "journal"
    def read(self, since=None):
        yield from ()

def journal(variable):
    return Journal(name=variable.lower(), url="https://journal.example", token_from=variable)

Secret(value="tres-secret").save("jeton-garde")
nightly.bring_secrets(Night(sources=[journal("JETON_GARDE"), journal("JETON_DONNE"), journal("JETON_ABSENT")]))
print([os.environ.get(f"JETON_{name}") for name in ("GARDE", "DONNE", "ABSENT")])
"""


def test_nightly_takes_tokens_from_secret_blocks(tmp_path: Path) -> None:
    environment = os.environ | {"PREFECT_HOME": str(tmp_path), "JETON_DONNE": "mien"}
    done = subprocess.run(
        [sys.executable, "-c", SECRETS],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.stdout.splitlines()[-1] == "['tres-secret', 'mien', None]"


def test_nightly_deployment_runs_at_night_in_paris() -> None:
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    (schedule,) = deployment["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("30 2 * * *", "Europe/Paris")
    file, name = deployment["entrypoint"].split(":")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")

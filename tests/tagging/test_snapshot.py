import json
from collections.abc import Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from listening.errors import ModelError
from listening.tagging.snapshot import locate, pull, pulled

COMMIT, OTHER = "a" * 40, "b" * 40
ID = "auteur/modele"
FILES = {
    "config.json": json.dumps({"id2label": {"1": "POS", "0": "NEG"}}).encode(),
    "model.safetensors": b"poids",
    "pytorch_model.bin": b"les memes poids",
    "tokenizer.json": b"{}",
    "README.md": b"---\nlicense: mit\nlanguage: fr\n---\n# Carte\n",
    "onnx/model.onnx": b"les memes encore",
}


class Hub(BaseHTTPRequestHandler):
    """What the hub answers about one model with one commit."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in {f"/api/models/{ID}", f"/api/models/{ID}/revision/main", f"/api/models/{ID}/revision/{COMMIT}"}:
            self._answer({"id": ID, "sha": COMMIT, "siblings": [{"rfilename": name} for name in FILES]})
        elif path == f"/api/models/{ID}/tree/{COMMIT}":
            listed = [{"type": "file", "path": n, "size": len(b), "oid": sha1(b).hexdigest()} for n, b in FILES.items()]
            self._answer(listed)
        elif (name := path.removeprefix(f"/{ID}/resolve/{COMMIT}/")) in FILES:
            self._send(200, FILES[name], {"ETag": f'"{sha1(FILES[name]).hexdigest()}"', "X-Repo-Commit": COMMIT})
        else:
            code = "RevisionNotFound" if path.startswith(f"/api/models/{ID}/revision/") else "RepoNotFound"
            self._send(404, b"", {"X-Error-Code": code})

    def _answer(self, content: object) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return folder


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def folder(place: Path) -> Path:
    place.mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "README.md"):
        (place / name).write_bytes(FILES[name])
    return place


def test_snapshot_pull_resolves_the_commit_and_takes_weights_once(hub: str) -> None:
    found = pull(ID, endpoint=hub)
    assert found.version == COMMIT
    names = {path.name for path in found.folder.iterdir()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", "README.md"}
    assert (found.labels, found.licence) == (("NEG", "POS"), "mit")
    assert pulled(ID) == [COMMIT]
    assert locate(ID, COMMIT) == found


def test_snapshot_pull_of_what_is_here_needs_no_hub(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(ID, endpoint=hub)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert pull(ID, COMMIT).version == COMMIT


def test_snapshot_pull_mends_what_an_interruption_left(hub: str) -> None:
    found = pull(ID, endpoint=hub)
    (found.folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="listening models pull"):
        locate(ID, COMMIT)
    assert (pull(ID, COMMIT, endpoint=hub).folder / "model.safetensors").read_bytes() == b"poids"


def test_snapshot_pull_offline_is_refused_by_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE interdit de le télécharger"):
        pull(ID)


def test_snapshot_pull_without_connection_is_refused_by_a_sentence() -> None:
    with pytest.raises(ModelError, match="vérifiez la connexion"):
        pull(ID, endpoint="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("id", "revision", "message"),
    [
        ("auteur/absent", None, "le hub n'a pas de modèle auteur/absent"),
        (ID, OTHER, f"n'a pas de révision « {OTHER} »"),
        ("a/b/c", None, "« a/b/c » n'est pas un identifiant du hub"),
    ],
)
def test_snapshot_pull_of_what_the_hub_lacks(hub: str, id: str, revision: str | None, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        pull(id, revision, endpoint=hub)


def test_snapshot_without_revision_is_refused() -> None:
    with pytest.raises(ModelError, match=r"sans révision .* « listening models pull auteur/modele »"):
        locate(ID)


@pytest.mark.parametrize("revision", ["main", "v1.0", "abc1234", "A" * 40])
def test_snapshot_revision_that_can_change_is_refused(revision: str) -> None:
    with pytest.raises(ModelError, match=rf"« {revision} » peut changer.*models pull {ID} --revision {revision}"):
        locate(ID, revision)


def test_snapshot_absent_from_this_machine_names_the_command() -> None:
    with pytest.raises(ModelError, match=f"listening models pull {ID} --revision {COMMIT}"):
        locate(ID, COMMIT)


def test_snapshot_folder_is_named_by_its_content(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "un"), folder(tmp_path / "deux")
    (other / "README.md").write_text("une autre carte", encoding="utf-8")
    assert locate("un", base=tmp_path).version == locate(str(other)).version
    (other / "model.safetensors").write_bytes(b"d'autres poids")
    assert locate(str(one)).version != locate(str(other)).version


def test_snapshot_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (folder(tmp_path / "un") / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="n'est pas un modèle entier"):
        locate(str(tmp_path / "un"))


@pytest.mark.parametrize(
    ("card", "licence"),
    [("---\nlicense: apache-2.0\n---\n", "apache-2.0"), ("# Sans entête", None), ("---\na: [\n---\n", None)],
)
def test_snapshot_licence_is_what_the_card_says(tmp_path: Path, card: str, licence: str | None) -> None:
    (folder(tmp_path / "un") / "README.md").write_text(card, encoding="utf-8")
    assert locate(str(tmp_path / "un")).licence == licence

import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from listening.cli.app import main
from listening.store.coders import coder_named
from listening.store.store import open_store
from listening.web.passwords import matches


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def give(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))


def test_coder_is_added_listed_and_disabled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "essai.sqlite"
    give(monkeypatch, "un colis bien arrivé")
    assert run("coder", "add", "lea", "--role", "admin", "--password-stdin", "--store", place) == 0
    assert "Compte « lea » : lit, code et arbitre." in capsys.readouterr().out
    with open_store(place) as store:
        found = coder_named(store, "lea")
    assert found and found.role == "admin"
    assert matches("un colis bien arrivé", found.password) and "colis" not in found.password
    assert run("coder", "disable", "lea", "--store", place) == 0
    assert run("coder", "list", "--store", place) == 0
    assert "lea  admin  fermé" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "password", "code", "said"),
    [
        (["lea"], "court", 1, "mot de passe de 5 caractères ; il en faut de 12 à 256"),
        (["lea", "--role", "chef"], "un colis bien arrivé", 2, "valeur refusée pour --role"),
        (["<script>"], "un colis bien arrivé", 1, "nom refusé : « <script> »"),
    ],
)
def test_coder_add_refuses(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    password: str,
    code: int,
    said: str,
) -> None:
    give(monkeypatch, password)
    assert run("coder", "add", *arguments, "--password-stdin", "--store", tmp_path / "essai.sqlite") == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_web_refuses_an_open_address_in_clear(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("web", "--host", "0.0.0.0", "--store", tmp_path / "essai.sqlite") == 1
    assert "--behind-proxy" in capsys.readouterr().err
    assert not (tmp_path / "essai.sqlite").exists()


@pytest.mark.slow
def test_web_serves_the_pages_until_interrupted(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from listening.cli.app import main; main()", "web", "--port", str(port)]
    environment = os.environ | {"LISTENING_STORE": str(tmp_path / "essai.sqlite")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout and served.stdout.readline().startswith(f"Pages : http://127.0.0.1:{port}/")
        for _ in range(600):
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/connexion")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        assert "Mot de passe" in answer.text
        assert "server" not in answer.headers
        assert not (tmp_path / ".listening-key").exists()  # a new one would recognise nobody
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=60) in (0, 130)

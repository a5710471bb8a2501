import socket
from pathlib import Path

import pytest

from listening.errors import ConfigurationError
from listening.web.serving import Serving, check_free


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_check_lets_this_machine_be_served_as_it_is(host: str) -> None:
    Serving(host=host).check()
    assert host in Serving(host=host).hosts and "*" not in Serving(host=host).hosts


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "ecoute.example.org"])
def test_check_refuses_another_address_in_clear(host: str) -> None:
    with pytest.raises(ConfigurationError, match="les mots de passe y passeraient en clair"):
        Serving(host=host).check()
    Serving(host=host, behind_proxy=True).check()


def test_a_proxy_may_ask_by_any_name_unless_some_are_given() -> None:
    assert Serving(behind_proxy=True).hosts == ["*"]
    assert Serving(behind_proxy=True, names=("ecoute.example.org",)).hosts[0] == "ecoute.example.org"


def test_check_wants_both_files_of_tls(tmp_path: Path) -> None:
    there = tmp_path / "cle.pem"
    there.write_text("x")
    with pytest.raises(ConfigurationError, match="vont ensemble"):
        Serving(host="0.0.0.0", certificate=there).check()
    with pytest.raises(ConfigurationError, match="introuvable"):
        Serving(host="0.0.0.0", certificate=there, private_key=tmp_path / "absente.pem").check()
    asked = Serving(host="0.0.0.0", certificate=there, private_key=there, names=("ecoute.example.org",))
    asked.check()
    assert asked.address == "https://ecoute.example.org:8600/"
    assert asked.hosts[0] == "ecoute.example.org" and "*" not in asked.hosts


def test_check_free_refuses_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"le port {port} de 127.0.0.1 est déjà pris"):
            check_free(Serving(port=port))
    check_free(Serving(port=port))


def test_check_free_refuses_an_address_that_is_not_this_machine_s() -> None:
    with pytest.raises(ConfigurationError, match="écoute impossible"):
        check_free(Serving(host="192.0.2.7", behind_proxy=True))

"""The pages in a real browser: by keyboard alone, at the width of a desk and of a phone, to axe's eyes."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from listening.codebook import Codebook
from listening.records import Verbatim
from listening.store.queue import open_items
from listening.store.store import Store
from listening.store.verdicts import verdicts
from listening.web.app import make_app

PASSWORD = "un colis bien arrivé"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TIMEOUT = 60_000  # milliseconds: the first note waits for the name model
Enter = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser without window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright absent : pip install -e '.[dev]'")
    if CHROMIUM is None:
        pytest.skip("Chromium absent : apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(store: Store, codebook: Codebook, clock: Any) -> Iterator[str]:
    """The address of the pages, served on this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        served = uvicorn.Server(uvicorn.Config(make_app(store, codebook, key=b"essai", clock=clock), log_level="error"))
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        served.should_exit = True
        thread.join()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complains of: scripts that fail, what the content policy refuses."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def enter(chromium: Any, address: str, complaints: list[str]) -> Iterator[Enter]:
    """Sign in by keyboard, in a browser of one's own."""
    opened = []

    def note(said: Any) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):  # a page that is refused
            complaints.append(said.text)

    def signed_in(name: str, *, size: dict[str, int] = DESK) -> Any:
        context = chromium.new_context(viewport=size, locale="fr-FR", base_url=address)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note)
        page.goto("/connexion")
        page.locator("#name:focus").wait_for()  # Chromium gives it after the page is loaded
        press(page, *name, "Tab", *PASSWORD, "Enter")
        page.wait_for_url("/")
        return page

    yield signed_in
    for context in opened:
        context.close()


def press(page: Any, *keys: str) -> None:
    """Press keys, one after the other; letters with an accent are typed."""
    for key in keys:
        page.keyboard.insert_text(key) if len(key) == 1 and not key.isascii() else page.keyboard.press(key)


def shown(page: Any) -> str:
    return str(page.locator("#verbatim").inner_text())


def accept(page: Any, *keys: str) -> None:
    """Press keys on a sheet, then accept it, and wait for what follows."""
    before = page.locator("input[name=verdict]").get_attribute("value")
    press(page, *keys, "Enter")
    page.locator(f"input[name=verdict]:not([value='{before}']), main.page-coded").first.wait_for(state="attached")


def serious(page: Any) -> list[str]:
    """Give what axe finds wrong that matters."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    wrong = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:200]}" for one in wrong for node in one["nodes"]]


def keep_picture(page: Any, name: str) -> None:
    """Keep a picture of a page for who wants to look at it."""
    if folder := os.environ.get("LISTENING_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


def test_ten_are_coded_by_keyboard_again_blind_then_adjudicated(
    enter: Enter, store: Store, verbatims: list[Verbatim]
) -> None:
    lea = enter("lea")
    lea.goto("/coder")
    for _ in range(10):
        asked = lea.locator(".mood input:checked").count()
        accept(lea, *([] if asked else ["s"]))
    lea.get_by_role("heading", name="La file est vide").wait_for()
    assert [one.state for one in verdicts(store, coder="lea")] == ["coded"] * 10
    assert open_items(store) == []

    press(lea, "u")
    lea.get_by_text("Dernier verdict annulé").wait_for()
    assert shown(lea) == verbatims[9].text
    accept(lea, "a", "d", "é", "Enter", "3")
    *_, undone, last = verdicts(store, coder="lea")
    assert (undone.state, last.version) == ("undone", verbatims[9].version)
    assert {code.code: code.polarity for code in last.codes} == {
        "fidelite.recommandation": "positif",
        "confiance.generale": "positif",
    }

    momo = enter("momo")
    momo.goto("/coder?mode=aveugle")
    for _ in range(10):
        assert not momo.locator("#verbatim mark, #codes li").count()
        accept(momo, "s", "a", "p", "r", "i", "x", "Enter", "1")
    assert [one.blind for one in verdicts(store, coder="momo")] == [True] * 10

    ines = enter("ines")
    ines.goto("/arbitrer")
    assert ines.locator(".found > li").count() == 9  # both said « prix » of the tenth
    keep_picture(ines, "desaccords")
    ines.locator(".found a").first.focus()
    press(ines, "Enter")
    ines.get_by_text("Ce que chacun a dit").wait_for()
    keep_picture(ines, "arbitrage")
    assert serious(ines) == []
    asked = ines.locator(".mood input:checked").count()
    press(ines, "ArrowDown", "1", *([] if asked else ["s"]), "Enter")
    ines.get_by_text("Arbitrage enregistré.").wait_for()
    (decided,) = verdicts(store, coder="ines")
    assert (decided.origin, decided.codes[0].polarity) == ("adjudication", "negatif")

    ines.goto("/accord")
    ines.get_by_role("link", name="Tous").focus()
    press(ines, "Enter")
    ines.get_by_role("heading", name="lea – momo : 10 verbatims codés par les deux").wait_for()
    assert ines.get_by_role("row", name="Prix").locator("td").first.inner_text() == "10"
    keep_picture(ines, "accord")
    assert serious(ines) == []


def test_keys_correct_what_is_proposed(enter: Enter, store: Store) -> None:
    lea = enter("lea")
    lea.goto("/coder")
    accept(lea, "ArrowDown", "2", "m", "ArrowDown", "Space", "s", "n", *"bof", "Escape")
    (verdict,) = verdicts(store)
    first, second = verdict.codes
    assert (first.code, first.polarity, first.start) == ("effort.attente", "neutre", 40)
    assert (second.code, second.polarity) == ("experience.omnicanal", "neutre")
    assert (verdict.sentiment, verdict.note) == ("neutre", "bof")


def test_current_code_shows_its_definition_and_its_evidence(enter: Enter) -> None:
    lea = enter("lea")
    lea.goto("/coder")
    definition = lea.get_by_text("Rapidité ou délai")
    assert not definition.is_visible()
    press(lea, "ArrowDown")
    assert definition.is_visible()
    assert lea.locator("#verbatim .current").inner_text() == "Trois semaines d'attente pour un colis,"


def test_a_code_without_polarity_is_not_accepted(enter: Enter, store: Store) -> None:
    lea = enter("lea")
    lea.goto("/coder")
    press(lea, "a", *"prix", "Enter", "Enter")
    assert lea.evaluate("document.activeElement.name") == "polarity.offre.prix"
    assert list(verdicts(store)) == []


def test_passing_needs_no_verdict(enter: Enter, store: Store, verbatims: list[Verbatim]) -> None:
    lea = enter("lea")
    lea.goto(f"/coder/{verbatims[1].version}")
    press(lea, "p")
    lea.get_by_text("ne vous sera plus proposé").wait_for()
    assert [one.state for one in verdicts(store)] == ["skipped"]


def test_single_keys_can_be_switched_off(enter: Enter) -> None:
    lea = enter("lea")
    lea.goto("/coder")
    press(lea, "?")
    lea.get_by_label("Raccourcis d’une seule touche").uncheck()
    press(lea, "Escape", "a")
    assert lea.evaluate("document.activeElement.id") != "add"
    lea.reload()
    press(lea, "a")
    assert lea.evaluate("document.activeElement.id") != "add"


def test_script_in_a_verbatim_does_not_run(enter: Enter, verbatims: list[Verbatim]) -> None:
    ines = enter("ines")
    for place in (f"/coder/{verbatims[7].version}", "/verbatims", "/themes/effort.numerique"):
        ines.goto(place)
        assert "pris" not in ines.title()
        assert ines.locator("main script, main img").count() == 0


def test_script_of_another_hand_is_refused(enter: Enter, complaints: list[str]) -> None:
    luc = enter("luc")
    luc.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=x onclick=\"document.title=1\">x</p>')")
    luc.evaluate("document.getElementById('x').click()")
    luc.reload()
    assert luc.title() != "1"
    assert "Content Security Policy" in complaints.pop()


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_are_accessible_and_fit(
    enter: Enter, store: Store, verbatims: list[Verbatim], size: dict[str, int]
) -> None:
    ines = enter("ines", size=size)
    version = verbatims[0].version
    for name, place in {
        "accueil": "/",
        "coder": "/coder",
        "aveugle": f"/coder/{verbatims[1].version}",
        "rien": "/coder?mode=aveugle",
        "arbitrer": "/arbitrer",
        "verbatims": "/verbatims",
        "verbatim": f"/verbatims/{version}",
        "themes": "/themes",
        "theme": "/themes/effort",
        "absente": "/verbatims/" + "0" * 20,
    }.items():
        ines.goto(place)
        keep_picture(ines, name)
        assert (name, serious(ines)) == (name, [])
        assert (name, ines.evaluate("document.documentElement.scrollWidth")) == (name, size["width"])
    ines.goto("/coder")
    press(ines, "?")
    assert serious(ines) == []

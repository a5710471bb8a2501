"""Spoils files of every kind at random, reads them, and tells what breaks: anything but a clear error, a hang, memory.

`benchmarks/fuzz.py --seconds 600` runs for ten minutes; hypothesis prints what was drawn for a failure. What stops the
whole process (a crash of a library, a hang within it, memory) leaves the file read last in the folder that is printed.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from listening import plugins
from listening.errors import ListeningError
from listening.sources.base import KINDS, FileSource
from listening.sources.recognise import recognise
from listening.steps.files import read_texts
from listening.text.privacy import scrub

TESTS = Path(__file__).parents[1] / "tests" / "sources"
HANG = 20  # seconds that a spoilt file of some kilobytes may take
MEMORY = 500  # megabytes that reading may take
CHUNK = 100  # examples between two looks at the clock
REPEATED = [  # what is short, and how often it is repeated
    *((b"[", 5_000), (b'{"a":', 2_000), (b"<b>", 2_000), (b"<a ", 5_000), (b"<!-- -->", 50), (b"[quote]", 5_000)),
    *((b"x", 200_000), (b"1", 5_000), (b"a,", 20_000), (b"@.", 20_000), (b"\n ", 20_000)),
    *((bytes([one]), 50_000) for one in b'@. \n<&/-_(";,\x00'),
]
BYTES = [
    *(b'"', b"'", b";", b",", b"\t", b"\n", b"\r", b"\x00", b"[", b"]", b"{", b"}", b"<", b">", b"/>", b"<!--", b"]]>"),
    *(b"&amp;", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"\xed\xa0\x80", b"\xff" * 4, b"\xff\xff\xff\x7f", b"\x00" * 8),
    *(b"PK\x03\x04", b"PAR1", b"$FL2"),
]
WORDS = [
    *(b"\\ud800", b"1e999", b"-1", b"99999999999999999999", b"NaN", b"null", b"true", b"[quote]", b"[/quote]"),
    *(b'"id":', b"0000-00-00", b"31/02/2026", b"9999-12-31T23:59:59+14:00", b"il y a 3 jours", b"=1+1", b"\xc2\xb2"),
]
SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml", ".js"),
    *(".xlsx", ".ods", ".parquet", ".sav", ".sss", ".zip"),
)
STEPS = ("insert", "overwrite", "delete", "repeat", "replace", "swap", "cut")

Step = tuple[str, float, float, tuple[bytes, int]]
Files = dict[str, bytes]  # the file that is read, and those beside it


def spoil(content: bytes, steps: list[Step]) -> bytes:
    """Give the content after each step: where it begins and how far it goes are shares of what there is."""
    for kind, at, length, (short, times) in steps:
        token = short * times
        start = int(at * len(content))
        stop = min(len(content), start + 1 + int(length**4 * len(content)))
        head, part, tail = content[:start], content[start:stop], content[stop:]
        content = {
            "insert": head + token + part + tail,
            "overwrite": head + token + content[start + len(token) :],
            "delete": head + tail,
            "repeat": head + part * 3 + tail,
            "replace": head + token + tail,
            "swap": tail + part + head,
            "cut": head,
        }[kind]
    return content


def spoil_part(content: bytes, at: float, steps: list[Step]) -> bytes:
    """Spoil one of the files in a ZIP, which itself stays whole."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as spoilt:
        names = whole.namelist()
        meant = names[int(at * len(names))]
        for name in names:
            part = whole.read(name)
            spoilt.writestr(name, spoil(part, steps) if name == meant else part)
    return packed.getvalue()


def seeds(folder: Path) -> dict[str, Files]:
    """Give invented files of each kind, from the tests of the readers."""
    recognised = _tests("recognise")
    found: dict[str, Files] = {}
    for label, (name, content, *encoding) in recognised.FILES.items():
        found[label] = {name: content().encode(*encoding or ["utf-8"])}
    spss, triple_s, workbooks = map(recognised.fixtures, ("spss", "triple_s", "workbooks"))
    found["triple-s"]["etude.asc"] = triple_s.fixed(triple_s.FIRST, triple_s.SECOND).encode()
    found["triple-s, champs"] = {
        "etude.xml": triple_s.definition(fields=True, record=' format="csv"').encode(),
        "etude.csv": triple_s.delimited(triple_s.FIRST, triple_s.SECOND).encode(),
    }
    found["spss"] = {"a.sav": spss.save(folder / "graine.sav", spss.FIRST, spss.SECOND).read_bytes()}
    table = pd.DataFrame(
        {"id": [1, 2], "avis": ["Trop cher", "Accueil parfait"], "date": ["2026-01-05", "il y a 3 jours"]}
    )
    days = pd.DataFrame({"avis": table["avis"], "date": [datetime(2026, 1, 5), None], "meta": [["a"], ["b", "c"]]})
    content = workbooks.CONTENT.format(workbooks.line(workbooks.cell("avis")) + workbooks.line(workbooks.cell("Cher")))
    packed = {
        "a.ods": {"content.xml": content, "META-INF/manifest.xml": workbooks.MANIFEST},
        "a.zip": {"avis.csv": table.to_csv(index=False)},
        "b.zip": {"mars/avis.csv": table.to_csv(index=False), "mars/suite.csv": table.to_csv(index=False, sep=";")},
    }
    for name, parts in packed.items():
        found[name] = {name: _packed(parts)}
    writers: dict[str, Callable[[Path], Any]] = {
        "a.xlsx": lambda path: days.drop(columns="meta").to_excel(path, index=False, engine="xlsxwriter"),
        "a.parquet": lambda path: days.to_parquet(path),
        "b.parquet": lambda path: days.to_parquet(path, compression=None, use_dictionary=False),
    }
    for name, write in writers.items():
        write(folder / name)
        found[name] = {name: (folder / name).read_bytes()}
    return found


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Stop what takes more seconds, and the whole process what cannot be stopped."""

    def stop(*_: object) -> None:
        raise Hang(f"plus de {limit} secondes pour un petit fichier")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(limit)
    faulthandler.dump_traceback_later(3 * limit, exit=True)
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()


class Hang(BaseException):
    """Something that takes too long; no reader may take it for an error of its own."""


def outcomes_of(folder: Path, files: Files, kind: str | None) -> Iterator[str]:
    """Read the first of some files as a source does, then as `listening tag` does, and say what came of each."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    path = folder / next(iter(files))
    ways: dict[str, Callable[[], Iterable[Any]]] = {
        "une source": lambda: recognise(path, kind).read(),
        "listening tag": lambda: read_texts(path, text=None, id=None),
    }
    for way, read in ways.items():
        try:
            with at_most(HANG):
                rows = sum(1 for _ in read())
        except ListeningError as error:
            assert str(error), "an error without words"
            yield f"refusés par {way}, avec une raison"
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:  # a panic of Rust, a hang: hypothesis lets them through
            raise AssertionError(f"{type(error).__name__} : {error}") from error
        else:
            yield f"lus par {way}" if rows else f"lus par {way}, vides"


def memory() -> int:
    """Give the megabytes that the process took at most since `forget_memory` or, outside Linux, since ever."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def forget_memory() -> None:
    """Begin a new count of what is taken at most, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def base() -> int:
    """Give the megabytes that the process takes once the model of names is loaded, which readers of forums ask for."""
    scrub("Merci à Odile")
    forget_memory()
    return memory()


def fuzz(seconds: float, first: int) -> tuple[Counter[str], int]:
    """Spoil and read files for so long, and give what came of it, and the megabytes that it took at most.

    Raises for what is no error of ours.
    """
    outcomes: Counter[str] = Counter()
    before, most = base(), 0
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        folder = Path(place) / "lu"
        print(f"fichiers dans {folder}", file=sys.stderr)
        made = seeds(Path(place))

        def read(label: str, kind: str | None, **how: Any) -> None:
            nonlocal most
            forget_memory()
            outcomes.update(outcomes_of(folder, spoilt(made[label], **how), kind))
            taken = memory() - before
            assert taken <= MEMORY, f"{taken} Mo de mémoire"
            most = max(most, taken)

        for number in count(first):
            if time.monotonic() > end:
                return outcomes, most
            chosen = settings(
                max_examples=CHUNK,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # to shrink a file that hangs takes many minutes
                suppress_health_check=list(HealthCheck),
            )
            chosen(seed(number)(given(**drawn(made))(read)))()
    raise AssertionError("never")


def drawn(made: Iterable[str]) -> dict[str, st.SearchStrategy[Any]]:
    """Give what is drawn at random for each example."""
    share = st.floats(0, 1, exclude_max=True, allow_nan=False)
    once = st.sampled_from(BYTES) | st.sampled_from(WORDS) | st.binary(max_size=6)
    token = st.tuples(once, st.just(1)) | st.sampled_from(REPEATED)
    kinds = [name for name, one in plugins.find(KINDS).items() if issubclass(one, FileSource)]
    return {
        "label": st.sampled_from(sorted(made)),
        "which": share,
        "within": st.booleans(),
        "steps": st.lists(st.tuples(st.sampled_from(STEPS), share, share, token), max_size=6),
        "suffix": st.none() | st.sampled_from(SUFFIXES),
        "kind": st.none() | st.sampled_from(kinds),
    }


def spoilt(made: Files, which: float, within: bool, steps: list[Step], suffix: str | None) -> Files:
    """Spoil one of some files, or one within it if it is a ZIP, and give the first another suffix."""
    files = dict(made)
    meant = [*files][int(which * len(files))]
    packed = within and zipfile.is_zipfile(io.BytesIO(files[meant]))
    files[meant] = spoil_part(files[meant], which, steps) if packed else spoil(files[meant], steps)
    first = Path(next(iter(files)))
    return {str(first.with_suffix(suffix or first.suffix)): files.pop(str(first))} | files


def main() -> None:
    """Fuzz for as long as asked, and print what came of it."""
    faulthandler.enable()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds, one for each 100 files")
    asked = parser.parse_args()
    outcomes, taken = fuzz(asked.seconds, asked.seed)
    for what, number in outcomes.most_common():
        print(f"{number:8d} fichiers {what}")
    print(f"{taken:8d} Mo de mémoire au plus, outre le modèle des noms")


def _tests(name: str) -> Any:
    """Give the test module of a reader."""
    spec = spec_from_file_location("seeds", TESTS / f"test_{name}.py")
    assert spec and spec.loader
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def _packed(parts: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


if __name__ == "__main__":
    main()

"""Make a report again from its lineage: the same bytes, or what is missing for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from listening.codebook import Codebook
from listening.errors import StoreError
from listening.records import Run
from listening.report.french import counted, day_and_hour, listing
from listening.steps.lineage import surroundings, write_out
from listening.steps.publish import WORDS, described, write_report
from listening.steps.runs import now
from listening.steps.summary import Basis, Found, summarise
from listening.store.history import as_of
from listening.store.lineage import Export, erased_since, find_run, kept_codebook, publications_with
from listening.store.store import Store

ENDED = {"running": "en cours", "completed": "achevée", "failed": "échouée", "interrupted": "interrompue"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What became of a report made again: by file, whether it has the bytes of then; why some have not.

    `missing` says what the store does not hold any more; nothing was written then.
    """

    run: Run
    files: dict[str, bool] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether all files are as they were."""
        return not self.missing and all(self.files.values())


def rebuild(store: Store, name: str, folder: Path) -> Rebuilt:
    """Write into a folder the page and the tables of a run that published, as the store and the codebook were then.

    The review list is not made again: it told what was left to do that day. Raises StoreError for a run that is not
    there, or that did not publish.
    """
    run = _published(store, name)
    codebook = kept_codebook(store, run.lineage["codebook"]["hash"])
    if codebook is None:
        return Rebuilt(run=run, missing=[f"le plan de codage {run.codebook} n'est plus dans la base"])
    view, beside = as_of(run.started_at), run.lineage["left_out"]
    found = summarise(store, basis_then(run, codebook), quotes=run.configuration["quotes"], view=view, beside=beside)
    if missing := list(_missing(store, run, found)):
        return Rebuilt(run=run, missing=missing)

    def write() -> tuple[list[Export], list[Export]]:
        files = write_report(found, run, folder)
        return files, files

    written = write_out(store, [folder / name for name in WORDS], write, kind="report", at=now(), run=run.id)
    then = run.lineage["files"]
    files = {Path(one.path).name: one.sha256 == then.get(Path(one.path).name) for one in written}
    why = [*_erased(store, run), *changes(run.lineage, surroundings())]
    return Rebuilt(run=run, files=files, changed=[] if all(files.values()) else why)


def changes(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Give, in sentences, how the software that made something differs from another.

    >>> changes({"python": "3.11.7"}, {"python": "3.12.1"})
    ['Python : 3.11.7 alors, 3.12.1 ici']
    """
    pairs = [("listening", _code(then), _code(now)), ("Python", then.get("python"), now.get("python"))]
    before, after = then.get("packages", {}), now.get("packages", {})
    pairs += [(package, before.get(package), after.get(package)) for package in sorted(before.keys() | after.keys())]
    return [f"{name} : {old or 'absent'} alors, {new or 'absent'} ici" for name, old, new in pairs if old != new]


def _code(lineage: dict[str, Any]) -> str | None:
    if not (code := lineage.get("code")):
        return None
    return f"{code['version']} ({code['hash']}" + (f", commit {code['commit'][:12]})" if code["commit"] else ")")


def _published(store: Store, name: str) -> Run:
    run = find_run(store, name)
    if run.step == "publish" and run.status == "completed":
        return run
    how = f"« {run.step} » du {day_and_hour(run.started_at)}, {ENDED[run.status]}"
    used = [one.id for one in publications_with(store, run.id)]
    remedy = f"donnez une publication qui l'a employée : {', '.join(used[:5])}" if used else "donnez une publication"
    raise StoreError(f"{run.id} n'est pas une publication achevée ({how}) ; {remedy}")


def basis_then(run: Run, codebook: Codebook) -> Basis:
    """Give what the figures of a run that published are based on."""
    return Basis(
        model=run.model or "",
        codebook=codebook,
        thresholds=run.lineage["thresholds"],
        bands={code: (low, high) for code, (low, high) in run.lineage["bands"].items()},
        tagging=run.lineage["tagging"],
    )


def _missing(store: Store, run: Run, found: Found) -> Iterator[str]:
    """Say what a report was made from and is not there any more, or was not yet."""
    base, then = found.summary.base, run.lineage["base"]
    if base == 0 < then:
        yield f"plus aucun des {counted(then, 'verbatim')} codés par {run.model} n'est dans la base"
    elif base < then:
        one = f"verbatim sur {then} n'est plus dans la base, ou n'y est plus codé"
        several = f"verbatims sur {then} ne sont plus dans la base, ou n'y sont plus codés"
        yield counted(then - base, one, several)
    elif described(found)["versions"] != run.lineage["versions"]:
        yield "d'autres verbatims que ceux d'alors : une lecture ou un codage était en cours pendant la publication"
    if base < then:
        yield from _erased(store, run)


def _erased(store: Store, run: Run) -> Iterator[str]:
    if erased := erased_since(store, run.started_at):
        yield "effacés depuis : " + listing(f"{number} ({why})" for why, number in erased.items())

"""The whole night over a configuration; the Prefect flow does the same, task by task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from listening.codebook import Codebook, load_codebook
from listening.configuration import Night
from listening.errors import ConfigurationError, ListeningError, SourceError, StoreError
from listening.insight.summary import Summary
from listening.report.copies import copies_in_brief
from listening.report.drift import in_brief
from listening.report.french import counted
from listening.steps.copies import group_copies
from listening.steps.drift import PAGE as DRIFT_PAGE
from listening.steps.drift import watch
from listening.steps.ingest import ingest
from listening.steps.publish import publish
from listening.steps.retention import retain
from listening.steps.review import fill_queue
from listening.steps.runs import Advance, now
from listening.steps.summary import basis_of, summarise
from listening.steps.tag import tag_pending
from listening.store.copies import count_unexamined
from listening.store.engine import locate
from listening.store.frames import counts
from listening.store.quarantine import put_aside_by_source
from listening.store.store import Store, open_store
from listening.tagging.added import open_tagger, unread_lines
from listening.tagging.engine import Tagger
from listening.text.pseudonym import has_key, read_key

KEY = ".listening-key"
BESIDES = {  # counts of what was read that are told where they are not 0
    "updated": ("mis à jour, au même texte", "mis à jour, au même texte"),
    "before": ("plus ancien que ce qui est lu ou gardé", "plus anciens que ce qui est lu ou gardé"),
    "deleted": ("retiré par sa source", "retirés par leur source"),
    "erased": ("effacé naguère, laissé dehors", "effacés naguère, laissés dehors"),
}
Bar = Callable[[str, int | None], AbstractContextManager[Advance]]


@dataclass
class NightReport:
    """What a night did: counts by source, why each failed source failed, what was tagged, copies, drift, the page.

    `expired` says what sources do not keep any longer.
    """

    ingested: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    tagged: int = 0
    review: int = 0
    expired: list[str] = field(default_factory=list)
    copies: str = ""
    drift: str = ""
    page: Path | None = None
    unread: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Give what happened as sentences, failed sources last."""
        lines = self.read_lines()
        lines += self.expired
        lines.append(f"{counted(self.tagged, 'verbatim codé', 'verbatims codés')}.")
        lines += self.unread
        if self.copies:
            lines.append(self.copies)
        if self.review:
            lines.append(f"{counted(self.review, 'verbatim')} à relire : a_relire.csv")
        if self.drift:
            lines.append(f"{self.drift} {DRIFT_PAGE}")
        if self.page:
            lines.append(f"Page : {self.page}")
        return lines + self.failed_lines()

    def read_lines(self) -> list[str]:
        """Give what was read, a sentence a source."""
        return [
            f"{name} : {counted(count['read'], 'ligne lue', 'lignes lues')}, "
            f"{counted(count['new'], 'verbatim nouveau', 'verbatims nouveaux')}, "
            f"{counted(count['changed'], 'modifié')}, {counted(count['known'], 'déjà connu', 'déjà connus')}, "
            f"{count['quarantined']} mis en quarantaine."
            + "".join(f" {counted(count[name], *told)}." for name, told in BESIDES.items() if count[name])
            for name, count in self.ingested.items()
        ]

    def failed_lines(self) -> list[str]:
        """Give why sources failed, a sentence each."""
        return [f"Échec de la source {name} : {reason}" for name, reason in self.failures.items()]


@contextmanager
def open_night(night: Night) -> Iterator[tuple[Store, bytes]]:
    """Open a night's store, with the key of its pseudonyms, kept beside it (in the working folder for a server).

    Raises ConfigurationError when the key of a store that was filled is not there: with a new one, no author would be
    recognised, and what was erased would come back.
    """
    file = key_file(night.store)
    with open_store(night.store) as store:
        if not has_key(file) and counts(store)["verbatims"]:
            raise ConfigurationError(
                f"{file} : pas de clé des empreintes, et {store.place} en a été remplie avec une ; apportez-la ici, ou "
                "donnez LISTENING_KEY (perdue, une autre ne reconnaîtra ni les auteurs, ni ce qui a été effacé)"
            )
        yield store, read_key(file)


def key_file(place: str | None) -> Path:
    """Give the file of the key of a store's pseudonyms."""
    file = locate(place)
    return (file.parent if file else Path.cwd()) / KEY


def night_tagger(night: Night) -> tuple[Tagger, Codebook]:
    """Give a night's tagger and codebook; weights are not loaded before the first text."""
    codebook = load_codebook(night.codebook)
    return open_tagger(night.model, codebook, night.codebook), codebook


def no_bar(label: str, total: int | None) -> AbstractContextManager[Advance]:
    """Show nothing."""
    return nullcontext(lambda done: None)


def ingest_all(
    night: Night, store: Store, *, key: bytes, report: NightReport, anew: bool = False, bar: Bar = no_bar
) -> None:
    """Ingest each source; one that fails is noted in the report and does not stop the others.

    `anew` reads, from the beginning, those that have rows in quarantine.
    """
    held = put_aside_by_source(store)
    for source in night.sources:
        if anew and source.name not in held:
            continue
        with bar(f"Lecture de {source.name}", None) as advance:
            try:
                done = ingest(source, store, key=key, since=night.since, anew=anew, advance=advance)
                report.ingested[source.name] = done
            except ListeningError as error:
                report.failures[source.name] = str(error)


def summarise_night(
    night: Night, store: Store, tagger: Tagger, codebook: Codebook, report: NightReport, *, publishing: bool = True
) -> Summary:
    """Summarise a night's store and, unless told otherwise, publish the tables and the page, named in the report.

    Raises SourceError with the failures when they leave nothing to summarise.
    """
    failures = failed(report)
    try:
        basis = basis_of(store, tagger, codebook)
    except StoreError as error:
        if failures:
            raise SourceError("\n".join(failures)) from error
        raise
    if publishing:
        done = publish(store, basis, night.reports, title=night.title, quotes=night.quotes, failures=failures)
        report.review, report.page, summary = done.review, done.page, done.summary
    else:
        summary = summarise(store, basis, quotes=night.quotes).summary
    report.copies = copies_in_brief(summary)
    report.unread = unread_lines(tagger, codebook, night.codebook)
    return summary


def watch_night(night: Night, store: Store, tagger: Tagger, codebook: Codebook, report: NightReport) -> None:
    """Measure how what arrived of late differs from what came before, and publish it, in a sentence in the report."""
    report.drift = in_brief(watch(store, basis_of(store, tagger, codebook), night.drift, night.reports).drift)


def run_night(night: Night, *, bar: Bar = no_bar) -> tuple[NightReport, Summary]:
    """Do the whole night: ingest every source, group copies, tag what is pending, fill the queue, publish, watch.

    To watch is to measure drift. What is older than its source keeps is erased before it is grouped.
    """
    report = NightReport()
    tagger, codebook = night_tagger(night)
    with open_night(night) as (store, key):
        ingest_all(night, store, key=key, report=report, bar=bar)
        report.expired = retain(night.sources, store, key=key, at=now())
        with bar("Textes repris", count_unexamined(store)) as advance:
            group_copies(store, advance=advance)
        waiting = store.count_pending(tagger.model, codebook.reference)
        with bar("Codage", waiting) as advance:
            report.tagged = tag_pending(store, tagger, codebook, chunk=night.chunk, advance=advance)
        fill_queue(store, tagger, codebook, night.review)
        summary = summarise_night(night, store, tagger, codebook, report)
        watch_night(night, store, tagger, codebook, report)
        return report, summary


def failed(report: NightReport) -> list[str]:
    """Give the failed sources of a report as sentences."""
    return [f"{name} : {reason}" for name, reason in report.failures.items()]

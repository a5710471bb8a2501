"""Learn from people's verdicts: a challenger is trained, compared with the champion, and promoted if it is better."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from listening.codebook import Codebook, load_codebook
from listening.configuration import Night
from listening.errors import ConfigurationError, StoreError
from listening.records import Run, content_id
from listening.report.french import unbroken
from listening.steps.lineage import file_hash
from listening.steps.night import open_night
from listening.steps.runs import running
from listening.steps.schooling import Schooling
from listening.store import audit
from listening.store.decided import decided_places
from listening.store.engine import locate
from listening.store.lineage import keep_codebook
from listening.store.store import Store
from listening.store.verdicts import verdicts
from listening.tagging.added import with_added, with_heads
from listening.tagging.champion import NAME, Reign, champion_of, crown
from listening.tagging.embedded import EmbeddedTagger, default_folder
from listening.tagging.engine import Tagger, cuts, tag_all
from listening.tagging.heads import write_heads
from listening.tagging.origins import origins
from listening.training.added import FEWEST, fit_heads
from listening.training.compare import read_under
from listening.training.corpus import Example
from listening.training.folder import LEFT_OUT
from listening.training.promote import Condition, Contest, Rule, Ruling, Said, contest, decide
from listening.training.translate import Translation, translate
from listening.training.verdicts import Decided, Lessons, decided, part

if TYPE_CHECKING:
    from listening.training.train import Progress

RECIPE = "training.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """What came of it: both models, what was learnt and judged by, the two contests, what the rule decided.

    `fitted` are the codes added to the plan whose heads were fitted on the challenger; `unfitted` those for which the
    plan has too few examples left, with their number.
    """

    champion: str
    challenger: str
    folder: Path
    lessons: Lessons
    gold: Contest
    recent: Contest
    rule: Rule
    ruling: Ruling
    run: Run
    fitted: tuple[str, ...] = ()
    unfitted: Mapping[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Give who reads from now on, where the challenger is kept, and which added codes it reads, as sentences."""
        place = self.folder.parent
        if self.ruling.promoted:
            lines = [
                unbroken(f"Promu : {self.challenger} remplace {self.champion} ; historique : {place / NAME}"),
                unbroken(f"La nuit lit avec le champion là où sa configuration dit « model: {place} ».")
                + f" Les codes ajoutés à un autre plan se calent par « listening codebook fit PLAN --model {place} ».",
            ]
        else:
            lines = [unbroken(f"Le champion reste {self.champion} ; le challenger est gardé : {self.folder}")]
        if self.fitted:
            lines.append(unbroken(f"Codes ajoutés au plan, recalés sur le challenger : {', '.join(self.fitted)}"))
        if self.unfitted:
            told = ", ".join(f"{code} ({number})" for code, number in self.unfitted.items())
            lines.append(
                unbroken(f"Codes ajoutés au plan que le challenger ne lit pas, faute d'exemples : {told}")
                + f" ; donnez-en {FEWEST} au moins dans le plan, puis relancez : l'entraînement n'est pas à refaire."
            )
        return lines


def retrain_night(night: Night, schooling: Schooling, *, rule: Rule, progress: Progress) -> Retraining:
    """Retrain the model that a night reads with, on the verdicts in its store."""
    with open_night(night) as (store, _):
        model, codebook = night.model or default_folder(), load_codebook(night.codebook)
        return retrain(store, model, codebook, schooling, plan=night.codebook, rule=rule, progress=progress)


def models_of(night: Night) -> Path:
    """Give the folder of models of a night: the one that it reads from, else `models` beside its store."""
    if night.model and (night.model / NAME).is_file():
        return night.model
    file = locate(night.store)
    return (file.parent if file else Path.cwd()) / "models"


def retrain(
    store: Store,
    model: Path,
    codebook: Codebook,
    schooling: Schooling,
    *,
    plan: Path | None = None,
    rule: Rule,
    progress: Progress,
) -> Retraining:
    """Train a challenger of the model that reads, compare both, and name it champion if the rule says so.

    Both read under the codebook, whose file is `plan`: renamed and joined codes are followed, those that a team added
    are read by heads, which are fitted on the challenger anew and stand in its folder. A challenger that cannot read a
    code that the champion reads is not promoted. The same verdicts, champion and recipe make the same challenger, in a
    folder of its own that stays: a second run trains nothing, and one that was interrupted goes on. Raises StoreError
    where there are too few verdicts to learn from, ConfigurationError where there is no recipe, or a file is not there,
    CodebookError where the night would, or a file has codes that neither the plan nor the model knows.
    """
    champion = EmbeddedTagger(champion_of(model))
    reader = with_added(champion, codebook, plan)
    added = [code for code in reader.codes if code not in origins(codebook, champion.codes).parts]
    schooling.check({*codebook.codes, *champion.codes}, added)
    translation = translate(codebook, champion.codes)
    recipe = schooling.recipe or champion.folder / RECIPE
    if not recipe.is_file():
        raise ConfigurationError(f"{recipe} : introuvable ; donnez la recette de l'entraînement par --recipe")
    gold = read_under(schooling.gold, codebook)
    lessons = _lessons(store, translation, codebook, gold, rule)
    facts: dict[str, Any] = {"model": champion.model, "codebook": codebook.reference}
    with running(
        store, "retrain", configuration=rule.model_dump(), lineage={"inputs": schooling.files()}, **facts
    ) as run:
        run.lineage["codebook"] = {"reference": codebook.reference, "hash": keep_codebook(store, codebook)}
        folder = _train(champion, lessons, gold, schooling, recipe, translation, progress=progress)
        lessons = replace(lessons, left_out={**lessons.left_out, **_left_out(folder)})
        challenger = EmbeddedTagger(folder)
        unfitted = {code: number for code in added if (number := len(codebook.codes[code].examples)) < FEWEST}
        fitted = [code for code in added if code not in unfitted]
        newcomer = _with_heads(challenger, codebook, plan, fitted, schooling)
        chances = [one.drawn or 1.0 for one in lessons.judged]
        recent = _contest([one.example for one in lessons.judged], reader, newcomer, codebook, chances)
        against = _contest(gold, reader, newcomer, codebook)
        ruling = decide(against, recent, rule)
        if added:
            ruling = replace(ruling, conditions=(*ruling.conditions, Condition("codes", "", not unfitted)))
        counts = {"learnt": len(lessons.learnt), "judged": recent.base, "gold": against.base}
        run.counts.update(counts | {"promoted": int(ruling.promoted)})
        figures = {"gold": _rounded(against), "recent": _rounded(recent)}
        conditions = [asdict(one) for one in ruling.conditions]
        run.lineage.update(figures, challenger=challenger.model, conditions=conditions, heads=fitted)
        if ruling.promoted:
            _promote(store, run, schooling.models, folder, champion, challenger, figures)
    return Retraining(
        champion=champion.model,
        challenger=challenger.model,
        folder=folder,
        lessons=lessons,
        gold=against,
        recent=recent,
        rule=rule,
        ruling=ruling,
        run=run,
        fitted=tuple(fitted),
        unfitted=unfitted,
    )


def _lessons(
    store: Store, translation: Translation, codebook: Codebook, gold: Sequence[Example], rule: Rule
) -> Lessons:
    places = decided_places(store, codebook=codebook.reference)
    found: list[Decided] = decided(verdicts(store, codebook=codebook.reference), places, codebook.codes)
    lessons = part(found, gold, translation=translation, share=rule.share)
    if len(lessons.learnt) < rule.taught:
        raise StoreError(
            f"{store.place} : {len(lessons.learnt)} verbatims décidés dont apprendre sous {codebook.reference}, il en "
            f"faut {rule.taught} ; faites-en coder par « listening web » ou abaissez « taught »"
        )
    return lessons


def _train(
    champion: EmbeddedTagger,
    lessons: Lessons,
    gold: Sequence[Example],
    schooling: Schooling,
    recipe: Path,
    translation: Translation,
    *,
    progress: Progress,
) -> Path:
    from listening.training.produce import Sources, produce

    apart = tuple(one.text for one in (*gold, *(one.example for one in lessons.judged)))
    learnt = (repr(one) for one in lessons.learnt)
    files = (digest for path, digest in sorted(schooling.files().items()) if path != str(schooling.gold))
    name = content_id(champion.model, file_hash(recipe) or "", repr(translation), *files, *learnt, *apart)[:10]
    folder = schooling.models / f"challenger-{name}"
    if (folder / "heldout.json").is_file() and not (folder / "checkpoint" / "state.pt").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    copyfile(recipe, folder / RECIPE)
    sources = Sources(
        base=str(champion.folder),
        coded=schooling.coded,
        authored=schooling.authored,
        rated=schooling.rated,
        verdicts=lessons.learnt,
        apart=apart,
        translation=translation,
    )
    produce(folder, sources, champion.codes, progress=progress)
    return folder


def _left_out(folder: Path) -> dict[str, int]:
    """Give how many texts of each file were not learnt from, as they repeat one that the models are judged by."""
    counts = json.loads((folder / LEFT_OUT).read_text(encoding="utf-8"))
    return {f"reprises de textes jugés, dans {name}": number for name, number in counts.items()}


def _with_heads(
    challenger: EmbeddedTagger,
    codebook: Codebook,
    plan: Path | None,
    codes: Sequence[str],
    schooling: Schooling,
) -> Tagger:
    """Give the challenger under the plan, with heads for added codes, which are kept in its folder."""
    if plan is None or not codes:
        return with_heads(challenger, codebook, {})
    heads = fit_heads(challenger, codebook, codes, schooling.background())
    write_heads(plan, heads, challenger.folder)
    return with_heads(challenger, codebook, heads.heads)


def _contest(
    examples: Sequence[Example],
    champion: Tagger,
    challenger: Tagger,
    codebook: Codebook,
    chances: Sequence[float] | None = None,
) -> Contest:
    texts, questions = [one.text for one in examples], [one.question for one in examples]
    old, new = (
        Said(readings=list(tag_all(one, texts, questions)), thresholds=cuts(one, codebook))
        for one in (champion, challenger)
    )
    return contest(examples, old, new, list(codebook.codes), chances=chances)


def _promote(
    store: Store,
    run: Run,
    models: Path,
    folder: Path,
    champion: EmbeddedTagger,
    challenger: EmbeddedTagger,
    figures: dict[str, Any],
) -> None:
    """Name the challenger champion; the audit says so first, so that no champion is without its line."""
    detail = {"before": champion.model, "run": run.id}
    with store.transaction() as connection:
        audit.note(
            connection, at=run.started_at, actor="retrain", action="promote", subject=challenger.model, detail=detail
        )
        reign = Reign(model=challenger.model, since=run.started_at, run=run.id, before=champion.model, gains=figures)
        crown(models, folder.name, reign)


def _rounded(contest: Contest) -> dict[str, dict[str, float | None]]:
    """Give, by measure, both figures, the gain and its interval; None where there is none, which JSON cannot say."""
    return {
        name: {
            key: None if math.isnan(value) else round(value, 4)
            for key, value in (
                ("champion", one.champion),
                ("challenger", one.challenger),
                *(("gain" if end == "value" else end, bound) for end, bound in asdict(one.gain).items()),
            )
        }
        for name, one in contest.gains.items()
    }

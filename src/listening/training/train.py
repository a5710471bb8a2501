"""Adapt the encoder, then fine-tune the tagger on coded verbatims; resumable."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

from listening.errors import ConfigurationError
from listening.records import Segment, content_id
from listening.tagging.encoding import batches, collate, windows
from listening.tagging.modeling import ListeningConfig, ListeningModel
from listening.text.segment import segments
from listening.training.adapt import Words, hidden_words
from listening.training.configuration import TrainingConfiguration
from listening.training.corpus import Example
from listening.training.noise import noisy
from listening.training.objective import loss, targets

Progress = Callable[[str, int, int, float], None]  # stage, step, steps, loss
After = Callable[[str, int, float, ListeningModel], None]  # stage, epoch, loss, the model so far
Batch = tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]  # what is read, what is to be answered
SAVE = 300  # steps between two checkpoints


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training: its name, its examples, how often they are seen, which share of the tokens is hidden.

    Where `guess` is set, the hidden words are to be guessed.
    """

    name: str
    examples: Sequence[Example]
    epochs: int
    hidden: float
    guess: bool = False


def new_model(base: str, codes: Sequence[str], *, seed: int) -> tuple[ListeningModel, Any]:
    """Give the tagger to train, and its tokenizer: `base` is a tagger's folder, or an encoder, by folder or hub id.

    A tagger learns on; its codes must be `codes`, else ConfigurationError says which are not. Dropout is off (it is
    slow on a processor; weights are averaged instead) and word embeddings are frozen.
    """
    torch.manual_seed(seed)
    if (folder := Path(base)).is_dir() and _kind(folder) == ListeningConfig.model_type:
        model, tokenizer = _tagger(folder, codes), PreTrainedTokenizerFast.from_pretrained(folder)
    else:
        model, tokenizer = _on_encoder(base, codes), AutoTokenizer.from_pretrained(base)
    model.encoder.get_input_embeddings().weight.requires_grad_(False)
    return model, tokenizer


def _kind(folder: Path) -> str | None:
    configuration = folder / "config.json"
    return json.loads(configuration.read_text(encoding="utf-8")).get("model_type") if configuration.is_file() else None


def _tagger(folder: Path, codes: Sequence[str]) -> ListeningModel:
    model: ListeningModel = ListeningModel.from_pretrained(folder, dtype=torch.float32)
    if other := set(model.config.codes) ^ set(codes):
        raise ConfigurationError(
            f"{folder} : ses codes ne sont pas ceux du plan : {', '.join(sorted(other))} ; "
            "partez d'un encodeur, ou du plan de codage avec lequel ce modèle a été entraîné"
        )
    return model


def _on_encoder(base: str, codes: Sequence[str]) -> ListeningModel:
    encoder = AutoConfig.from_pretrained(base).to_dict()
    for own in ("dtype", "_name_or_path"):  # of the machine that trains, not of the model
        encoder.pop(own, None)
    encoder |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = ListeningModel(ListeningConfig(encoder=encoder, codes=list(codes)))
    pretrained = AutoModel.from_pretrained(base, dtype=torch.float32)
    model.encoder.load_state_dict(pretrained.state_dict(), strict=False)
    torch.nn.init.constant_(model.presence.bias, -4.0)
    return model


def fit(
    model: ListeningModel,
    tokenizer: Any,
    stages: Sequence[Stage],
    configuration: TrainingConfiguration,
    *,
    checkpoint: Path,
    progress: Progress = lambda stage, step, steps, loss: None,
    after: After = lambda stage, epoch, loss, model: None,
    save: int = SAVE,
) -> ListeningModel:
    """Train through the stages and give the model with its averaged weights.

    State is kept in `checkpoint` every `save` steps and after each epoch; a run that finds it there goes on from it.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":  # the fused attention's backward is three times slower than the plain one on a processor
        model.encoder.set_attn_implementation("eager")
    mark = _mark(model, stages, configuration)
    model.to(device)  # type: ignore[arg-type]
    average: ListeningModel = deepcopy(model)
    average.eval()
    kept = _kept(checkpoint, mark)
    for rank, stage in enumerate(stages):
        if rank < kept["stage"]:
            continue
        model.load_state_dict(average.state_dict())
        plan = list(_epochs(stage, tokenizer, configuration, model.config.codes, seed=configuration.seed + rank))
        steps = sum(len(epoch) for epoch in plan)
        course = Course(model, average, configuration, device, steps=steps, seed=configuration.seed + rank)
        if "model" in kept and rank == kept["stage"]:
            course.load(kept)
        step = 0
        for number, epoch in enumerate(plan, start=1):
            for position, batch in enumerate(epoch, start=1):
                step += 1
                if step <= course.step:
                    continue
                course.learn(batch, position=position)
                progress(f"{stage.name} {number}", position, len(epoch), course.mean)
                if position == len(epoch):
                    after(stage.name, number, course.mean, average)
                if step % save == 0 or position == len(epoch):
                    _save(checkpoint, course.state() | {"mark": mark, "stage": rank})
    average.cpu()
    return average


class Course:
    """A stage under way: what learns, its averaged copy, and how far it has come."""

    def __init__(
        self,
        model: ListeningModel,
        average: ListeningModel,
        configuration: TrainingConfiguration,
        device: torch.device,
        *,
        steps: int,
        seed: int,
    ) -> None:
        """Start a stage of so many steps; `mean` is the running mean of the loss in this epoch."""
        torch.manual_seed(seed)
        self.model, self.average, self.configuration, self.device = model, average, configuration, device
        self.words = Words(model.encoder.config.hidden_size, model.encoder.config.vocab_size).to(device)
        self.optimizer = torch.optim.AdamW(_groups(model, self.words, configuration), betas=(0.9, 0.98), fused=True)
        self.peak = [group["lr"] for group in self.optimizer.param_groups]
        self.steps, self.step, self.mean = steps, 0, 0.0
        self._parts: dict[str, Any] = {
            "model": model,
            "average": average,
            "words": self.words,
            "optimizer": self.optimizer,
        }

    def learn(self, batch: Batch, *, position: int) -> None:
        """Take one step; `position` counts those of the epoch from 1."""
        self.step += 1
        pace = _pace(self.step / self.steps, self.configuration.warmup)
        for group, rate in zip(self.optimizer.param_groups, self.peak, strict=True):
            group["lr"] = rate * pace
        value = _step(self.model, self.words, *batch, self.optimizer, self.configuration, self.device)
        _average(self.average, self.model, min(self.configuration.average, self.step / (self.step + 10)))
        self.mean = value if position == 1 else self.mean + (value - self.mean) * max(0.02, 1 / position)

    def state(self) -> dict[str, Any]:
        """Give all that is needed to go on from here."""
        return {name: part.state_dict() for name, part in self._parts.items()} | {"step": self.step, "mean": self.mean}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.step, self.mean = state["step"], state["mean"]


def _kept(checkpoint: Path, mark: str) -> dict[str, Any]:
    """Give the state that this very training left, or the place where one begins."""
    kept: dict[str, Any] = torch.load(checkpoint, map_location="cpu") if checkpoint.is_file() else {}
    return kept if kept.get("mark") == mark else {"stage": 0}


def _epochs(
    stage: Stage, tokenizer: Any, configuration: TrainingConfiguration, codes: Sequence[str], *, seed: int
) -> Iterator[list[Batch]]:
    """Give, epoch by epoch, the batches: questions drawn, tokens hidden, like lengths together, in random order."""
    chance = random.Random(seed)
    cut: list[list[Segment]] = [segments(example.text) for example in stage.examples]
    for _ in range(stage.epochs):
        examples = [_varied(example, configuration, chance) for example in stage.examples]
        cutting = windows(tokenizer, [one.text for one in examples], cut, [one.question for one in examples])
        first = list({window.owner: window for window in reversed(cutting)}.values())  # of each text, the first one
        first = sorted(first, key=lambda window: len(window.tokens) + chance.random() * 8)
        original = [list(window.tokens) for window in first]
        for window in first:
            for place, rank in enumerate(window.segments):
                if rank >= 0 and chance.random() < stage.hidden:
                    window.tokens[place] = tokenizer.mask_token_id
        made = []
        for ranks in batches(first, budget=configuration.batch_tokens):
            inside = [first[rank] for rank in ranks]
            owners = [window.owner for window in inside]
            known = targets([examples[owner] for owner in owners], [cut[owner] for owner in owners], inside, codes)
            if stage.guess:
                known["words"] = hidden_words(inside, [original[rank] for rank in ranks])
            made.append((collate(inside), known))
        chance.shuffle(made)
        yield made


def _varied(example: Example, configuration: TrainingConfiguration, chance: random.Random) -> Example:
    """Give the example after a question that asks for nothing in particular, or badly spelt, as chance will have it."""
    asked = configuration.questions.any
    if asked and example.question is None and chance.random() < configuration.question:
        example = replace(example, question=chance.choice(asked))
    if chance.random() < configuration.noise:
        example = replace(example, text=noisy(example.text, chance))
    return example


def _groups(model: ListeningModel, words: Words, configuration: TrainingConfiguration) -> list[dict[str, Any]]:
    """Give each layer its learning rate, lower near the words, and no weight decay on biases and norms."""
    depth = model.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in [*model.named_parameters(), *words.named_parameters()]:
        if not parameter.requires_grad:
            continue
        if not name.startswith("encoder."):
            rate = configuration.head_rate
        else:
            layer = int(name.split("layer.")[1].split(".")[0]) if "layer." in name else -1
            rate = configuration.encoder_rate * configuration.layer_decay ** (depth - 1 - layer)
        decay = configuration.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]


def _step(
    model: ListeningModel,
    words: Words,
    inputs: dict[str, torch.Tensor],
    target: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    configuration: TrainingConfiguration,
    device: torch.device,
) -> float:
    model.train()
    target = {name: tensor.to(device) for name, tensor in target.items()}
    with torch.autocast(device.type, dtype=torch.bfloat16):
        output = model(**{name: tensor.to(device) for name, tensor in inputs.items()})
        value = loss(output, target, smoothing=configuration.smoothing)
        if "words" in target:
            value = value + words.loss(output.states, target["words"], model.encoder.get_input_embeddings().weight)
    optimizer.zero_grad()
    value.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(value.detach())


def _pace(done: float, warmup: float) -> float:
    return min(done / warmup, (1 - done) / (1 - warmup)) if done < 1 else 0.0


@torch.no_grad()
def _average(average: ListeningModel, model: ListeningModel, keep: float) -> None:
    for mean, now in zip(average.parameters(), model.parameters(), strict=True):
        if now.requires_grad:
            mean.lerp_(now, 1 - keep)


def _mark(model: ListeningModel, stages: Sequence[Stage], configuration: TrainingConfiguration) -> str:
    """Give the id of a training: what it is configured to learn, from which encoder and which examples."""
    start = [f"{float(part.detach().double().sum()):.9e}" for part in model.encoder.parameters()]
    read = [f"{stage.name} {stage.epochs} {len(stage.examples)}" for stage in stages]
    texts = [content_id(*(example.text for example in stage.examples)) for stage in stages]
    return content_id(configuration.model_dump_json(), *model.config.codes, *start, *read, *texts)


def _save(path: Path, state: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def split(examples: Sequence[Example], *, share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Part the examples at random into those to train on and those to calibrate on."""
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    kept = set(order[: round(share * len(order))])
    return [one for rank, one in enumerate(examples) if rank not in kept], [examples[rank] for rank in sorted(kept)]

"""Fine-tune the tagger on rated texts, then on coded verbatims; resumable at each epoch."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from listening.records import Segment, content_id
from listening.tagging.encoding import batches, collate, windows
from listening.tagging.modeling import ListeningConfig, ListeningModel
from listening.text.segment import segments
from listening.training.configuration import TrainingConfiguration
from listening.training.corpus import Example
from listening.training.objective import loss, targets

logger = logging.getLogger(__name__)
Progress = Callable[[str, int, int, float], None]  # stage, step, steps, loss


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training: its name, its examples and how often they are seen."""

    name: str
    examples: Sequence[Example]
    epochs: int


def new_model(base: str, codes: Sequence[str], *, seed: int) -> tuple[ListeningModel, Any]:
    """Build an untrained tagger on an encoder, by folder or hub id, and give it with the encoder's tokenizer.

    Dropout is off (it is slow on a processor; weights are averaged instead) and word embeddings are frozen.
    """
    torch.manual_seed(seed)
    encoder = AutoConfig.from_pretrained(base).to_dict()
    encoder.pop("dtype", None)
    encoder |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = ListeningModel(ListeningConfig(encoder=encoder, codes=list(codes)))
    pretrained = AutoModel.from_pretrained(base, dtype=torch.float32)
    model.encoder.load_state_dict(pretrained.state_dict(), strict=False)
    model.encoder.get_input_embeddings().weight.requires_grad_(False)
    torch.nn.init.constant_(model.presence.bias, -4.0)
    return model, AutoTokenizer.from_pretrained(base)


def fit(
    model: ListeningModel,
    tokenizer: Any,
    stages: Sequence[Stage],
    configuration: TrainingConfiguration,
    *,
    checkpoint: Path,
    progress: Progress = lambda stage, step, steps, loss: None,
) -> ListeningModel:
    """Train through the stages and give the model with its averaged weights.

    State is kept in `checkpoint` at the end of each epoch; a run that finds it there goes on from it.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":  # the fused attention's backward is three times slower than the plain one on a processor
        model.encoder.set_attn_implementation("eager")
    model.to(device)  # type: ignore[arg-type]
    done = 0
    average: ListeningModel = deepcopy(model)
    average.eval()
    mark = _mark(model, stages, configuration)
    kept: dict[str, Any] = torch.load(checkpoint, map_location="cpu") if checkpoint.is_file() else {}
    if kept.get("mark") != mark:  # none, or that of another training
        kept = {"done": 0}
    for rank, stage in enumerate(stages):
        model.load_state_dict(average.state_dict())
        plan = list(_epochs(stage, tokenizer, configuration, model.config.codes, seed=configuration.seed + rank))
        optimizer = torch.optim.AdamW(_groups(model, configuration), betas=(0.9, 0.98))
        peak = [group["lr"] for group in optimizer.param_groups]
        total, step = sum(len(epoch) for epoch in plan), 0
        for epoch in plan:
            done += 1
            if done <= kept["done"]:
                step += len(epoch)
                if done == kept["done"]:
                    model.load_state_dict(kept["model"])
                    average.load_state_dict(kept["average"])
                    optimizer.load_state_dict(kept["optimizer"])
                continue
            mean = 0.0
            for position, (inputs, target) in enumerate(epoch):
                step += 1
                pace = _pace(step / total, configuration.warmup)
                for group, rate in zip(optimizer.param_groups, peak, strict=True):
                    group["lr"] = rate * pace
                value = _step(model, inputs, target, optimizer, configuration, device)
                _average(average, model, min(configuration.average, step / (step + 10)))
                mean += (value - mean) / (position + 1)
                progress(f"{stage.name} {done}", position + 1, len(epoch), mean)
            logger.info("%s, epoch %d: mean loss %.4f", stage.name, done, mean)
            _save(checkpoint, mark, done, model, average, optimizer)
    average.cpu()
    return average


def _epochs(
    stage: Stage, tokenizer: Any, configuration: TrainingConfiguration, codes: Sequence[str], *, seed: int
) -> Iterator[list[tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]]]:
    """Give, epoch by epoch, the batches: questions drawn, tokens hidden, like lengths together, in random order."""
    chance = random.Random(seed)
    asked = configuration.questions.any
    cut: list[list[Segment]] = [segments(example.text) for example in stage.examples]
    for _ in range(stage.epochs):
        examples = [
            replace(example, question=chance.choice(asked))
            if asked and example.question is None and chance.random() < configuration.question
            else example
            for example in stage.examples
        ]
        cutting = windows(tokenizer, [one.text for one in examples], cut, [one.question for one in examples])
        first = [window for window in cutting if window.first == 0]
        for window in first:
            for place, rank in enumerate(window.segments):
                if rank >= 0 and chance.random() < configuration.mask:
                    window.tokens[place] = tokenizer.mask_token_id
        first = sorted(first, key=lambda window: len(window.tokens) + chance.random() * 8)
        made = []
        for ranks in batches(first, budget=configuration.batch_tokens):
            inside = [first[rank] for rank in ranks]
            owners = [window.owner for window in inside]
            known = targets([examples[owner] for owner in owners], [cut[owner] for owner in owners], codes)
            made.append((collate(inside), known))
        chance.shuffle(made)
        yield made


def _groups(model: ListeningModel, configuration: TrainingConfiguration) -> list[dict[str, Any]]:
    """Give each layer its learning rate, lower near the words, and no weight decay on biases and norms."""
    depth = model.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
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
    inputs: dict[str, torch.Tensor],
    target: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    configuration: TrainingConfiguration,
    device: torch.device,
) -> float:
    model.train()
    with torch.autocast(device.type, dtype=torch.bfloat16):
        output = model(**{name: tensor.to(device) for name, tensor in inputs.items()})
    value = loss(
        output, {name: tensor.to(device) for name, tensor in target.items()}, smoothing=configuration.smoothing
    )
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
    """Give the id of a training: what it is configured to learn, from how much."""
    sizes = [f"{stage.name} {len(stage.examples)} {stage.epochs}" for stage in stages]
    return content_id(configuration.model_dump_json(), *model.config.codes, *sizes)


def _save(path: Path, mark: str, done: int, model: ListeningModel, average: ListeningModel, optimizer: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({"mark": mark, "done": done, **state}, part)
    part.replace(path)


def split(examples: Sequence[Example], *, share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Part the examples at random into those to train on and those to calibrate on."""
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    kept = set(order[: round(share * len(order))])
    return [one for rank, one in enumerate(examples) if rank not in kept], [examples[rank] for rank in sorted(kept)]

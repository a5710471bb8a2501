"""How fast texts are tagged, in one run, on the same texts and weights: ours, and `transformers.pipeline`.

`python benchmarks/tagging.py` prints texts a second of both, their ratio, the share of the machine's matrix-multiply
peak that the encoder reaches, and with `--memory 100000` the peak memory while that many verbatims are tagged.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch

from listening.configuration import read_night
from listening.records import Verbatim
from listening.tagging.embedded import EmbeddedTagger, default_folder
from listening.tagging.encoding import batches, collate, windows
from listening.tagging.engine import tag_all
from listening.text.segment import segments

ROOT = Path(__file__).parents[1]


def corpus() -> list[str]:
    """Give the invented verbatims of the project: the sample's and those written for training."""
    night = read_night(ROOT / "pipelines" / "nightly.yaml")
    sample = [one.text for source in night.sources for one in source.read() if isinstance(one, Verbatim)]
    written = (ROOT / "data" / "training" / "authored.jsonl").read_text(encoding="utf-8").splitlines()
    return [text for text in [*sample, *(json.loads(line)["text"] for line in written)] if text.strip()]


def best(work: Callable[[], object], *, times: int) -> float:
    """Give the seconds of the quickest of several tries, after one that warms up."""
    work()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def plain(tagger: EmbeddedTagger) -> Any:
    """Give `transformers.pipeline` on the same encoder, as a user would write it: in order, by 32, in fp32."""
    from transformers import BertConfig, BertForSequenceClassification, pipeline

    network, tokenizer, device = tagger.loaded
    shape = network.encoder.config.to_dict() | {"num_labels": len(tagger.codes), "dtype": "float32"}
    configuration = BertConfig(**shape)
    classifier = BertForSequenceClassification(configuration).eval()  # type: ignore[no-untyped-call]
    classifier.bert.load_state_dict(network.encoder.state_dict(), strict=False)
    return pipeline("text-classification", model=classifier, tokenizer=tokenizer, device=device, top_k=None)


def peak(dtype: torch.dtype) -> float:
    """Give the floating-point operations a second of a large matrix product."""
    size = 3072
    a, b = torch.randn(size, size, dtype=dtype), torch.randn(size, size, dtype=dtype)
    return 2 * size**3 / best(lambda: a @ b, times=5)


def encoder(tagger: EmbeddedTagger, texts: list[str]) -> tuple[float, float]:
    """Give seconds and useful floating-point operations (padding left out) of the encoder alone on the texts."""
    network, _, device = tagger.loaded
    batched, work = prepared(tagger, texts)
    inputs = [{name: tensor.to(device) for name, tensor in batch.items()} for batch in batched]

    @torch.inference_mode()
    def run() -> None:
        for batch in inputs:
            network.encode(batch["input_ids"], batch["attention_mask"])

    return best(run, times=3), work


def prepared(tagger: EmbeddedTagger, texts: list[str]) -> tuple[list[dict[str, torch.Tensor]], float]:
    """Give the batches of the texts and the floating-point operations that the encoder needs, padding left out."""
    network, tokenizer, _ = tagger.loaded
    cut = windows(tokenizer, texts, [segments(text) for text in texts], [None] * len(texts))
    shape = network.encoder.config
    weights = shape.num_hidden_layers * (4 * shape.hidden_size**2 + 2 * shape.hidden_size * shape.intermediate_size)
    attention = 4 * shape.num_hidden_layers * shape.hidden_size
    work = sum(len(one.tokens) * (2 * weights + attention * len(one.tokens)) for one in cut)
    return [collate([cut[rank] for rank in ranks]) for ranks in batches(cut, budget=tagger.budget)], float(work)


def memory(tagger: EmbeddedTagger, texts: list[str], number: int) -> None:
    """Print the peak memory of this process while `number` texts are tagged one after the other."""
    stream: Iterator[str] = islice(cycle(texts), number)
    start = time.perf_counter()
    tagged = sum(1 for _ in tag_all(tagger, stream))
    took = time.perf_counter() - start
    high = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{tagged} verbatims en {took:.0f} s ({tagged / took:.0f} par seconde), mémoire au plus {high:.2f} Go")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, default=default_folder())
    options.add_argument("--texts", type=int, default=640, help="verbatims tagged by both, drawn evenly")
    options.add_argument("--memory", type=int, default=0, metavar="VERBATIMS")
    chosen = options.parse_args()
    tagger, texts = EmbeddedTagger(chosen.model), corpus()
    if chosen.memory:
        return memory(tagger, texts, chosen.memory)
    texts = texts[:: max(1, len(texts) // chosen.texts)]
    dtype = tagger.loaded[0].dtype
    ours = best(lambda: list(tag_all(tagger, texts)), times=3)
    classify = plain(tagger)
    theirs = best(lambda: classify(texts, batch_size=32, truncation=True), times=3)
    seconds, work = encoder(tagger, texts)
    high = peak(dtype)
    print(f"{len(texts)} verbatims inventés, {torch.get_num_threads()} fils, {dtype}")
    print(f"listening             {len(texts) / ours:8.0f} textes/s (découpe, preuves et décisions comprises)")
    print(f"transformers.pipeline {len(texts) / theirs:8.0f} textes/s (lots de 32, dans l'ordre, fp32)")
    print(f"rapport               {theirs / ours:8.1f}")
    print(f"encodeur              {len(texts) / seconds:8.0f} textes/s, {work / seconds / 1e9:.0f} Gflop/s utiles")
    print(f"sommet mesuré         {high / 1e9:8.0f} Gflop/s ; part atteinte {100 * work / seconds / high:.0f} %")


if __name__ == "__main__":
    main()

"""What runs the encoder fastest on this machine: torch with and without padding, ONNX Runtime, OpenVINO; by precision.

`python benchmarks/runtimes.py` prints, for each on the same texts, texts a second, useful operations a second, and how
far its states are from those in fp32 (mean cosine). Those that are not installed are left out:
`pip install openvino onnxruntime onnx onnxscript` for all.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from listening.tagging.embedded import EmbeddedTagger, default_folder
from listening.tagging.packed import packed
from tagging import best, corpus, prepared

Batch = dict[str, Tensor]
Run = Callable[[Batch], Tensor]  # states of a batch, (B, T, H)


class States(torch.nn.Module):
    """The encoder, giving nothing but its states."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode a padded batch."""
        states: Tensor = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states


def torch_runs(encoder: torch.nn.Module) -> Iterator[tuple[str, Run]]:
    """Give torch's: the encoder as it is, and without padding; bf16, int8 (dynamic, linear layers)."""
    small = deepcopy(encoder).bfloat16()
    with warnings.catch_warnings(action="ignore"):
        whole = torch.ao.quantization.quantize_dynamic(deepcopy(encoder), {torch.nn.Linear}, dtype=torch.qint8)
    for name, one in (("fp32", encoder), ("bf16", small), ("int8", whole)):
        yield f"torch {name}, avec remplissage", partial(_padded, States(one))
        yield f"torch {name}, sans remplissage", partial(_packed, one)


def _padded(states: torch.nn.Module, batch: Batch) -> Tensor:
    found: Tensor = states(batch["input_ids"], batch["attention_mask"])
    return found


def _packed(encoder: torch.nn.Module, batch: Batch) -> Tensor:
    return packed(encoder, batch["input_ids"], batch["attention_mask"])[0]


def openvino_runs(encoder: torch.nn.Module, example: Batch) -> Iterator[tuple[str, Run]]:
    """Give OpenVINO's, in fp32 and bf16."""
    import openvino

    converted = openvino.convert_model(States(encoder), example_input=example)
    for name, hint in (("fp32", "f32"), ("bf16", "bf16")):
        settings = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"}
        request = openvino.Core().compile_model(converted, "CPU", settings).create_infer_request()
        yield f"OpenVINO {name}", partial(_inferred, request)


def _inferred(request: Any, batch: Batch) -> Tensor:
    found = request.infer({name: batch[name].numpy() for name in ("input_ids", "attention_mask")}, share_inputs=True)
    return torch.from_numpy(next(iter(found.values())))


def onnx_runs(encoder: torch.nn.Module, example: Batch) -> Iterator[tuple[str, Run]]:
    """Give ONNX Runtime's, in fp32 and int8 (dynamic)."""
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=512)}
        shapes = {"input_ids": axes, "attention_mask": axes}
        torch.onnx.export(
            States(encoder), kwargs=example, f=full, dynamo=True, dynamic_shapes=shapes, external_data=False
        )
        quantize_dynamic(full, small)
        for name, path in (("fp32", full), ("int8", small)):
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            yield f"ONNX Runtime {name}", partial(_answered, session)


def _answered(session: Any, batch: Batch) -> Tensor:
    found = session.run(None, {name: batch[name].numpy() for name in ("input_ids", "attention_mask")})
    return torch.from_numpy(found[0])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, default=default_folder())
    options.add_argument("--texts", type=int, default=640, help="verbatims read by each, drawn evenly")
    chosen = options.parse_args()
    tagger, texts = EmbeddedTagger(chosen.model), corpus()
    texts = texts[:: max(1, len(texts) // chosen.texts)]
    encoder = tagger.loaded[0].encoder.float()
    read, work = prepared(tagger, texts)
    example = {name: read[-1][name][:2] for name in ("input_ids", "attention_mask")}
    known = [States(encoder)(batch["input_ids"], batch["attention_mask"]) for batch in read]

    def measure(name: str, run: Run) -> None:
        def all_of_it() -> list[Tensor]:
            return [run(batch) for batch in read]

        near = torch.cat(
            [
                torch.cosine_similarity(one.float(), other, dim=-1)[batch["attention_mask"] > 0]
                for one, other, batch in zip(all_of_it(), known, read, strict=True)
            ]
        )
        took = best(all_of_it, times=3)
        print(
            f"{name:34}{len(texts) / took:8.0f} textes/s {work / took / 1e9:7.0f} Gflop/s   {near.mean():.4f}",
            flush=True,
        )

    print(f"{len(texts)} verbatims inventés, {torch.get_num_threads()} fils, {torch.backends.cpu.get_cpu_capability()}")
    with torch.inference_mode():
        for name, run in torch_runs(encoder):
            measure(name, run)
    for runs in (openvino_runs, onnx_runs):
        try:
            for name, run in runs(encoder, example):
                measure(name, run)
        except ImportError as error:
            print(f"{error.name} : absent")


if __name__ == "__main__":
    main()

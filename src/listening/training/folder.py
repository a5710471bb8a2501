"""The folder of a model: what is written there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listening.tagging.modeling import ListeningModel

LEFT_OUT = "left_out.json"  # by file, how many texts were not learnt from, as they repeat one that is judged by


def write_model(folder: Path, model: ListeningModel, tokenizer: Any) -> None:
    """Write the folder of a model without calibration, every threshold at 0.5."""
    codes = model.config.codes
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    weights = folder / "model.safetensors"
    weights.chmod((folder / "config.json").stat().st_mode)  # saved for its owner alone, whoever else reads the model
    write_json(folder / "calibration.json", {"scale": [1.0] * len(codes), "shift": [0.0] * len(codes), "words": 0.0})
    write_json(folder / "thresholds.json", dict.fromkeys(codes, 0.5))


def write_json(path: Path, content: object) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

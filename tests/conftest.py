"""Fixtures that several folders share: a tiny model, a store, a night on a few invented answers, small frames."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from listening.codebook import Codebook, load_codebook
from listening.store.store import Store, open_store

WORDS = """
le la les un une de du et mais pas plus très trop rien jamais accueil parfait attente longue personne ne répond au
téléphone prix cher remboursé sans question justificatif encore demandé site en panne merci je recommande
"""
Frames = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
VERBATIM = {
    "version": "v1",
    "source": "Enquête",
    "channel": "survey",
    "text": "Le colis est arrivé avec trois semaines de retard.",
    "question": None,
    "language": "fr",
    "created_at": pd.Timestamp("2026-03-03 10:00", tz="UTC"),
    "brand": None,
    "wave": None,
    "weight": 1.0,
    "nps": None,
    "csat": None,
    "ces": None,
    "stars": None,
    "sentiment": "neutre",
    "sentiment_probability": 0.9,
}
TAG = {"polarity": "negatif", "probability": 0.9, "start": 0, "stop": 8}


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of our form, untrained, with a two-layer encoder: same code, no knowledge."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, PreTrainedTokenizerFast

    from listening.tagging.modeling import ListeningConfig, ListeningModel

    folder = tmp_path_factory.mktemp("modeles") / "minuscule"
    vocabulary = {word: rank for rank, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *WORDS.split()])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    torch.manual_seed(3)
    encoder = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
        pad_token_id=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    codes = list(load_codebook().codes)
    model = ListeningModel(ListeningConfig(encoder=encoder.to_dict(), codes=codes, buckets=64))
    torch.nn.init.normal_(model.presence.weight, std=1.0)  # so that some codes stand out
    model.save_pretrained(folder)
    (folder / "calibration.json").write_text(
        json.dumps({"scale": [1.0] * len(codes), "shift": [-1.0] * len(codes), "words": 0.5})
    )
    (folder / "thresholds.json").write_text(json.dumps(dict.fromkeys(codes, 0.5)))
    scores = {"carriers": [0.3 + rank / 50 for rank in range(30)], "others": [rank / 500 for rank in range(300)]}
    (folder / "heldout.json").write_text(json.dumps(dict.fromkeys(codes, scores)))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a real SQLite file."""
    with open_store(tmp_path / "essai.sqlite") as opened:
        yield opened


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A table of invented answers, one of them with personal data."""
    path = tmp_path / "avis.csv"
    path.write_text(
        "id;date;auteur;note;avis\n"
        "1;03/02/2026;Lulu;5;Accueil parfait, je recommande.\n"
        "2;04/02/2026;Momo;1;Trop cher et personne ne répond au téléphone !\n"
        "3;05/02/2026;Zaza;2;Encore un justificatif demandé, appelez-moi au 06 39 98 12 44.\n"
        "4;06/02/2026;Kiki;5;Remboursé sans question, merci.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def night_file(tmp_path: Path, answers: Path, tiny_model: Path) -> Path:
    """The configuration of a night on those answers, with the tiny model."""
    path = tmp_path / "nuit.yaml"
    path.write_text(
        f"store: essai.sqlite\nreports: rapports\nmodel: {tiny_model}\nsources:\n"
        "  - kind: table\n    name: avis\n    path: avis.csv\n    id: id\n    text: avis\n    date: date\n"
        "    author: auteur\n    stars: note\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Two nets, four codes."""
    labels = {"effort.attente": "Délais", "effort.web": "Site", "prix.niveau": "Prix", "prix.clarte": "Clarté du prix"}
    nets = {name: {"label": name.capitalize(), "definition": "Un net."} for name in ("effort", "prix")}
    codes = {name: {"label": label, "definition": "Un code."} for name, label in labels.items()}
    return Codebook.model_validate({"name": "essai", "version": "1", "label": "Essai", "nets": nets, "codes": codes})


@pytest.fixture
def frames() -> Frames:
    """Build the two frames from what sets each verbatim and tag apart; `tags` holds (id, code, …) dictionaries."""

    def build(
        verbatims: list[dict[str, Any]], tags: list[dict[str, Any]] | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows = [VERBATIM | {"id": f"v{place:03}"} | row for place, row in enumerate(verbatims)]
        columns = ["id", "code", *TAG]
        return (
            pd.DataFrame(rows, columns=["id", *VERBATIM]),
            pd.DataFrame([TAG | tag for tag in tags or []], columns=columns),
        )

    return build

"""Fit the model of the words that stands beside the encoder: logistic regression, one a code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from listening.tagging.encoding import collate, windows
from listening.tagging.modeling import ListeningModel
from listening.text.segment import segments
from listening.training.corpus import Example
from listening.training.tally import presence

STRENGTH = 10.0  # inverse of the regularisation, as scikit-learn's C


def fit_lexical(model: ListeningModel, tokenizer: Any, examples: Sequence[Example]) -> None:
    """Set the weights of `model.lexical` from coded examples; a code never seen keeps none."""
    from sklearn.linear_model import LogisticRegression

    lexical, codes = model.lexical, model.config.codes
    counts = _counts(model, tokenizer, [example.text for example in examples])
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.where(seen > 0, np.log((1 + len(examples)) / (1 + seen)) + 1, 0.0)
    weighted = counts.multiply(rarity)
    # the norm counts a repeated word as often as it stands, as the model does
    norms = np.sqrt(np.asarray(counts.multiply(rarity**2).sum(axis=1)).ravel()).clip(min=1e-3)
    matrix = weighted.multiply(1 / norms[:, None]).tocsr()
    target = presence(examples, codes)
    told = np.array([[code not in one.unsure for code in codes] for one in examples])
    lexical.rarity.copy_(torch.from_numpy(rarity))
    for column in range(len(codes)):
        rows = told[:, column]
        if 0 < target[rows, column].sum() < rows.sum():
            learn = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
            fitted = learn.fit(matrix[rows], target[rows, column])
            lexical.weight[:, column] = torch.from_numpy(fitted.coef_[0]).to(lexical.weight.dtype)
            lexical.bias[column] = float(fitted.intercept_[0])


def _counts(model: ListeningModel, tokenizer: Any, texts: Sequence[str]) -> Any:
    """Count, for each text, how often each bucket stands in it, (texts, buckets), sparse."""
    from scipy.sparse import coo_matrix

    rows, columns = [], []
    for window in windows(tokenizer, texts, [segments(text) for text in texts], [None] * len(texts)):
        inputs = collate([window])
        buckets, held = model.lexical.features(inputs["input_ids"], inputs["segments"] >= 0)
        found = buckets[held].numpy()
        rows.append(np.full(len(found), window.owner))
        columns.append(found)
    place = (np.concatenate(rows), np.concatenate(columns))
    return coo_matrix((np.ones(len(place[0])), place), shape=(len(texts), len(model.lexical.rarity))).tocsr()

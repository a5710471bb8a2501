"""Shares that people's verdicts on a random audit give, beside those of the model, which its errors bias."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from listening.insight.intervals import Floats, effective_base, fragile, wilson


def audited_shares(drawn: pd.DataFrame, said: pd.DataFrame, shares: Mapping[str, float]) -> pd.DataFrame:
    """Give for each key of `shares` (the model's over all verbatims) the share by people's verdicts, with its interval.

    `drawn` has a row for each verbatim that the audit drew: `id`, the `probability` with which it did, the survey
    `weight`, whether people `answered`, and whether it was `pressing`, asked for by another reason too. `said` holds
    `id`, `key` and `part`: 1, or the part of its coders who said so where they differ. Columns: `key`, `model`,
    `share`, `low`, `high`, `base` (answers), `effective_base`, `fragile`, and `differs`, where the model's share is
    outside of the interval.

    Each answer stands for 1 / probability verbatims: Hájek's estimator, which keeps its level when some are not
    answered. As the pressing ones are answered first, each group is raised to its own size (weighting classes). The
    interval is Wilson's at 95 % on Kish's effective base; it is cautious, for it forgets that the audit is a large
    part of a small source. Source: Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, Springer,
    sections 5.7 and 15.6.

    >>> drawn = pd.DataFrame({"id": ["a", "b", "c"], "probability": [0.5, 0.5, 0.1], "weight": 1.0,
    ...                       "answered": True, "pressing": False})
    >>> said = pd.DataFrame({"id": ["a"], "key": ["offre.prix"], "part": [1.0]})
    >>> audited_shares(drawn, said, {"offre.prix": 0.3})[["model", "share", "base"]].round(3).to_numpy().tolist()
    [[0.3, 0.143, 3.0]]
    """
    answers = drawn[drawn["answered"]]
    weights = _raised(drawn)[drawn["answered"].to_numpy()]
    keys = list(shares)
    parts = said.pivot_table(index="id", columns="key", values="part", aggfunc="sum", fill_value=0.0)
    given = parts.reindex(index=answers["id"], columns=keys, fill_value=0.0).to_numpy(dtype=np.float64)
    total, base = weights.sum(), effective_base(weights.sum(), np.square(weights).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(weights @ given / total, 0, 1)
    low, high = wilson(share, base)
    model = np.array([shares[key] for key in keys], dtype=np.float64)
    table = pd.DataFrame({"key": keys, "model": model, "share": share, "low": low, "high": high})
    return table.assign(
        base=len(answers),
        effective_base=float(base),
        fragile=bool(fragile(base)),
        differs=(model < low) | (model > high),
    )


def _raised(drawn: pd.DataFrame) -> Floats:
    """Give for how much each verbatim stands: those answered also for those of their group that are not."""
    weights = np.array(drawn["weight"] / drawn["probability"], dtype=np.float64)
    answered, pressing = drawn["answered"].to_numpy(dtype=bool), drawn["pressing"].to_numpy(dtype=bool)
    groups = [pressing, ~pressing]
    if all((answered & group).any() or not group.any() for group in groups):
        for group in groups:
            if group.any():
                weights[group] *= weights[group].sum() / weights[group & answered].sum()
    return weights

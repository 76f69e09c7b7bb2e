"""Model spans: what a language model proposes of a document, as far as it stands there.

Turns nothing; rule: a proposal whose text does not stand at its offsets is not kept but counted, with the reason; what
is kept is a proposal beside the rules' statements, never one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfire.records.statement import Span

__all__ = ["ModelProposal", "ModelSpans"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProposal:
    """Hold one proposed attribution; source and cue are None where the model names none."""

    source_span: Span | None
    cue_span: Span | None
    content_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpans:
    """Hold what a model proposes of one document.

    Attributes
    ----------
    model : str
        Its name, as it was asked for.
    proposals : tuple of ModelProposal
    n_refused : int
    reasons : mapping of str to int
        How many were refused for which reason.
    fault : str or None
        Why there was no answer, or none that could be read.
    """

    model: str
    proposals: tuple[ModelProposal, ...] = ()
    n_refused: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    fault: str | None = None

"""Learn the chances of English statements from the annotated corpus and write them to the package.

Run as ``python scripts/train_statement_confidence.py``. Articles whose name begins with ``held-`` are only
reported on; the others teach. A statement counts as right as in ``benchmarks.brat.is_right``. Own text is
easier than others': for each rule some imagined cases are added, right as often as ``DOUBT`` says, so that rules whose
finds other annotators often leave out do not come out as certain as our own text alone would make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.brat import Annotated, Attribution, is_right, read_folder, univocal
from holdfire.statements.confidence import Confidence, calibration_error, learn
from holdfire.statements.document import read_document
from holdfire.statements.english.features import features_of
from holdfire.statements.english.reader import Draft, read
from holdfire.statements.english.spacy_parser import MODEL, MODEL_VERSION, SpacyParser

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src" / "holdfire" / "statements" / "weights" / "english.json"
# Rule: share of its finds that another annotator would mark alike - our judgement, not a measurement.
DOUBT = {
    "quote": 0.92, "clause": 0.88, "fronted": 0.9, "according": 0.85, "infinitive": 0.65, "object": 0.45, "label": 0.55,
    "noun": 0.55, "phrase": 0.5, "adjective": 0.65, "gerund": 0.65, "passive": 0.6, "open": 0.5, "alone": 0.5,
    "colon": 0.6,
}  # fmt: skip
# What makes a find less sure whatever its rule, in the same judgement.
LESS = {
    "comma_inside": 0.12, "long_sentence": 0.12, "long_source": 0.05, "kind:think": 0.1, "kind:want": 0.05,
    "kind:fear": 0.1,
    "kind:expect": 0.1, "kind:judge": 0.1, "kind:show": 0.1, "kind:learn": 0.1, "source:none": 0.1,
    "source:other": 0.05,
}  # fmt: skip
# How many cases are imagined for a rule.
IMAGINED = 40.0
Case = tuple[dict[str, float], float]


def attribution_of(draft: Draft) -> Attribution:
    """Return a draft as the benchmark compares it."""
    return Attribution(
        source=() if draft.source is None else ((draft.source.start, draft.source.end),),
        cue=() if draft.cue is None else ((draft.cue.start, draft.cue.end),),
        content=tuple((span.start, span.end) for span in draft.contents),
    )


def is_held_out(name: str) -> bool:
    """Whether an article is kept from teaching: it was written after the rules, and nothing was changed by it."""
    return name.startswith("held-")


def cases_of(articles: Iterable[Annotated], parser: SpacyParser) -> list[Case]:
    """Return the features of each statement that is not nested, and whether it is right."""
    found = []
    for article in articles:
        drafts = read(read_document(f"{article.name}.txt", article.content), parser).drafts
        pairs = [(draft, attribution_of(draft)) for draft in drafts if draft.outer is None]
        kept = univocal([one for _, one in pairs])
        found += [
            (features_of(draft), float(is_right(one, article.attributions))) for draft, one in pairs if one in kept
        ]
    return found


def _imagined(taught: list[Case]) -> tuple[list[Case], list[float]]:
    """Return imagined cases with their weights: each case of a rule again, as right as in another's text."""
    cases: list[Case] = []
    weights: list[float] = []
    for shape, share in DOUBT.items():
        alike = [features for features, _ in taught if f"shape:{shape}" in features] or [{f"shape:{shape}": 1.0}]
        cases += [(one, max(0.05, share - sum(LESS.get(name, 0.0) for name in one))) for one in alike]
        weights += [IMAGINED / len(alike)] * len(alike)
    return cases, weights


def main() -> None:
    parser = SpacyParser()
    articles = read_folder(ROOT / "tests" / "statements" / "corpus")
    taught = cases_of([a for a in articles if not is_held_out(a.name)], parser)
    held = cases_of([a for a in articles if is_held_out(a.name)], parser)
    imagined, weights = _imagined(taught)
    both = [*taught, *imagined]
    start = Confidence({"bias": 0.0, "nested": -1.0})
    alone = learn(start, [c for c, _ in taught], [y for _, y in taught], strength=1.0)
    learnt = learn(
        start, [c for c, _ in both], [y for _, y in both],
        [1.0] * len(taught) + weights, strength=1.0,
    )  # fmt: skip
    probs = [learnt.prob(case) for case, _ in held]
    right = [y for _, y in held]
    above = [(p, y) for p, y in zip(probs, right, strict=True) if p >= 0.8]
    sure = [y for _, y in above]
    provenance = (
        f"Learnt by scripts/train_statement_confidence.py from {len(taught)} statements of tests/statements/corpus "
        f"(fictional, Apache-2.0) with {MODEL} {MODEL_VERSION}; held out: {len(held)} statements, calibration error "
        f"{calibration_error(probs, right):.3f} (without the imagined cases "
        f"{calibration_error([alone.prob(c) for c, _ in held], right):.3f}), {len(sure)} at 0.8 or more "
        f"of which {sum(sure) / len(sure):.3f} are right "
        f"(calibration error among them {calibration_error(*map(list, zip(*above, strict=True))):.3f})."
    )
    rounded = {name: round(value, 4) for name, value in sorted(learnt.weights.items())}
    OUT.write_text(json.dumps({"provenance": provenance, "weights": rounded}, indent=1) + "\n", encoding="utf-8")
    print(provenance)


if __name__ == "__main__":
    main()

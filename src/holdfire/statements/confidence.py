"""Confidence: from what the rules saw of a statement to the chance that it is right.

Turns named features into a chance by logistic regression. Rules: (1) the coefficients are a file with its provenance;
an unknown feature counts nothing; (2) learning is maximum a posteriori from the coefficients in force, so that a few
reviews move them a little and many reviews as far as they must; (3) the chance says that source, cue and content are
right at once. Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 4.4.1 (Newton's
method); Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning (AAAI 2015) for the calibration
error.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from holdfire.errors import InputError

__all__ = ["Confidence", "calibration_error", "confidence_json", "confidence_of", "learn", "shipped"]

Features = Mapping[str, float]


@dataclass(frozen=True)
class Confidence:
    """Hold coefficients by the name of their feature; ``bias`` is one of them."""

    weights: dict[str, float]
    provenance: str = ""

    def prob(self, features: Features) -> float:
        """Return the chance for some features, 0..1.

        Examples
        --------
        >>> Confidence({"bias": 0.0, "a": 2.0}).prob({}), round(Confidence({"bias": 0.0, "a": 2.0}).prob({"a": 1}), 3)
        (0.5, 0.881)
        """
        score = self.weights.get("bias", 0.0)
        score += sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


def shipped(name: str) -> Confidence:
    """Return the coefficients that come with the package, such as ``english``."""
    content = json.loads(files("holdfire.statements").joinpath("weights", f"{name}.json").read_bytes())
    return Confidence(weights=content["weights"], provenance=content["provenance"])


def confidence_of(content: bytes, name: str) -> Confidence:
    """Return the coefficients that a file holds.

    Raises
    ------
    InputError
        It holds none: no JSON object with finite ``weights`` and ``provenance``.
    """
    try:
        held = json.loads(content)
        weights = {str(key): float(value) for key, value in held["weights"].items()}
        provenance = str(held["provenance"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            "The file holds no coefficients.", name, "Give a file that 'holdfire relearn' wrote."
        ) from error
    wrong = next((key for key, value in weights.items() if not math.isfinite(value)), None)
    if wrong is not None:
        raise InputError(
            f"This coefficient is no finite number: {weights[wrong]!r}.", f"{name}, {wrong}", "Relearn it."
        )
    return Confidence(weights=weights, provenance=provenance)


def confidence_json(confidence: Confidence) -> bytes:
    """Return coefficients as the file that ``confidence_of`` reads, to four decimals.

    Examples
    --------
    >>> confidence_of(confidence_json(Confidence({"bias": 0.5}, "by hand")), "a.json")
    Confidence(weights={'bias': 0.5}, provenance='by hand')
    """
    rounded = {name: round(value, 4) for name, value in sorted(confidence.weights.items())}
    shape = {"provenance": confidence.provenance, "weights": rounded}
    return (json.dumps(shape, indent=1, ensure_ascii=False) + "\n").encode()


def learn(
    start: Confidence, cases: Sequence[Features], right: Sequence[float], weight: Sequence[float] | None = None,
    strength: float = 1.0, n_steps: int = 25, bias_strength: float | None = None,
) -> Confidence:  # fmt: skip
    """Return coefficients that fit cases, held to where they started.

    Parameters
    ----------
    cases : sequence of features
    right : sequence of float
        0..1 for each case: 1 = confirmed, 0 = rejected.
    weight : sequence of float, optional
        How much each case counts; default 1.
    strength : float
        1 / variance of the normal prior around each coefficient of ``start``.
    bias_strength : float, optional
        The same for the bias; default: a hundredth of ``strength``, for learning from nothing.

    Examples
    --------
    >>> taught = learn(Confidence({"bias": 0.0}), [{"a": 1.0}] * 20, [1.0] * 20)
    >>> taught.prob({"a": 1.0}) > 0.8, learn(Confidence({"bias": 0.3}), [], []).weights
    (True, {'bias': 0.3})
    """
    if not cases:
        return start
    names = sorted({"bias", *start.weights, *(name for case in cases for name in case)})
    column = {name: k for k, name in enumerate(names)}
    x = np.zeros((len(cases), len(names)))
    x[:, column["bias"]] = 1.0
    for row, case in enumerate(cases):
        for name, value in case.items():
            x[row, column[name]] = value
    y = np.asarray(right, dtype=float)
    w = np.ones(len(cases)) if weight is None else np.asarray(weight, dtype=float)
    prior = np.array([start.weights.get(name, 0.0) for name in names])
    firm = np.full(len(names), strength)
    firm[column["bias"]] = strength / 100 if bias_strength is None else bias_strength
    beta = prior.copy()
    for _ in range(n_steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - firm * (beta - prior)
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(firm)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return Confidence({name: float(beta[column[name]]) for name in names}, start.provenance)


def calibration_error(probs: Sequence[float], right: Sequence[float], n_bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap between chance and share of right ones, by bins of chance.

    Examples
    --------
    >>> calibration_error([0.8] * 10, [1] * 8 + [0] * 2), calibration_error([], [])
    (0.0, 0.0)
    """
    if not probs:
        return 0.0
    p, y = np.asarray(probs, dtype=float), np.asarray(right, dtype=float)
    which = np.minimum((p * n_bins).astype(int), n_bins - 1)
    gaps = [abs(p[which == k].mean() - y[which == k].mean()) * (which == k).sum() for k in np.unique(which)]
    return round(float(sum(gaps) / len(p)), 12)

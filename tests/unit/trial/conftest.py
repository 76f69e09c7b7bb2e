"""A small pool for the tests of trials: two short worlds, run through the whole chain once."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfire.app.wire import load_agreement_file, load_trees
from holdfire.trial.chain import Bench
from holdfire.trial.pool import Pool, make_pool
from holdfire.trial.settings import TrialSettings

ROOT = Path(__file__).resolve().parents[3]
AGREEMENT = ROOT / "examples" / "agreements" / "europe-guarantee.yaml"


@pytest.fixture(scope="session")
def small() -> TrialSettings:
    """Return settings that take a second."""
    return TrialSettings(n_worlds=12, n_days=30, per_day=20.0, pool_days=20)


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Return the bench of the example with the guarantee."""
    return Bench.of(load_agreement_file(AGREEMENT, load_trees()), "signature")


@pytest.fixture(scope="session")
def pool(bench: Bench, small: TrialSettings) -> Pool:
    """Return what the chain made of the two worlds."""
    return make_pool(bench, small, "russia")

"""A fictional case and its bulletins, made once for all tests of publication."""

from __future__ import annotations

import pytest

from holdfire.publication.bulletin import compose
from holdfire.publication.redact import redact
from holdfire.records.bulletin import Bulletin, BulletinInputs
from tests.unit.publication.case_factory import DAY_END, DAY_START, make_case


@pytest.fixture(scope="session")
def case() -> BulletinInputs:
    """Return everything that the fictional mission knows."""
    return make_case()


@pytest.fixture(scope="session")
def bulletin(case: BulletinInputs) -> Bulletin:
    """Return the restricted bulletin of one day in English."""
    return compose(case, start=DAY_START, end=DAY_END, language="en")


@pytest.fixture(scope="session")
def public(case: BulletinInputs) -> Bulletin:
    """Return the public bulletin of the same day in Ukrainian."""
    return compose(redact(case, audience="public", end=DAY_END), start=DAY_START, end=DAY_END, language="uk")

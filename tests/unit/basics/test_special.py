"""Facts about gamma and beta; SciPy is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from holdfire.basics.special import beta_share, gamma_share, log_gamma, solve

shapes = st.floats(0.5, 1e4)


@given(st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=20))
def test_the_logarithm_of_gamma(values: list[float]) -> None:
    """It differs from the oracle by less than 1e-13 of itself, or 1e-13."""
    x = np.array(values)
    np.testing.assert_allclose(log_gamma(x), special.gammaln(x), rtol=1e-13, atol=1e-13)


@given(shapes, st.floats(0.0, 10.0))
def test_the_gamma_distribution(shape: float, part: float) -> None:
    """It differs from the oracle by less than 1e-10, from nought to ten times its mean."""
    x = np.array([part * shape])
    np.testing.assert_allclose(gamma_share(np.array([shape]), x), special.gammainc(shape, x), atol=1e-10)


@given(shapes, shapes, st.floats(0.0, 1.0))
def test_the_beta_distribution(first: float, second: float, x: float) -> None:
    """It differs from the oracle by less than 1e-10."""
    found = beta_share(np.array([first]), np.array([second]), np.array([x]))
    np.testing.assert_allclose(found, special.betainc(first, second, x), atol=1e-10)


@pytest.mark.parametrize("shape", [1e5, 1e6])
def test_large_shapes_stay_within_1e_9(shape: float) -> None:
    """Around its middle the distribution of a large shape is right to 1e-9."""
    z = shape + np.sqrt(shape) * np.linspace(-4, 4, 17)
    np.testing.assert_allclose(gamma_share(np.full(17, shape), z), special.gammainc(shape, z), atol=1e-9)
    x = 0.5 + np.linspace(-2, 2, 17) / np.sqrt(shape)
    many = np.full(17, shape)
    np.testing.assert_allclose(beta_share(many, many, x), special.betainc(shape, shape, x), atol=1e-9)


def test_the_ends() -> None:
    """At 0 nothing lies below, at infinity and at 1 all does."""
    assert [0.0, 1.0] == gamma_share(np.ones(2), np.array([0.0, np.inf])).tolist()
    assert [0.0, 1.0] == beta_share(np.ones(2), np.ones(2), np.array([0.0, 1.0])).tolist()


@given(st.floats(1e-6, 1e6))
def test_a_rising_function_is_turned_around(x: float) -> None:
    """The root of the square is found to 1e-9 of itself; beyond the ends it is 0 or infinity."""
    assert pytest.approx(x, rel=1e-9) == solve(lambda value: value * value, x * x)
    assert (0.0, float("inf")) == (solve(lambda value: 1.0, 0.5), solve(lambda value: 0.0, 0.5))

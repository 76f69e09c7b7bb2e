"""The cluster of the engine suite: a standalone master and workers on loopback, ended with the tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator

import pytest

from holdfire.engine.spark import SparkEngine, start_spark
from scripts.spark_cluster import Cluster, environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the whole suite."""
    for item in items:
        if "tests/engines" in item.path.as_posix():
            item.add_marker(pytest.mark.spark)


@pytest.fixture(scope="session")
def spark_is_here() -> None:
    """Skip, or fail where it is asked for, when Java or pyspark lacks."""
    lacking = [] if shutil.which("java") else ["Java (Debian: openjdk-17-jre-headless)"]
    if importlib.util.find_spec("pyspark") is None:
        lacking.append("pyspark (requirements/spark.txt)")
    if not lacking:
        os.environ.update(
            {name: value for name, value in environment().items() if name.startswith(("PYSPARK", "SPARK"))}
        )
        return
    reason = f"The engine suite needs {' and '.join(lacking)}; 'make engines' as root installs both."
    if os.environ.get("HOLDFIRE_SPARK") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def cluster(spark_is_here: None) -> Iterator[Cluster]:
    with Cluster(2) as started:
        yield started


@pytest.fixture(scope="module")
def engine(cluster: Cluster) -> Iterator[SparkEngine]:
    started = start_spark(cluster.master)
    yield started
    started.close()

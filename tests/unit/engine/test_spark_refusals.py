"""Facts about what the Spark engine refuses before any cluster is asked."""

from __future__ import annotations

import socket
import sys
import time
from unittest import mock

import pytest

from holdfire.engine.spark import start_spark
from holdfire.errors import EngineError


@pytest.mark.parametrize("master", ["", "localhost:7077", "http://host:7077", "spark://host", "spark://a:1,b", "yarn "])
def test_what_names_no_master_is_refused(master: str) -> None:
    """A URL that Spark cannot know is refused, with the forms that it can."""
    with pytest.raises(EngineError, match="names no master") as caught:
        start_spark(master)
    assert "spark://HOST:PORT" in caught.value.mend


def test_a_master_that_does_not_answer_is_refused_at_once() -> None:
    """A port where nobody listens is one error within a few seconds, and each address is named with its reason."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(EngineError) as caught:
        start_spark(f"spark://127.0.0.1:{port},127.0.0.1:{port}")
    assert 2 == caught.value.what.count(f"127.0.0.1:{port}: ")
    assert time.monotonic() - started < 12.0


def test_missing_pyspark_is_said_with_its_mend() -> None:
    """Without pyspark the error says how to install it."""
    with mock.patch.dict(sys.modules, {"pyspark": None, "pyspark.sql": None}), pytest.raises(EngineError) as caught:
        start_spark("local[1]")
    assert "pip install 'holdfire[spark]'" in caught.value.mend

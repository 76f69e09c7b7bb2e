"""Spark: runs parts on a cluster of Apache Spark 4.

Turns parts into tasks: each worker's Python reads its part's Parquet, runs the function and writes Parquet (through
``mapInArrow``; only the names of files travel through the JVM); rows of a key are brought together by Spark's own
exchange (``applyInArrow``). Rules: what a function refuses is raised here as it was there, one error of the first part
that failed; a lost worker's tasks are run again elsewhere; a master that cannot be reached, a cluster without workers
and workers of another version end in one error within a bounded time. Leaves starting the cluster to who runs it.
``pyspark`` is optional and loads when an engine is started.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from holdfire import errors
from holdfire.engine.port import GroupFunction, Part, PartFunction, Tables, Written, ordered, run_part, versions
from holdfire.errors import EngineError, HoldfireError

__all__ = ["SparkEngine", "start_spark"]

T = TypeVar("T")

MASTER = re.compile(r"local(\[(\*|\d+)(,\d+)?\])?|spark://[^\s/]+:\d+(,[^\s/]+:\d+)*|yarn|k8s://\S+")
CONNECT_S = 5.0
"""How long each address of a master has to take a connection."""
PATIENCE_S = 60.0
"""How long a cluster may be without any worker before the work is given up."""
WAVE = 4
"""Parts for each task that runs at a time, in one job of a stream of parts."""
RECEIPT = "part long, receipt string"


def _check_master(master: str) -> None:
    # A standalone master is asked for a connection first: Spark itself would try for a minute, and say it at length.
    if not MASTER.fullmatch(master):
        raise EngineError(
            f"This names no master of a cluster: {master!r}.",
            "--master",
            "Write spark://HOST:PORT, local[2], yarn or k8s://https://HOST:PORT.",
        )
    if not master.startswith("spark://"):
        return
    reasons = []
    for address in master.removeprefix("spark://").split(","):
        host, port = address.rsplit(":", 1)
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
            return
        except (OSError, OverflowError) as error:
            reasons.append(f"{address}: {getattr(error, 'strerror', None) or error}")
    raise EngineError(
        f"No master answers there ({'; '.join(reasons)}): {master!r}.",
        "--master",
        "Start one (docs/how-to/run-on-a-cluster.md), or write the URL that its log names.",
    )


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        raise EngineError(
            "Spark needs Java 17 or newer, and there is none here.",
            "--engine spark",
            "Install it: as root, apt-get install openjdk-17-jre-headless (Debian), or set JAVA_HOME.",
        )


def _session(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            f"Spark's Python package is not installed: {error}.",
            "--engine spark",
            "Install it: pip install 'holdfire[spark]', or from requirements/spark.txt; on every worker, too.",
        ) from error
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    _check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    builder = SparkSession.builder.master(master).appName("holdfire")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.useLargeVarTypes": "false",
        # As in ``local``: fetching memory page by page took half of the time.
        "spark.executorEnv.ARROW_DEFAULT_MEMORY_POOL": "system",
        # Parts have about the size that they should have.
        "spark.sql.adaptive.enabled": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise EngineError(
            f"Spark could not start here: {_last_line(error)}", "--master", "Look into the master's log."
        ) from error


def _last_line(error: BaseException) -> str:
    # Java's and Python's traces end up in one text; what went wrong is its first line that is no trace.
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("at ", "File ", "Traceback", "SQLSTATE", "^"))]
    causes = [line for line in told if re.match(r"[\w.]*(Error|Exception)\b", line) or "Job aborted" in line]
    return ((causes or told or [type(error).__name__])[-1])[:300]


def start_spark(master: str, patience_s: float = PATIENCE_S) -> SparkEngine:
    """Return an engine on a cluster.

    Parameters
    ----------
    master : str
        ``spark://HOST:PORT``, ``local[N]``, ``yarn`` or ``k8s://…``. What else Spark is to know, such as the memory of
        its executors, stands in its own ``spark-defaults.conf``.
    patience_s : float, > 0
        How long the cluster may be without any worker before the work is given up.

    Raises
    ------
    EngineError
        Spark or Java is not installed, or no master answers at the URL.
    """
    _check_master(master)
    return SparkEngine(_session(master), master, patience_s)


class SparkEngine:
    """Run parts on a cluster, by :class:`~holdfire.engine.port.Engine`.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    master : str
        Its URL, for messages.
    patience_s : float, > 0
        How long the cluster may be without any worker before the work is given up.
    """

    def __init__(self, session: Any, master: str, patience_s: float) -> None:
        self.session = session
        self.master = master
        self.patience_s = patience_s

    @property
    def n_slots(self) -> int:
        """Return how many tasks run at a time, as Spark counts its workers' cores; at least 2."""
        return max(2, int(self.session.sparkContext.defaultParallelism))

    def map_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> list[Written]:
        """Run a function on each part by itself, each part as one task."""
        if not parts:
            return []
        task = _Task(function, tuple(parts), folder, versions())
        numbers = self.session.range(0, len(parts), 1, len(parts))
        rows = self._watched(lambda: numbers.mapInArrow(task, RECEIPT).collect())
        return [_accepted(row.receipt) for row in sorted(rows, key=lambda row: int(row.part))]

    def stream_parts(self, function: PartFunction, parts: Sequence[Part], folder: Path) -> Iterator[Tables]:
        """Run a function on each part by itself and give what it makes of them, read back from the folder.

        Parts run in waves: while one wave's tables are taken here, the next one is made.
        """
        step = WAVE * self.n_slots
        waves = [parts[begin : begin + step] for begin in range(0, len(parts), step)]
        with ThreadPoolExecutor(1) as pool:
            ahead = [pool.submit(self.map_parts, function, wave, folder) for wave in waves[:1]]
            for number in range(len(waves)):
                written = ahead.pop().result()
                ahead = [pool.submit(self.map_parts, function, wave, folder) for wave in waves[number + 1 : number + 2]]
                for one in written:
                    yield {name: pq.read_table(path) for name, path in one.tables.items()}
                    for path in one.tables.values():
                        path.unlink(missing_ok=True)

    def map_groups(
        self, function: GroupFunction, files: Sequence[Path], keys: Sequence[str], schema: pa.Schema
    ) -> pa.Table:
        """Bring all rows of each key together by Spark's exchange and run a function on each."""
        if not files:
            return schema.empty_table()
        from pyspark.sql.pandas.types import from_arrow_schema

        rows = self.session.read.parquet(*(path.absolute().as_uri() for path in files))
        grouped = rows.repartition(max(self.n_slots, 2), *keys).groupBy(*keys)

        # Spark tells by its hints that this is a plain function of tables.
        def made_of(group: pa.Table) -> pa.Table:
            return function(group)

        made = grouped.applyInArrow(made_of, from_arrow_schema(schema))
        table = self._watched(made.toArrow)
        return ordered(table.select(schema.names).cast(schema), keys)

    def close(self) -> None:
        """End the session; the cluster stays up."""
        self.session.stop()

    def _n_workers(self) -> int:
        # All that hold memory for Spark, less the driver; a local master works in the driver itself.
        if self.master.startswith("local"):
            return 1
        return int(self.session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()) - 1

    def _watched(self, work: Callable[[], T]) -> T:
        # Run work, and give it up once no worker has been there for too long.
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(work)
            alone_since = time.monotonic()
            is_given_up = False
            while not wait([running], timeout=0.5).done:
                try:
                    n_workers = self._n_workers()
                except (PySparkException, Py4JError):
                    n_workers = 0
                now = time.monotonic()
                alone_since = now if n_workers else alone_since
                if not is_given_up and now - alone_since > self.patience_s:
                    is_given_up = True
                    self.session.sparkContext.cancelAllJobs()
            try:
                return running.result()
            except (PySparkException, Py4JError) as error:
                raise self._broken(error, is_given_up) from error

    def _broken(self, error: Exception, is_given_up: bool) -> EngineError:
        if is_given_up:
            return EngineError(
                f"The cluster had no worker for {self.patience_s:.0f} seconds, and the work was given up.",
                f"--master {self.master}",
                "Start workers (docs/how-to/run-on-a-cluster.md), or free some: each needs a core and the memory asked "
                "for.",
            )
        return EngineError(
            f"The work on the cluster broke off: {_last_line(error)}",
            f"--master {self.master}",
            "Run again; the workers' logs say more.",
        )


class _Task:
    """Run parts by their numbers on a worker, each into one receipt: what was written, or what was refused."""

    def __init__(self, function: PartFunction, parts: tuple[Part, ...], folder: Path, wanted: dict[str, str]) -> None:
        self.function = function
        self.parts = parts
        self.folder = folder
        self.wanted = wanted

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                receipt = pa.array([self._receipt(number)], pa.string())
                yield pa.RecordBatch.from_arrays([pa.array([number], pa.int64()), receipt], names=["part", "receipt"])

    def _receipt(self, number: int) -> str:
        try:
            _check_versions(self.wanted)
            written = run_part(self.function, self.parts[number], self.folder)
        except HoldfireError as error:
            # An error of a class that asks for more than the three sentences goes as its nearest plain one.
            plain = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ != "DocumentError")
            return json.dumps({"refused": plain, "says": [error.what, error.where, error.mend]})
        tables = {name: str(path) for name, path in written.tables.items()}
        return json.dumps({"part": written.part, "tables": tables, "n_rows": dict(written.n_rows)})


def _accepted(receipt: str) -> Written:
    # What a task wrote; what it refused is raised as it was there.
    told = json.loads(receipt)
    if "refused" in told:
        raise getattr(errors, told["refused"])(*told["says"])
    tables = {name: Path(path) for name, path in told["tables"].items()}
    return Written(part=told["part"], tables=tables, n_rows=told["n_rows"])


def _check_versions(wanted: dict[str, str]) -> None:
    found = versions()
    other = [f"{name} {found[name]} in the place of {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    if other:
        raise EngineError(
            f"A worker would not give the same bytes: it has {', '.join(other)}.",
            f"the worker {socket.gethostname()}, {sys.executable}",
            "Install the same requirements/spark.txt and the same holdfire on every machine.",
        )

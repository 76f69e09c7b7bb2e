"""Run a command beside a small Spark cluster on this machine: one master and some workers on loopback.

Run as ``python scripts/spark_cluster.py [--workers N] -- COMMAND...``; the command finds the master's URL in
``HOLDFIRE_MASTER``, and the cluster ends with it, however it ends. Needs Java and requirements/spark.txt. For trials,
tests and benchmarks; a cluster of several machines is started as docs/how-to/run-on-a-cluster.md says.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
MEMORY = "1g"
START_S = 90.0
"""How long master and workers have to find each other."""


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Return what Spark's processes, the driver's among them, are to know."""
    paths = [str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "512m",
    }


class Cluster:
    """Hold a master and workers, started on entry and ended on exit.

    Parameters
    ----------
    n_workers : int
        Each with one core and ``MEMORY``.
    """

    def __init__(self, n_workers: int) -> None:
        self.n_workers = n_workers
        self.folder = tempfile.TemporaryDirectory(prefix="holdfire-spark-", ignore_cleanup_errors=True)
        self.port = free_port()
        self.master_process: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def master(self) -> str:
        """Return the master's URL."""
        return f"spark://127.0.0.1:{self.port}"

    def _start(self, role: str, arguments: list[str], log: str) -> subprocess.Popen[bytes]:
        spec = importlib.util.find_spec("pyspark")
        if spec is None or spec.origin is None:
            raise SystemExit("pyspark is not installed; mend: pip install -r requirements/spark.txt")
        home = Path(spec.origin).parent
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1"]
        with (Path(self.folder.name) / log).open("wb") as stream:
            # A session of its own, so that a worker can be ended with all that it started.
            return subprocess.Popen(
                [*command, "--webui-port", "0", *arguments],
                env=environment() | {"SPARK_HOME": str(home)},
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str = "master") -> str:
        """Return what a process of the cluster has said."""
        return (Path(self.folder.name) / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _wait(self, what: str, text: str, n: int) -> None:
        until = time.monotonic() + START_S
        while self.log().count(text) < n:
            ended = [one for one in (self.master_process, *self.workers) if one is not None and one.poll() is not None]
            if ended or time.monotonic() > until:
                raise RuntimeError(f"{what} did not start in {START_S:.0f} s:\n{self.log()[-3000:]}")
            time.sleep(0.1)

    def __enter__(self) -> Cluster:
        try:
            self.master_process = self._start("master.Master", ["--port", str(self.port)], "master.log")
            self._wait("The master", "I have been elected leader", 1)
            for number in range(self.n_workers):
                work = str(Path(self.folder.name) / f"work-{number}")
                arguments = ["--cores", "1", "--memory", MEMORY, "--work-dir", work, self.master]
                self.workers.append(self._start("worker.Worker", arguments, f"worker-{number}.log"))
            self._wait("A worker", "Registering worker", self.n_workers)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def kill_worker(self, number: int) -> None:
        """End a worker and its executors at once, as a machine that loses its power."""
        self._kill(self.workers[number])

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        # The session's own group: the process and what it started.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """End whatever runs still, and remove its files."""
        for process in (*self.workers, self.master_process):
            if process is not None:
                self._kill(process)
        self.folder.cleanup()


def run(n_workers: int, command: list[str], extra: Mapping[str, str]) -> int:
    """Run a command beside a cluster, and return its exit code."""
    with Cluster(n_workers) as cluster:
        return subprocess.run(
            command, env=environment() | {"HOLDFIRE_MASTER": cluster.master, **extra}, check=False
        ).returncode


def main() -> int:
    """Run the command line's command beside a cluster."""
    parser = argparse.ArgumentParser(description="Run a command beside a Spark cluster on loopback.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        parser.error("name a command behind --")
    return run(arguments.workers, command, {})


if __name__ == "__main__":
    sys.exit(main())

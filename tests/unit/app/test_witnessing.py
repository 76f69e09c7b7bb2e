"""Facts about others' words on a log: witnesses, and a time-stamping authority on this machine."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfire.app import witnessing
from holdfire.app.witnessing import stamp_log, stamps_of, witness_log
from holdfire.cli.main import holdfire
from holdfire.errors import InputError, OutputError, ReadError
from holdfire.evidence.entries import Entry
from holdfire.evidence.log import EvidenceLog
from holdfire.evidence.notes import Signer, new_signer
from holdfire.evidence.verify import COSIGNED, verify_log

AT = datetime(2030, 1, 20, 12, tzinfo=UTC)
SIGNER = Signer(name="mission.example/c", seed=bytes(range(32)))


def _grow(log: EvidenceLog, n: int) -> None:
    log.append([Entry(type="t", actor="a", at=AT, data={"n": i}) for i in range(n)], SIGNER)


@pytest.fixture
def log(tmp_path: Path) -> EvidenceLog:
    made = EvidenceLog.start(tmp_path / "log", SIGNER)
    _grow(made, 300)
    return made


def test_a_witness_signs_what_continues(log: EvidenceLog, tmp_path: Path) -> None:
    """A witness signs a checkpoint, and the next one when it continues the first."""
    witness = new_signer("witness.example/w", kind=COSIGNED)
    for n in (300, 305):
        assert n == witness_log(log.folder, log.key, witness, tmp_path / "memory", AT)
        assert [] == verify_log(log.folder, log.key, witnesses=[witness.public()])[0]
        _grow(log, 5)


def test_a_witness_signs_no_fork(log: EvidenceLog, tmp_path: Path) -> None:
    """A log whose past was rewritten and signed again gets no signature."""
    witness, memory = new_signer("witness.example/w", kind=COSIGNED), tmp_path / "memory"
    witness_log(log.folder, log.key, witness, memory, AT)
    fork = EvidenceLog.start(tmp_path / "fork", SIGNER)
    fork.append([Entry(type="t", actor="b", at=AT, data={"n": i}) for i in range(400)], SIGNER)
    with pytest.raises(ReadError, match="rewritten"):
        witness_log(fork.folder, fork.key, witness, memory, AT)
    assert 1 == len(fork.checkpoint().signatures)


def test_a_signature_on_an_older_checkpoint_is_not_put_over_a_newer(log: EvidenceLog) -> None:
    """A cosigned checkpoint does not take the place of one that counts more entries."""
    old = log.checkpoint_bytes()
    _grow(log, 1)
    with pytest.raises(InputError, match="has grown"):
        log.replace_checkpoint(old)


CONF = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
signer_digest = sha256
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a time-stamping authority: its root, key and settings."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: it plays the time-stamping authority")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.conf").write_text(CONF.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    root = ("-subj", "/CN=Root of a test", "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", *root)
    openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=A test's TSA"
    )
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ext", "-out", "tsa.pem")
    openssl("x509", "-req", "-in", "tsa.csr", *signed)
    return folder


@pytest.fixture
def server(authority: Path) -> Iterator[str]:
    """Return the address of the authority; /long answers without end, other paths than / refuse."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if self.path in ("/", "/long") else 503)
            self.end_headers()
            if self.path == "/long":
                self.wfile.write(b"x" * (witnessing.ANSWER_BYTES + 2))
            elif self.path == "/":
                (authority / "asked.tsq").write_bytes(asked)
                command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", "asked.tsq", "-out", "a.tsr"]
                subprocess.run(command, cwd=authority, check=True, capture_output=True)
                self.wfile.write((authority / "a.tsr").read_bytes())

        def log_message(self, *words: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_a_stamp_proves_when_a_checkpoint_existed(log: EvidenceLog, authority: Path, server: str) -> None:
    """An authority's stamp is asked for, checked and kept, and found again after the log has grown."""
    before = datetime.now(tz=UTC).replace(microsecond=0)
    instant = stamp_log(log, server, authority / "root.pem")
    _grow(log, 3)
    assert before <= instant <= datetime.now(tz=UTC)
    assert [(300, instant)] == stamps_of(log, authority / "root.pem")


def test_a_stamp_for_something_else_is_refused(log: EvidenceLog, authority: Path, server: str) -> None:
    """A stamp does not hold for a checkpoint that it does not cover, nor under a root that did not sign it."""
    stamp_log(log, server, authority / "root.pem")
    made = ["-keyout", "other.key", "-out", "other.pem", "-subj", "/CN=Another root"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made]
    subprocess.run(command, cwd=authority, check=True, capture_output=True)
    with pytest.raises(ReadError, match="does not hold"):
        stamps_of(log, authority / "other.pem")
    _grow(log, 1)
    (log.folder / "stamps" / "300.checkpoint").write_bytes(log.checkpoint_bytes())
    with pytest.raises(ReadError, match="does not hold"):
        stamps_of(log, authority / "root.pem")


@pytest.mark.parametrize(("path", "error"), [("long", "more than"), ("nothing", "did not answer")])
def test_a_bad_authority_is_said(log: EvidenceLog, authority: Path, server: str, path: str, error: str) -> None:
    """An authority that answers without end or refuses is one error, and nothing is kept."""
    with pytest.raises(OutputError, match=error):
        stamp_log(log, server + path, authority / "root.pem")
    assert not (log.folder / "stamps").exists()


def test_only_the_web_is_asked(log: EvidenceLog, authority: Path) -> None:
    """An address of another kind, such as a file, is refused."""
    with pytest.raises(InputError):
        stamp_log(log, f"file://{authority}/root.pem", authority / "root.pem")


def test_the_commands_make_and_use_a_witness(log: EvidenceLog, tmp_path: Path) -> None:
    """new-witness prints a key; witness signs with it; verify asks for it."""
    call, key_file = CliRunner().invoke, str(tmp_path / "w.key")
    made = call(holdfire, ["log", "new-witness", "--name", "witness.example/w", "--key-file", key_file])
    own = ["--key", log.key.text()]
    words = ["log", "witness", str(log.folder), *own, "--key-file", key_file, "--memory", str(tmp_path / "m")]
    assert "bears your signature" in call(holdfire, words).output
    checked = call(holdfire, ["log", "verify", str(log.folder), *own, "--witness", made.output.strip()])
    assert 0 == checked.exit_code, checked.output

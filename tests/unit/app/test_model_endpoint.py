"""Hold the model endpoint to its bounds: a server that lies, hangs or points elsewhere changes nothing."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from holdfire.app.model_endpoint import MOST_BYTES, MOST_FAULTS, ModelEndpoint
from holdfire.cli.main import holdfire
from holdfire.errors import InputError
from holdfire.statements.model_spans import MOST_SENT

TEXT = "14 March 2031\n\n🕊 “We will go,” said Ann Holm.\r\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Serve one sort of answer on this machine and keep what was asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.path, dict(self.headers), json.loads(body)))
                try:
                    answer(self)
                except OSError:
                    self.close_connection = True

            def do_GET(self) -> None:
                asked.append((self.path, {}, None))

            def log_message(self, *_: Any) -> None:
                return

        self.http: socketserver.BaseServer = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    """Return a maker of servers; all are ended."""
    made: list[Server] = []

    def make(answer: Answer) -> Server:
        made.append(Server(answer))
        return made[-1]

    yield make
    for one in made:
        one.http.shutdown()
        one.http.server_close()


def plainly(status: int, body: bytes, **headers: str) -> Answer:
    """Return an answer of that status and body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def saying(words: str) -> Answer:
    """Return a chat completion with some words."""
    return plainly(200, json.dumps({"choices": [{"message": {"role": "assistant", "content": words}}]}).encode())


def span(text: str, shift: int = 0) -> dict[str, Any]:
    """Return a span of the document, moved by some characters."""
    start = TEXT.index(text) + shift
    return {"start": start, "end": start + len(text), "text": text}


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer without end, a byte at a time."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(400):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_head(handler: BaseHTTPRequestHandler) -> None:
    """Send headers without end, a byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(400):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def test_what_stands_is_kept_and_lies_are_counted(serve: Callable[[Answer], Server]) -> None:
    """One true proposal is kept; wrong offsets, invented text, offsets outside and other shapes are each refused."""
    true = {"source": span("Ann Holm"), "cue": span("said"), "content": [span("“We will go,”")]}
    lies = [
        true | {"cue": span("said", 1)},
        true | {"content": [span("We will go") | {"text": "We will pay"}]},
        true | {"source": {"start": 9000, "end": 9004, "text": "Anna"}},
        true | {"source": {"start": True, "end": "4", "text": "x"}},
        true | {"content": []},
        "<b>",
    ]
    server = serve(saying("```json\n" + json.dumps({"statements": [true, true, *lies]}) + "\n```"))
    found = ModelEndpoint(url=server.url, model="liar", key="secret").spans("a.txt", TEXT.encode())
    (one,) = found.proposals
    assert ["“We will go,”"] == [TEXT[s.start : s.end] for s in one.content_spans]
    assert (6, None) == (found.n_refused, found.fault)
    assert 2 == found.reasons["its text does not stand at its offsets"]
    path, headers, body = server.asked[0]
    assert ("/v1/chat/completions", "Bearer secret") == (path, headers["Authorization"])
    assert ("liar", TEXT) == (body["model"], body["messages"][1]["content"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (plainly(500, b"broken"), "answered 500"),
        (plainly(200, b"<html><body>Sign in</body></html>"), "no chat completion"),
        (saying("<html>Sign in</html>"), "no JSON"),
        (saying('{"statements": ' + "[" * 100_000), "no JSON"),
        (plainly(200, b'{"choices": []}'), "no chat completion"),
        (plainly(200, b" " * (MOST_BYTES + 1)), "more than 1,048,576 bytes"),
        (plainly(200, b"{}", **{"Content-Length": "500"}), "no chat completion"),
        (drip, "no whole answer within 0.5 s"),
        (drip_head, "no whole answer within 0.5 s"),
    ],
    ids=["500", "page", "page in the words", "deep", "empty", "large", "cut short", "endless", "endless head"],
)
def test_what_is_no_answer_is_a_fault(serve: Callable[[Answer], Server], answer: Answer, words: str) -> None:
    """No such answer proposes anything, and none takes longer than it may."""
    began = time.monotonic()
    found = ModelEndpoint(url=serve(answer).url, model="m", seconds=0.5).spans("a.txt", TEXT.encode())
    assert time.monotonic() - began < 10
    assert (0, 0) == (len(found.proposals), found.n_refused)
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(found.fault)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(serve: Callable[[Answer], Server], status: int) -> None:
    """The document goes to nobody but the server that was named."""
    other = serve(saying("{}"))
    server = serve(plainly(status, b"", Location=other.url))
    found = ModelEndpoint(url=server.url, model="m").spans("a.txt", TEXT.encode())
    assert ([], 1) == (other.asked, len(server.asked))
    assert f"redirect ({status})" in str(found.fault)


def test_a_server_that_fails_is_given_up(serve: Callable[[Answer], Server]) -> None:
    """After three faults in a row it is not asked again."""
    server = serve(plainly(500, b""))
    endpoint = ModelEndpoint(url=server.url, model="m")
    faults = [endpoint.spans("a.txt", TEXT.encode()).fault for _ in range(MOST_FAULTS + 2)]
    assert MOST_FAULTS == len(server.asked)
    assert "not asked" in str(faults[-1])


def test_long_and_binary_documents_are_not_sent(serve: Callable[[Answer], Server]) -> None:
    """What is no text, or too long, stays here."""
    server = serve(saying("{}"))
    endpoint = ModelEndpoint(url=server.url, model="m")
    faults = [endpoint.spans("a.txt", content).fault for content in (b"a" * (MOST_SENT + 1), b"\x00\x01")]
    assert [True, True, 0] == ["not sent" in str(faults[0]), "binary" in str(faults[1]), len(server.asked)]


@pytest.mark.parametrize(
    "url", ["ftp://a/v1", "file:///etc/passwd", "http://", "http://u:p@a/v1", "http://a:99999/v1", "a"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Only http and https with a host, and no password in it."""
    with pytest.raises(InputError, match="no address"):
        ModelEndpoint(url=url, model="m")


def test_the_command_shows_proposals_beside_the_rules(serve: Callable[[Answer], Server], tmp_path: Path) -> None:
    """The JSON has what the model proposes under a name of its own; without an endpoint there is no such field."""
    article = tmp_path / "a.txt"
    article.write_bytes(TEXT.encode())
    server = serve(saying(json.dumps({"statements": [{"source": None, "content": [span("We will go")]}]})))
    options = ["statements", str(article), "--json"]
    alone = json.loads(CliRunner().invoke(holdfire, options).stdout)
    asked = json.loads(CliRunner().invoke(holdfire, [*options, "--endpoint", server.url, "--model", "m"]).stdout)
    assert alone == {name: value for name, value in asked.items() if name != "model_spans"}
    assert [span("We will go")] == asked["model_spans"]["proposals"][0]["content_spans"]
    shown = CliRunner().invoke(holdfire, ["statements", str(tmp_path), "-q", "--endpoint", server.url, "--model", "m"])
    assert "m: 1 proposed, 0 refused" in shown.stdout
    assert 2 == CliRunner().invoke(holdfire, [*options, "--endpoint", server.url]).exit_code

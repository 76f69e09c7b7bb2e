"""Model endpoint: one question to a chat-completions server that the user names, within bounds of time and size.

Turns a document into ``ModelSpans``. Rules: nobody is asked unless the user names a server; no redirect is followed and
no proxy is used, so that a document goes to that server alone; an answer has ``MOST_BYTES`` and ``seconds`` from first
to last byte; what goes wrong is the document's ``fault``, and after ``MOST_FAULTS`` in a row nobody is asked any more.
Leaves what an answer may say to ``statements.model_spans``.
"""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from holdfire.errors import HoldfireError, InputError
from holdfire.records.model_spans import ModelSpans
from holdfire.statements.document import text_of
from holdfire.statements.model_spans import MOST_SENT, messages_for, spans_in

__all__ = ["ModelEndpoint"]

MOST_BYTES = 1_048_576
MOST_FAULTS = 3
WAY = "/chat/completions"


class _NoAnswer(Exception):
    """Carry why there is no answer."""


@dataclass(slots=True)
class ModelEndpoint:
    """Ask one server.

    Parameters
    ----------
    url : str
        ``https://HOST/v1`` or ``http://HOST:PORT/v1``; ``/chat/completions`` is added where it is left out.
    model : str
        As the server calls it.
    key : str or None
        Sent as a bearer token.
    seconds : float
        From the connection to the answer's last byte.

    Raises
    ------
    InputError
        The URL is none of http or https with a host, or model or key hold what no header can.
    """

    url: str
    model: str
    key: str | None = None
    seconds: float = 120.0
    n_faults: int = field(init=False, default=0)
    _to: SplitResult = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check what was named, before any document is read."""
        mend = "Write http://HOST:PORT/v1 or https://HOST/v1."
        try:
            self._to = urlsplit(self.url)
            is_usable = self._to.scheme in ("http", "https") and bool(self._to.hostname) and self._to.port != 0
        except ValueError:
            is_usable = False
        if not is_usable or self._to.username is not None or self._to.query or not self.url.isascii():
            raise InputError("This is no address of an endpoint.", "--endpoint", mend)
        if self.key is not None and not (self.key.isascii() and self.key.isprintable()):
            raise InputError("The key holds characters that no header can.", "HOLDFIRE_MODEL_KEY", "Set it anew.")

    def spans(self, name: str, content: bytes) -> ModelSpans:
        """Return what the model proposes of a document; where it cannot be asked, why."""
        if self.n_faults >= MOST_FAULTS:
            return self._fault(f"The endpoint was not asked: it had failed {MOST_FAULTS} times in a row.")
        try:
            text = text_of(name, content)
        except HoldfireError as error:
            return self._fault(error.what)
        if len(text) > MOST_SENT:
            return self._fault(f"The document was not sent: it has more than {MOST_SENT:,} characters.")
        try:
            answer = _words(self._asked(text))
        except _NoAnswer as error:
            self.n_faults += 1
            return self._fault(str(error))
        found = spans_in(answer, text, self.model)
        self.n_faults = 0 if found.fault is None else self.n_faults + 1
        return found

    def _fault(self, what: str) -> ModelSpans:
        return ModelSpans(model=self.model, fault=what)

    def _asked(self, text: str) -> bytes:
        """Return the body of the answer."""
        shape = {"model": self.model, "messages": messages_for(text), "temperature": 0, "stream": False}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        to = self._to
        way = to.path.rstrip("/")
        sort = HTTPSConnection if to.scheme == "https" else HTTPConnection
        connection = sort(str(to.hostname), to.port, timeout=self.seconds)
        late = Event()
        # The connection lets go of its socket once the answer's head is read, so it is held here.
        held: list[socket.socket] = []
        timer = Timer(self.seconds, _cut, (held, late))
        timer.daemon = True
        timer.start()
        try:
            connection.connect()
            held.append(connection.sock)
            if late.is_set():
                raise TimeoutError
            connection.request("POST", way if way.endswith(WAY) else way + WAY, json.dumps(shape).encode(), headers)
            body = _body(connection.getresponse())
        except (OSError, HTTPException) as error:
            if late.is_set() or isinstance(error, TimeoutError):
                raise _NoAnswer(self._late()) from error
            raise _NoAnswer(f"The endpoint cannot be reached or broke off: {type(error).__name__}.") from error
        finally:
            timer.cancel()
            connection.close()
        if late.is_set():
            raise _NoAnswer(self._late())
        return body

    def _late(self) -> str:
        return f"The endpoint gave no whole answer within {self.seconds:g} s."


def _cut(held: list[socket.socket], late: Event) -> None:
    """End a connection that takes too long, whatever it is reading."""
    late.set()
    for one in held:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _body(response: HTTPResponse) -> bytes:
    if 300 <= response.status < 400:
        raise _NoAnswer(f"The endpoint answered with a redirect ({response.status}); none is followed.")
    if response.status != 200:
        raise _NoAnswer(f"The endpoint answered {response.status}.")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _NoAnswer(f"The endpoint's answer has more than {MOST_BYTES:,} bytes.")
    return body


def _words(body: bytes) -> str:
    try:
        words = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise _NoAnswer("The endpoint's answer is no chat completion.") from error
    if not isinstance(words, str):
        raise _NoAnswer("The endpoint's answer is no chat completion.")
    return words

"""The two ways out of the service: an SMTP server, and an HTTP address. Each try ends within a bounded time."""

import hashlib
import hmac
import http.client
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal
from urllib.parse import urlsplit

HOOK_S = 5.0
MAIL_S = 20.0
FAULTS = (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError)
"""What a try may end with: no connection, a refusal, nonsense in reply, an address that is none."""


class HookRefused(OSError):
    """The other system answered, but not with success."""


@dataclass(frozen=True)
class MailServer:
    """Where mail goes, and as whom."""

    host: str
    port: int
    security: Literal["starttls", "ssl", "none"]
    user: str | None
    password: str | None
    sender: str

    @property
    def domain(self) -> str:
        """Of the sender: what Message-IDs end with."""
        return parseaddr(self.sender)[1].rpartition("@")[2]

    def send(self, message: EmailMessage) -> None:
        """Hand one message over; raises one of `FAULTS`."""
        with closing(self._connected()) as server:
            with _until(lambda: server.sock, MAIL_S):
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password or "")
                server.send_message(message)
            # it is accepted: a quarrel at the parting would only lead to sending it twice
            with suppress(*FAULTS), _until(lambda: server.sock, HOOK_S):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        if self.security == "ssl":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, local_hostname=self.domain, timeout=HOOK_S, context=context)
        return smtplib.SMTP(self.host, self.port, local_hostname=self.domain, timeout=HOOK_S)


def post(url: str, body: bytes, *, secret: str, token: str, timestamp: int) -> None:
    """POST JSON to another system; raises one of `FAULTS`, `HookRefused` where the answer is not 2xx. No redirect is followed.

    The other side proves the message by `X-Gis-Signature`: HMAC-SHA256 with the secret over the timestamp, a dot and the body.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=HOOK_S)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "gis-service",
        "X-Gis-Delivery": token,
        "X-Gis-Timestamp": str(timestamp),
        "X-Gis-Signature": f"sha256={signature(secret, timestamp, body)}",
    }
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.connect()
        with _until(lambda: connection.sock, HOOK_S):
            connection.request("POST", target, body, headers)
            status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise HookRefused(f"HTTP {status}")


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """
    >>> signature("secret", 1764320400, b"{}")[:8]
    'c61d1c0b'
    """
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


@contextmanager
def _until(sock_of: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """End a conversation that goes on for too long. A socket's own time-out starts anew with every byte that drips in."""
    over = threading.Event()

    def end() -> None:
        over.set()
        sock = sock_of()
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError(f"took longer than {seconds:g} s")

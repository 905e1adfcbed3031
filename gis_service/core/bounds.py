"""How much a process takes on at once: bytes of a body, and requests at work. Beyond that it says so, instead of letting everybody wait.

A request has its turn until its answer begins, but not while its body is on the way. So whoever sends or receives slowly keeps nobody
else waiting: meanwhile a request holds a socket, but no thread and no connection to the database.
"""

import asyncio

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gis_service.core import http
from gis_service.core.errors import Refusal

MEGABYTE = 1 << 20
BODY_MB = 8
"""Most that a body may weigh where its route says nothing else: far more than any form of ours, the longest boundary included."""
IN_MEMORY_MB = 32
"""Most that a body may weigh that is no form with files, whatever its route allows for files: it is taken into memory whole. The largest
that anybody sends is a batch of the field, 24 MB."""
HOPELESS = 4
"""How many times the limit may be announced until the rest is not even read and dropped: taking 50 MB off the wire keeps a process busy for
20 ms. Nobody sends so much by mistake; who does may see the connection close instead of the sentence."""
SILENCE_S = 30
"""A body of which nothing comes for so long is given up; a phone on the worst link sends something every few seconds."""
RETRY_AFTER_S = "2"


class BodyTooLarge(Refusal):
    """More was sent, or announced, than the route takes."""

    code, status = "request.too_large", 413
    zh = "提交的内容超过 {limit_mb} MB,没有写入任何数据。请分几次提交。"
    en = "What was sent is larger than {limit_mb} MB; nothing was written. Send it in parts."


class BodySilent(Refusal):
    """The rest of a body did not come."""

    code, status = "request.silent", 408
    zh = "{seconds} 秒内没有收到其余内容,已停止接收,没有写入任何数据。请检查网络后重试。"
    en = "Nothing more came for {seconds} s and the request was given up; nothing was written. Check the network and try again."


class Overloaded(Refusal):
    """As many requests are at work as this process takes."""

    code, status = "overloaded", 503
    zh = "此刻请求太多,请稍后重试。没有写入任何数据。"
    en = "There are too many requests just now; try again shortly. Nothing was written."


class Bounds:
    """Middleware inside the edge: at most `most_at_once` requests have their turn; the others are told to come again.

    Health and metrics always have it: somebody who asks whether we are overloaded must be answered.
    """

    def __init__(self, app: ASGIApp, *, most_at_once: int):
        self.app, self.most_at_once = app, most_at_once
        self.at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in http.QUIET:
            await self.app(scope, receive, send)
            return
        turn = _Turn(self, scope, receive, send)
        try:
            turn.begin()
            await self.app(scope, turn.receive, turn.send)
        except http.Told as told:
            await http.problem(Request(scope), told.refusal)(scope, receive, send)
        finally:
            turn.end()


class _Turn:
    """One request: what it has sent so far, and whether it has its turn."""

    def __init__(self, bounds: Bounds, scope: Scope, receive: Receive, send: Send):
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        self._bounds, self._scope, self._receive, self._send = bounds, scope, receive, send
        self._announced = int(length) if length.isdigit() else 0
        self._is_form = headers.get("content-type", "").startswith("multipart/")
        self.has_body = self._announced > 0 or "transfer-encoding" in headers
        self._bytes, self._whole, self._has_turn = 0, False, False

    def begin(self) -> None:
        """Raises `Told` (Overloaded) where all turns are taken."""
        if self._bounds.at_once >= self._bounds.most_at_once:
            raise http.Told(Overloaded(headers={"Retry-After": RETRY_AFTER_S}))
        self._bounds.at_once += 1
        self._has_turn = True

    def end(self) -> None:
        if self._has_turn:
            self._bounds.at_once -= 1
            self._has_turn = False

    async def receive(self) -> Message:
        if self._whole or not self.has_body:  # what comes now is the news that somebody has hung up
            return await self._receive()
        self._require_size(self._announced)
        self.end()
        message = await self._some()
        self._bytes += len(message.get("body", b""))
        self._require_size(self._bytes)
        if message["type"] == "http.request" and not message.get("more_body"):
            self._whole = True
            self.begin()
        return message

    async def _some(self) -> Message:
        try:
            async with asyncio.timeout(SILENCE_S):
                return await self._receive()
        except TimeoutError:
            raise http.Told(BodySilent(seconds=SILENCE_S, headers={"Connection": "close"})) from None

    def _require_size(self, size_bytes: int) -> None:
        """A route that measures what it takes (`state["measured"]`) has judged its files itself."""
        measured = self._scope.get("state", {}).get("measured", False)
        if measured and self._is_form:
            return
        limit_mb = IN_MEMORY_MB if measured else BODY_MB
        if size_bytes > limit_mb * MEGABYTE:
            hopeless = size_bytes > HOPELESS * limit_mb * MEGABYTE
            # else the rest is read and dropped, so that the sender gets to hear it
            raise http.Told(BodyTooLarge(limit_mb=limit_mb, headers={"Connection": "close"} if hopeless else {}))

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.end()
        await self._send(message)

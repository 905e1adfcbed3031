"""A wire between the browser and the server that can be made bad: dead, slow, swallowing answers, or a hotel's sign-in page."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator

PORTAL = b"<html><title>\xe6\xac\xa2\xe8\xbf\x8e\xe4\xbd\xbf\xe7\x94\xa8\xe6\x97\xa0\xe7\xba\xbf\xe7\xbd\x91\xe7\xbb\x9c</title></html>"


class Wire:
    """Forwards a port of this machine to another. `port` stays the same while the server behind it dies and comes back."""

    def __init__(self) -> None:
        self.port = 0
        self.to = 0
        self._dead = False
        self.delay_s = 0.0
        self.swallow = 0.0
        self.cut = 0.0
        self.portal = False
        self.held = False
        """Requests are taken and wait."""
        self.refuse: tuple[bytes, ...] = ()
        """Requests whose first line has one of these are cut off; the others pass."""
        self.swallowed = self.cuts = 0
        self.chance = random.Random(1)
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def close(self) -> None:
        self.hang_up()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def dead(self) -> bool:
        return self._dead

    @dead.setter
    def dead(self, value: bool) -> None:
        """Dead: no connection is taken, and those there are break."""
        self._dead = value
        if value:
            self.hang_up()

    def hang_up(self) -> None:
        """Break every connection there is."""
        self._loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in list(self._open)])

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        far = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not self.dead and self.portal:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                    % len(PORTAL)
                )
                writer.write(PORTAL)
                await writer.drain()
            elif not self.dead:
                far_reader, far = await asyncio.open_connection("127.0.0.1", self.to)
                talk = _Talk(self)
                both = [
                    asyncio.create_task(talk.there(reader, far)),
                    asyncio.create_task(talk.back(far_reader, writer)),
                ]
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for each in both:
                    each.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        self._open.discard(writer)
        for each in (writer, far):
            if each is not None:
                each.transport.abort()


class _Talk:
    """One connection; it knows whether what is being answered changes something."""

    def __init__(self, wire: Wire):
        self.wire, self.changing = wire, False

    async def there(self, reader: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if data.startswith((b"POST /api", b"PUT /api", b"GET ")):
                self.changing = not data.startswith(b"GET ") and b" /api/v1/field/" in data[:60]
            if any(word in data[:200].split(b"\r\n", 1)[0] for word in self.wire.refuse):
                return
            if self.changing and self.wire.chance.random() < self.wire.cut:
                self.wire.cuts += 1
                far.write(data[: len(data) // 2])
                with contextlib.suppress(OSError):
                    await far.drain()
                return
            await asyncio.sleep(self.wire.delay_s * self.wire.chance.random())
            while self.wire.held:
                await asyncio.sleep(0.01)
            far.write(data)
            await far.drain()

    async def back(self, far: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await far.read(65_536):
            if any(word in data[:200].split(b"\r\n", 1)[0] for word in self.wire.refuse):
                return
            if self.changing and self.wire.chance.random() < self.wire.swallow:
                self.wire.swallowed += 1
                return
            writer.write(data)
            await writer.drain()


@contextlib.contextmanager
def wire() -> Iterator[Wire]:
    made = Wire()
    try:
        yield made
    finally:
        made.close()

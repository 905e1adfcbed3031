"""The application on a port of this machine, with the worker beside it, and other servers that it asks."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from fastapi import FastAPI

from gis_service import worker
from gis_service.jobs import queue
from gis_service.services import Services


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """Serve on a free port of the loopback address; gives the port."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class Quiet:
    def log_message(self, *_words: object) -> None:
        """Tests are quiet."""


@contextlib.contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Another server on a free port of the loopback address; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def working(services: Services) -> Iterator[None]:
    """Do what is in the queue until the end of the block."""
    stopping = threading.Event()
    # a thread of its own: a browser test has an event loop running in the main one
    thread = threading.Thread(target=lambda: asyncio.run(_work(services, stopping)), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def work_off(services: Services) -> None:
    """Do what is in the queue now."""
    with working(services):
        pass


async def _work(services: Services, stopping: threading.Event) -> None:
    app = worker.build(services)
    async with app.open_async():
        while True:
            await app.run_worker_async(
                queues=[queue.QUEUE], wait=False, listen_notify=False, install_signal_handlers=False
            )
            if stopping.is_set():
                return
            await asyncio.sleep(0.2)

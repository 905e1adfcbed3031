"""What hostile files may try to reach, watched during the whole run; and a place for their cells, looked at after each."""

import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus.case import Bait


class Listener:
    """A port of this machine on which somebody counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture(scope="package")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()
    assert made.visits == 0, "a file made the server call somebody"


@pytest.fixture(scope="session")
def secret() -> str:
    return f"secret-{secrets.token_hex(8)}"


@pytest.fixture(scope="package")
def bait(tmp_path_factory: pytest.TempPathFactory, listener: Listener, secret: str) -> Bait:
    path = tmp_path_factory.mktemp("server") / "secret.csv"
    path.write_text(f'地块编号,WKT\n{secret},"POLYGON((113 22,114 22,114 23,113 22))"\n', encoding="utf-8")
    return Bait(path, listener.port)


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where cells are made; swept when the test is over, whatever happened in them."""
    folder = tmp_path / "cells"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []

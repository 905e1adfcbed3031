"""One warm child that prints, stopped when it takes too long and replaced when it has printed much."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import gis_service
from gis_service.sheets.errors import CannotPrint, PressBusy, TooSlow

SECONDS, PATIENCE = 60.0, 20.0
"""For one task, and for its turn."""
TASKS = 20
"""A child's memory grows by some 45 MB a sheet; after so many it makes room for a new one."""


class Press:
    """Prints one task at a time: a second would only make both late on a small machine."""

    def __init__(
        self, seconds: float = SECONDS, program: str = "gis_service.sheets.printing.child", tasks: int = TASKS
    ):
        self.seconds, self.program, self.tasks = seconds, program, tasks
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._done = 0

    def print(self, task: dict[str, Any]) -> list[bytes]:
        """The files of a task. Raises `TooSlow`, `PressBusy` and `CannotPrint`."""
        if not self._turn.acquire(timeout=PATIENCE):
            raise PressBusy(headers={"Retry-After": "10"})
        try:
            return self._printed(task)
        finally:
            self._turn.release()

    def _printed(self, task: dict[str, Any]) -> list[bytes]:
        child, late = self._ready(), threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            made = _asked(child, task)
        except (OSError, ValueError, EOFError):
            self._end()
            if late.is_set():
                raise TooSlow(seconds=round(self.seconds)) from None
            raise CannotPrint(reason="排版进程意外结束(内存不足?)· the process ended unexpectedly") from None
        finally:
            timer.cancel()
        self._done += 1
        return made

    def close(self) -> None:
        with self._turn:
            self._end()

    def abandon(self) -> None:
        """Stop what is being printed, from another thread: its `print` then raises."""
        if self._child is not None:
            self._child.kill()

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and (self._done >= self.tasks or self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._child, self._done = _started(self.program), 0
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()
            self._child = None


def _started(program: str) -> "subprocess.Popen[bytes]":
    """Nothing of our environment is handed on: no settings, no passwords."""
    root = str(Path(gis_service.__file__).parents[1])
    # its input ends with this process, and so does it
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-m", program],
        cwd=tempfile.gettempdir(),
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": root, "PYTHONUTF8": "1", "HOME": os.environ.get("HOME", "/")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _asked(child: "subprocess.Popen[bytes]", task: dict[str, Any]) -> list[bytes]:
    assert child.stdin is not None  # noqa: S101  (both are pipes)
    assert child.stdout is not None  # noqa: S101
    child.stdin.write(json.dumps(task, ensure_ascii=False).encode() + b"\n")
    child.stdin.flush()
    line = child.stdout.readline()
    if not line:
        raise EOFError
    head = json.loads(line)
    if "fault" in head:
        raise CannotPrint(reason=head["fault"])
    made = [child.stdout.read(size) for size in head["sizes"]]
    if [len(each) for each in made] != head["sizes"]:
        raise EOFError
    return made


PRESS = Press()
"""Of this process. The child starts with the first sheet."""

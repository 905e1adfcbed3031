"""Landlock (Linux 5.13 and later): a process gives up the file system, except for what it names, and (6.7) all TCP.

It needs no privilege and no namespace. Where the kernel does not have it, `confine` says so and nothing is lost but this
one wall. The calls and their numbers are the same on all architectures we run on (x86-64, arm64).
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
#: The version that can also forbid to bind and to connect TCP sockets.
VERSION_WITH_TCP, BIND_AND_CONNECT = 4, 3
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READING = EXECUTE | READ_FILE | READ_DIR
#: All rights of the first version: the four above, removing and making anything.
EVERYTHING = (1 << 13) - 1
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE


def version() -> int:
    """What this kernel's Landlock can do; 0 where there is none."""
    return max(0, int(ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)))


def confine(readable: Iterable[Path], writable: Path) -> bool:
    """Leave this process only what it may read and one folder of its own; false where the kernel cannot do it."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack("QQ", EVERYTHING, BIND_AND_CONNECT)
    size = len(handled) if version() >= VERSION_WITH_TCP else len(handled) // 2
    ruleset = libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(libc, ruleset, path, READING)
        _allow(libc, ruleset, writable, EVERYTHING)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Open one path, and what lies beneath it, to these rights; a path that does not exist needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & OF_A_FILE, place)
        libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(place)

"""Where the backup folder lies, seen from the data: a copy on the same disk is lost with it (GB/T 22239 备份恢复 b)."""

import os
from enum import StrEnum
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "9p"})
"""Kinds of file systems whose disk is in another machine."""


class Place(StrEnum):
    SAME = "same"
    """On the file system of the data: a failed disk takes both."""
    OTHER = "other"
    """On another one of this machine, which a fire takes with it. Two partitions of one disk look like this too."""
    ELSEWHERE = "elsewhere"
    """On another machine's disk."""


def place_of(backups: Path, data: Path, mounts: Path = MOUNTS) -> Place:
    """Where backups go, against where the database and the files lie. A folder that is yet to be made lies where it will be made."""
    device = _device(backups)
    if device == _device(data):
        return Place.SAME
    return Place.ELSEWHERE if _kind(device, mounts) in NETWORK else Place.OTHER


def _device(folder: Path) -> int:
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    return there.stat().st_dev


def _kind(device: int, mounts: Path) -> str:
    """The kind of a device's file system, as Linux lists it (`proc_pid_mountinfo(5)`); empty where that is not known."""
    number = f"{os.major(device)}:{os.minor(device)}"
    if not mounts.exists():
        return ""
    for line in mounts.read_text(errors="replace").splitlines():
        fields, _, rest = line.partition(" - ")
        if fields.split()[2] == number:
            return rest.split()[0]
    return ""

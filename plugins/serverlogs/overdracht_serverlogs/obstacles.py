"""What keeps a file from being written anew, though it can be read."""

import os
from pathlib import Path


def may(path: Path, how: int) -> bool:
    """Say whether this process, as it runs now, may do with *path* what the bits *how* say."""
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def in_the_way(path: Path) -> str:
    """Return what stands in the way of writing the file at *path* anew; empty when nothing does."""
    try:
        status, room = path.lstat(), os.statvfs(path.parent)
        if path.is_symlink():
            return "the log is a symbolic link: name the file itself"
        if not may(path, os.R_OK):
            return "the log cannot be read: no permission"
        if not may(path, os.W_OK) or not may(path.parent, os.W_OK | os.X_OK):
            return "the log or its directory cannot be written: no permission, or a read-only file system"
    except OSError as error:
        return f"the log cannot be looked at: {os.strerror(error.errno or 0).lower()}"
    return _of_its_kind(status, room)


def _of_its_kind(status: os.stat_result, room: os.statvfs_result) -> str:
    if status.st_nlink > 1:
        return "the log has a second name (a hard link), which would keep the lines"
    if os.geteuid() not in {0, status.st_uid}:
        return "the log is another user's and would become ours: run this as its owner"
    if room.f_bavail * room.f_frsize < status.st_size:
        return "there is no room on the disk for a second copy of the log while it is written anew"
    return ""

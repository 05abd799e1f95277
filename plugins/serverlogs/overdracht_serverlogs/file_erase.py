"""What is done with one file of a log: cut lines out of it, closed or live, and clear up what a crash left."""

import os
import time
from datetime import date
from pathlib import Path
from shutil import which

from overdracht import new_path
from overdracht_serverlogs import live
from overdracht_serverlogs.cuts import Cuts
from overdracht_serverlogs.exchanging import Meanwhile, sync
from overdracht_serverlogs.logs import Log, LogFile, base_of
from overdracht_serverlogs.looks import look
from overdracht_serverlogs.obstacles import in_the_way
from overdracht_serverlogs.packed import Unreadable, opened
from overdracht_serverlogs.rewriting import held, rewrite

_WRITTEN = "the log is still being written: set `reopen` for it, or go on with `overdracht resume` once it was rotated"
_LEFT = 600.0
"""Seconds after which a compressed file that nobody goes on writing, with the other still beside it, was left so."""
_PACKED = frozenset({"gz", "zst", "zstd", "xz", "bz2", "lzma"})


def first_written(log: Log) -> date | None:
    """Return the first day of the file of *log* that somebody is writing; None when nobody is.

    That is one with the log's own name; where there is none, Apache's rotatelogs may have begun one with a day in its name.
    """
    named = any(file.live for file in log.files)
    for file in log.files:
        if (file.live or not named) and file.size and not file.problem:
            try:
                with held(Path(file.path)) as (descriptor, _):
                    if (live.is_written if file.live else live.is_seen_written)(descriptor):
                        return _first_day(log, file) or date.min
            except (OSError, Unreadable):
                return None
    return None


def _first_day(log: Log, file: LogFile) -> date | None:
    looked = look(log, file)
    return None if looked.stamp is None else looked.dating.day(looked.stamp, 0)


def obstacle(log: Log, file: LogFile) -> str:
    """Return what stands in the way of writing *file* anew; empty when nothing does."""
    reason = in_the_way(Path(file.path))
    if reason or not file.live:
        return reason
    with held(Path(file.path)) as (descriptor, _):
        if not live.is_written(descriptor):
            return ""
    if not log.family.reopen:
        return _WRITTEN
    program = log.family.reopen[0]
    return "" if which(program) else f"there is no program {program} here, which `reopen` names"


def tidy(log: Log) -> None:
    """End what somebody began who died while files of *log* were written anew."""
    path = Path(log.part)
    how = live.command(log.family.reopen) if log.family.reopen else None
    live.recover(path, how, log.family.lets_go_within)
    ending = new_path(Path("x")).name.partition("x")[2]
    for name in os.listdir(path.parent):  # noqa: PTH208 - names are all that is wanted
        was = name.removeprefix(".").removesuffix(ending)
        if name == f".{was}{ending}" and base_of(str(path.with_name(was)))[0] == log.part:
            path.with_name(name).unlink(missing_ok=True)


def is_being_packed(log: Log) -> bool:
    """Say whether one of the files of *log* is being compressed: the same lines stand in two files then.

    A compressed file beside which the other was left, by somebody who was interrupted, is a file as any other.
    """
    there = {one.path for one in log.files}
    pairs = [one for one in log.files if _unpacked(one.path) != one.path]
    return any(_unpacked(one.path) in there and _is_fresh(one.path) for one in pairs)


def _is_fresh(path: str) -> bool:
    try:
        return Path(path).stat().st_ctime > time.time() - _LEFT
    except FileNotFoundError:
        return True


def _unpacked(path: str) -> str:
    """Return the name that a compressed file had before."""
    name, dot, ending = path.rpartition(".")
    return name if dot and ending.lower() in _PACKED else path


def cut(log: Log, file: LogFile, cuts: Cuts) -> None:
    """Write *file* of *log* anew with the *cuts*; raise Meanwhile when it is another by now, and OSError when it cannot be."""
    path = Path(file.path)
    if reason := in_the_way(path):
        raise OSError(reason)
    with held(path) as (descriptor, method):
        status = os.fstat(descriptor)
        is_live = file.live and method == "plain"
        same = (status.st_dev, status.st_ino) == (file.device, file.inode)
        if not same or (not is_live and status.st_mtime_ns != file.modified):
            raise Meanwhile
        if is_live and not _begins_with(descriptor, look(log, file).sample):
            raise Meanwhile  # it was copied, cut off and filled again
        if not is_live:
            if live.is_seen_written(descriptor):
                raise Meanwhile  # who wrote it before it was rotated still does
            rewrite(path, descriptor, cuts, method)
        elif not live.is_written(descriptor):
            live.rewrite_live(path, descriptor, cuts, None)
        elif log.family.reopen:
            how, patience = live.command(log.family.reopen), log.family.lets_go_within
            live.rewrite_live(path, descriptor, cuts, how, patience=patience)
        else:
            raise OSError(_WRITTEN)


def _begins_with(descriptor: int, seen: bytes) -> bool:
    return os.pread(descriptor, len(seen), 0) == seen


def remove_if_empty(file: LogFile) -> None:
    """Remove the closed *file* when nothing is left in it."""
    with opened(file.path) as reader:
        empty = not reader.readinto(memoryview(bytearray(1)))
    if empty:
        Path(file.path).unlink()
        sync(Path(file.path).parent)

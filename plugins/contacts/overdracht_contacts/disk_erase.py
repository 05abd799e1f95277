"""Rewrite one file: what goes is taken out, what is edited takes its place, and after a crash it is the old file or the new one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from overdracht import Outcome, Replacement, Result
from overdracht_contacts import files
from overdracht_contacts.containers import Container, Held, is_empty, put_together
from overdracht_contacts.contents import Contents
from overdracht_contacts.shelves import CHANGED, Rewrite, digest

_RESTLESS = "the file changed while it was written: try again"


def carry_out(path: str, container: Container, changes: Mapping[str, Rewrite]) -> Iterator[Outcome]:
    """Make the *changes* to the file at *path*, by what each is called in it, and tell once that is durable."""
    told: list[Outcome] = []
    try:
        with files.opened(path) as descriptor:
            file = files.content(descriptor)
            contents = Contents(file, container)
            doing: list[tuple[Held, bytes | None]] = []
            for name, change in changes.items():
                held = contents.get(name)
                if held is None:
                    told.append(_missing(change, contents.doubt(name)))
                elif held.content(file) != change.entry.content:
                    told.append(Outcome(change.entry.key, Result.CHANGED, CHANGED))
                else:
                    doing.append((held, change.content))
                    told.append(_outcome(change))
            if doing:
                _replace(path, descriptor, put_together(file, doing, container))
    except FileNotFoundError:
        told = list(vanished(changes.values()))
    except (OSError, ValueError) as error:
        reason = files.why(error) if isinstance(error, OSError) else str(error)
        told = [
            Outcome(one.entry.key, Result.FAILED, f"the file stays as it is: {reason}")
            for one in changes.values()
        ]
    yield from told


def _replace(path: str, descriptor: int, content: bytes) -> None:
    """Put *content* in the place of the open file, or remove the file when nothing is in it."""
    target = Path(path)
    if is_empty(content):
        target.unlink()
        files.sync_folder(str(target.parent))
        return
    with Replacement(target, descriptor) as new:
        new.write(content)
        new.dress()
        if not new.untouched:
            raise OSError(_RESTLESS)
        new.commit()


def _outcome(change: Rewrite) -> Outcome:
    left = "" if change.content is None else digest(change.content)
    return Outcome(change.entry.key, change.done, fingerprint=left)


def _missing(change: Rewrite, doubt: str) -> Outcome:
    result = Result.CHANGED if doubt else Result.ALREADY_GONE
    return Outcome(change.entry.key, result, doubt)


def vanished(changes: Iterable[Rewrite]) -> Iterator[Outcome]:
    """Yield that what the *changes* are about is not there any more."""
    for one in changes:
        yield Outcome(one.entry.key, Result.ALREADY_GONE)

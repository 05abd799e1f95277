"""Rewrite one file: what goes is taken out, what is edited takes its place, and after a crash it is the old file or the new one."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from overdracht import Outcome, Replacement, Result
from overdracht_contacts import files
from overdracht_contacts.containers import Container, Held, is_empty, put_together
from overdracht_contacts.shelves import Rewrite, digest

_CHANGED = "it is no longer the one that was found"
_RESTLESS = "the file changed while it was written: try again"


def carry_out(path: str, container: Container, changes: Mapping[str, Rewrite]) -> Iterator[Outcome]:
    """Make the *changes* to the file at *path*, by what each is called in it, and tell once that is durable."""
    told: list[Outcome] = []
    try:
        with files.opened(path) as descriptor:
            file = files.content(descriptor)
            doing: list[tuple[Held, bytes | None]] = []
            seen: set[str] = set()
            for held in container.held(file):
                change = changes.get(held.name)
                if change is None:
                    continue
                seen.add(held.name)
                if held.content(file) != change.entry.content:
                    told.append(Outcome(change.entry.key, Result.CHANGED, _CHANGED))
                    continue
                doing.append((held, change.content))
                told.append(_outcome(change))
            told += vanished(one for name, one in changes.items() if name not in seen)
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


def vanished(changes: Iterable[Rewrite]) -> Iterator[Outcome]:
    """Yield that what the *changes* are about is not there any more."""
    for one in changes:
        yield Outcome(one.entry.key, Result.ALREADY_GONE)

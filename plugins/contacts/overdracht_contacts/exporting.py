"""Export what was found: as it stands, as far as it is the person's, and in the forms that other programs take."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from overdracht import File, Gap, Item, Line, Piece, SafeNames
from overdracht_contacts.matters import Matter, is_parted
from overdracht_contacts.shelves import CHANGED, Entry, Shelf

INDEX = "index.jsonl"
BATCH = 50
_GONE = "it is not there any more"


def pieces(shelf: Shelf, matter: Matter, items: Iterable[Item]) -> Iterator[Piece]:
    """Yield the files of the *items*, which come grouped by part."""
    folders = SafeNames()
    known: dict[str, str] | None = None
    for part, group in groupby(items, key=lambda one: one.part):
        if known is None:
            known = _parts(shelf)
        number = 0
        while batch := list(islice(group, BATCH)):
            if part not in known or known[part]:
                reason = known.get(part) or "the part is not there any more"
                yield from (Gap(part, reason, one.key) for one in batch)
                continue
            for piece in _batch(shelf, part, batch):
                if isinstance(piece, Gap):
                    yield piece
                    continue
                item, entry = piece
                number += 1
                yield from _files(matter, item, entry, f"{folders(part)}/{number:06}")


def _parts(shelf: Shelf) -> dict[str, str]:
    """Return each part with why it cannot be read, if so."""
    return {
        (one.part if isinstance(one, Gap) else one): (one.reason if isinstance(one, Gap) else "")
        for one in shelf.parts()
    }


def _batch(shelf: Shelf, part: str, batch: list[Item]) -> Iterator[tuple[Item, Entry] | Gap]:
    wanted = {one.key: one for one in batch}
    for entry in shelf.fetch(part, tuple(wanted)):
        if isinstance(entry, Gap):
            if entry.key:
                wanted.pop(entry.key, None)
                yield entry
                continue
            yield from (Gap(part, entry.reason, key) for key in wanted)
            return
        item = wanted.pop(entry.key, None)
        if item is None:
            continue
        if entry.fingerprint != item.fingerprint:
            yield Gap(part, CHANGED, item.key)
        else:
            yield item, entry
    yield from (Gap(part, _GONE, key) for key in wanted)


def _files(matter: Matter, item: Item, entry: Entry, stem: str) -> Iterator[Piece]:
    document = matter.read(entry.content, entry.name)
    content = matter.portion(document, item) if item.matches else entry.content
    parted = is_parted(item) and content != entry.content
    for ending, form, media_type in matter.forms(content):
        yield File(f"{stem}{ending}", form, media_type, (item.key,))
    record: dict[str, object] = {
        "path": f"{stem}{next(iter(matter.forms(content)))[0]}",
        "kind": matter.name,
        "part": item.part,
        "when": item.when.isoformat() if item.when else None,
        "of_others_left_out": parted,
    }
    yield Line(INDEX, record, (item.key,))

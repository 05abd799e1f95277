"""What erasing makes of the values of a record: blanked, replaced by a pseudonym, or with somebody's identifiers masked."""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from overdracht import Identifier, Item, Step
from overdracht_accounting.labels import Everything, Finder
from overdracht_accounting.mapping import Act, Column
from overdracht_accounting.matching import sought
from overdracht_accounting.proposals import BLANK, CORRECT, DELETE, MASK, named
from overdracht_accounting.rows import Loaded, Row
from overdracht_accounting.values import as_text, is_opaque

GONE = "[gewist]"
_WORD = re.compile(r"\S+")
_RUN = re.compile(r"[^\W_]+")


class Unmaskable(Exception):
    """What cannot be written back as it is but for what is masked; it says why."""


ENCODED = "its text is not in the encoding of the database, and would not come back as it was"
NO_TEXT = "it is mentioned in a column of bytes, JSON or a list, which nobody can mask as a text: change or empty it by hand"


def pseudonym(key: bytes, value: str) -> str:
    """Return the word that stands for *value*: the same for the same value and *key*."""
    return f"gewist-{hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Change:
    """A row, and the columns of it that get another value."""

    row: Row
    values: dict[str, object]


@dataclass
class Changer:
    """Makes changes; *key* is that of the pseudonyms."""

    key: bytes

    def changes(self, loaded: Loaded, step: Step) -> list[Change]:
        """Return what *step* changes in the record as it is now; what is so already is no change."""
        word, *groups = step.action.split(" ")
        if word == CORRECT:
            new = {
                one.where: one.new for one in step.edits if loaded.row.text(one.where) == one.old
            }
            return [Change(loaded.row, dict(new))] if new else []
        if word not in {BLANK, MASK}:
            return []
        found: list[Change] = []
        for row in loaded.rows():
            values = dict(
                self._values(loaded, row, set(groups), step.item if word == MASK else None)
            )
            if values:
                found.append(Change(row, values))
        return found

    def is_done(self, loaded: Loaded, step: Step) -> bool:
        """Say whether the record is what *step* makes of it."""
        if step.action == DELETE:
            return False
        if step.action == CORRECT:
            return all(loaded.row.text(one.where) == one.new for one in step.edits)
        return not self.changes(loaded, step)

    def _values(
        self, loaded: Loaded, row: Row, groups: Collection[str], masked: Item | None
    ) -> Iterator[tuple[str, object]]:
        prefix = "" if row is loaded.row else f"{row.table.name}."
        for column in row.table.columns:
            old = row.values.get(column.name)
            if named(column.categories) not in groups or column.is_blank(old):
                continue
            if masked is None:
                new = self._blanked(column, old)
            else:
                where = f"{prefix}{column.name}"
                named_here = (m.identifier for m in masked.matches if m.where == where)
                new = _masked_in(old, list(sought(column, as_text(old), named_here)))
            if new != old:
                yield column.name, new

    def _blanked(self, column: Column, old: object) -> object:
        if column.act is Act.NULL:
            return None
        if column.act is Act.TEXT:
            return column.left_of(as_text(old))
        return pseudonym(self.key, as_text(old))


def _masked_in(old: object, identifiers: Iterable[Identifier]) -> object:
    """Return the value *old* of a column with *identifiers* masked; itself when none is in it."""
    text = as_text(old)
    if not is_opaque(old):
        new = mask(text, identifiers)
        return old if new == text else new
    if any(Everything(identifiers).found(text)):
        raise Unmaskable(NO_TEXT)
    return old


def mask(text: str, identifiers: Iterable[Identifier]) -> str:
    """Return *text* with each occurrence of one of *identifiers* masked, and all else as it was."""
    for identifier in identifiers:
        text = _masked(text, Everything((identifier,)))
    return text


def _masked(text: str, mentions: Finder) -> str:
    done, rest = "", text
    while (span := _first(rest, mentions)) is not None:
        if "\ufffd" in text:
            raise Unmaskable(ENCODED)
        done, rest = f"{done}{rest[: span[0]]}{GONE}", rest[span[1] :]
    return done + rest


def _first(text: str, mentions: Finder) -> tuple[int, int] | None:
    """Return the narrowest stretch of *text* that still mentions what is looked for, the one that ends first."""

    def there(start: int, end: int) -> bool:
        return any(mentions.found(text[start:end]))

    if not there(0, len(text)):
        return None
    words = [one.span() for one in _WORD.finditer(text)]
    last = words[-1][1]
    end = next(end for _, end in words if end == last or there(0, end))
    starts = [start for start, _ in words if start < end]
    start = next(start for start in reversed(starts) if start == starts[0] or there(start, end))
    # Now the same by letters and digits: a word may hold more than what is looked for.
    runs = [(start + one.start(), start + one.end()) for one in _RUN.finditer(text[start:end])]
    start = next((one for one, _ in reversed(runs) if there(one, end)), start)
    end = next((one for _, one in runs if one > start and there(start, one)), end)
    return start, end

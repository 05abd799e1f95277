"""Tell how far a note is the person's because its title, or the fields at its top, name the person.

A section runs from the top to the next heading of the title's level. It is surely the person's when nobody else is named in it; when it
may be somebody else's too, it is in doubt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from overdracht import fold
from overdracht_contacts.documents import spelled
from overdracht_contacts.notes_head import field_of, is_field
from overdracht_contacts.passages import Reader
from overdracht_contacts.sought import Sought

_OF_ONE = re.compile(
    r"naam|name|klant|customer|e-?mail\w*|mail|tel|telefoon\w*|phone\w*|mobiel|mobile|iban|rekening\w*|adres|address|kvk\w*|klantnummer",
    re.IGNORECASE,
)
"""The fields that describe the one whom a note is about; others tell who called or came."""
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$|^([^\n#]+)\n(=|-){3,}[ \t]*$", re.MULTILINE)
_ENTRY = re.compile(r"\s*(?:[-*+•|]|\d)")
_OPENING = re.compile(
    r"(?:klant|contact|dossier|notities?|aantekening(?:en)?|(?:telefoon)?gesprek(?:ken)?|afspra(?:ak|ken)|klacht|bezoek|customer|notes?|call|meeting)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Section:
    """The stretch of a note, from its top, that its title or fields give to the person."""

    end: int
    sure: bool
    """Nobody else is named in it."""


def section(text: str, head: str, sought: Sought, *, alone: bool) -> Section | None:
    """Return how far the note of this *text* and *head* is about the *sought* one; None when its top does not say so.

    *alone* says that nobody else's address or number is known to stand in it.
    """
    title, level = _title(text, head)
    top = _through_fields(text, len(head))
    fields = [line for line in text[:top].splitlines() if is_field(line.strip())]
    titled = bool(title) and sought.found_in(title)
    if not titled and not any(_of_one(line) and sought.found_in(line) for line in fields):
        return None
    end = next((at for at, depth, _ in _headings(text, top) if depth <= level), len(text))
    reader = Reader(sought)
    sure = (
        (alone or not reader.names_others(text[top:end]))
        and _title_is_of_one(title, sought, titled=titled)
        and all(_is_theirs(line, reader, sought, titled=titled or alone) for line in fields)
        and (titled or _names_agree(text[:top], sought))
        and not any(_full_name(told, sought) for at, _, told in _headings(text, top) if at < end)
    )
    return Section(end, sure)


def in_doubt(text: str, reader: Reader) -> bool:
    """Say whether something stands in *text*, below the title, of which nothing tells whose it is."""
    return any(
        not one.mine and not one.others and _WORD.search(one.text) for one in reader.passages(text)
    )


def _title(text: str, head: str) -> tuple[str, int]:
    """Return the title in *head*, and its level; none when the first line is only the first of the text."""
    lines = [line for line in head.splitlines() if _WORD.search(line) and not is_field(line)]
    if not lines:
        return "", 1
    line, after = lines[-1], text[len(head) :].lstrip(" \t").partition("\n")[0].strip()
    if marked := re.match(r"(#{1,6})\s+", line):
        return line[marked.end() :], len(marked[1])
    if re.fullmatch(r"={3,}|-{3,}", after):
        return line, 1 if after[0] == "=" else 2
    bare = not after or is_field(after)
    return ("" if _ENTRY.match(line) or line.rstrip().endswith((".", "!", "?")) or not bare else line), 1  # fmt: skip


def _through_fields(text: str, start: int) -> int:
    """Return where the fields end that stand right below the head, which ends at *start*."""
    end = position = start
    for line in text[start:].splitlines(keepends=True):
        position += len(line)
        bare = line.strip()
        if is_field(bare):
            end = position
        elif _WORD.search(bare) or (not bare and end > start):
            break
    return end


def _headings(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Yield the headings from *start*: where each stands, its level and what it says."""
    for found in _HEADING.finditer(text, start):
        if found[1]:
            yield found.start(), len(found[1]), found[2]
        else:
            yield found.start(), 1 if found[4] == "=" else 2, found[3]


def _of_one(line: str) -> bool:
    return bool(_OF_ONE.fullmatch(field_of(line)[0]))


def _is_theirs(line: str, reader: Reader, sought: Sought, *, titled: bool) -> bool:
    """Say whether a field of the top may be the person's: a name in it is, and so is an address or a number, or the title says so."""
    if _of_one(line):
        known = titled or not reader.names_others(line)
        name = field_of(line)[0].lower() in {"naam", "name", "klant", "customer"}
        return known and not (name and _strange_names(field_of(line)[1], sought) and titled)
    return not reader.names_others(line) and not _full_name(field_of(line)[1], sought)


def _title_is_of_one(title: str, sought: Sought, *, titled: bool) -> bool:
    """Say whether *title* names nobody beside the person, as far as that can be seen."""
    if titled:
        return not _strange_names(_OPENING.sub("", title, count=1), sought)
    return not re.search(r"(?:\ben\b|\band\b|&|\+)\s*[^\W\d_a-z]", title)


def _names_agree(top: str, sought: Sought) -> bool:
    """Say whether the *top* of the note holds the person's name, if the note holds it anywhere."""
    named = [one for one in sought.identifiers if one.kind == "name"]
    return not named or Sought(named).found_in(_without_numbers(top))


def _strange_names(text: str, sought: Sought) -> list[re.Match[str]]:
    """Return the words of *text* with a capital that are no part of the person's name."""
    hers = {word for one in sought.identifiers for word in _WORD.findall(fold(one.value))}
    return [
        one
        for one in _WORD.finditer(_without_numbers(text))
        if len(one[0]) > 1 and one[0][0].isupper() and fold(one[0]) not in hers
    ]


def _without_numbers(text: str) -> str:
    """Return *text* with blanks for its addresses and numbers: in an address may stand a name."""
    for _, (start, end), _ in spelled(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _full_name(text: str, sought: Sought) -> bool:
    """Say whether two words in *text* look like a first and a last name that are not the person's."""
    return len(_strange_names(text, sought)) > 1

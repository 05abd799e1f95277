"""Read a note: a Markdown or text file, whose head and first line say whom it is about."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from overdracht import Category, Identifier, one_line
from overdracht_contacts.documents import Field, identifiers, moment, stated
from overdracht_contacts.note_sections import Section, in_doubt, section
from overdracht_contacts.notes_head import DATED, HEAD_LINE, PERSON, is_field
from overdracht_contacts.passages import Reader
from overdracht_contacts.sought import Sought

_KINDS = (
    (re.compile(r"iban|rekening", re.IGNORECASE), "iban"),
    (re.compile(r"kvk", re.IGNORECASE), "kvk"),
    (re.compile(r"domein|domain", re.IGNORECASE), "domain"),
    (re.compile(r"gebruikersnaam|username", re.IGNORECASE), "username"),
    (re.compile(r"naam|name|klant$|customer$|van|from|met|with|wie|who|beller|caller|melder|persoon|person", re.IGNORECASE), "name"),
)  # fmt: skip
_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)(?:[T _](\d\d)[:.h]?(\d\d))?(?!\d)")
_DUTCH_DATE = re.compile(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?!\d)")
_MOST_HEAD = 20


@dataclass(frozen=True)
class Note:
    """One note, from its bytes and the name of its file."""

    content: bytes
    name: str = ""

    @cached_property
    def charset(self) -> str:
        """What it is written in."""
        if self.content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        try:
            self.content.decode("utf-8")
        except UnicodeDecodeError:
            return "cp1252" if _holds(self.content, "cp1252") else "latin-1"
        return "utf-8"

    @cached_property
    def text(self) -> str:
        """What it says, its line ends as they are."""
        return self.content.decode(self.charset, "replace")

    def encoded(self, text: str) -> bytes:
        """Return *text* as this note is written."""
        return text.encode(self.charset, "replace")

    @cached_property
    def head(self) -> str:
        """Its head: the fields between dashes or at the very top, and the first line with words."""
        lines = self.text.splitlines(keepends=True)
        taken, fenced, headed = 0, False, False
        for number, line in enumerate(lines[:_MOST_HEAD]):
            bare = line.strip()
            if number == 0 and bare == "---":
                fenced = True
            elif fenced and bare in {"---", "..."}:
                fenced, headed = False, True
            elif bare and not fenced and not is_field(bare):
                if not headed or number == 0:
                    taken = number + 1
                break
            headed = headed or bool(bare and is_field(bare))
            taken = number + 1
        else:
            fenced = False
        if headed and taken < len(lines) and not fenced:
            taken = _through_title(lines, taken)
        return "".join(lines[:taken])

    @property
    def body(self) -> str:
        """What follows the head."""
        return self.text[len(self.head) :]

    @property
    def category(self) -> Category:
        """A note."""
        return Category.NOTE

    @property
    def title(self) -> str:
        """Return the first line that is no field."""
        lines = (one.strip().lstrip("#").strip() for one in self.text.splitlines())
        worded = (one for one in lines if re.search(r"\w", one) and not is_field(one))
        return one_line(next(worded, "") or self.name)

    @property
    def uid(self) -> str:
        """Notes do not point at one another."""
        return ""

    @cached_property
    def when(self) -> datetime | None:
        """Return the day that its head, its file's name or its first lines tell."""
        for line in self.head.splitlines():
            field = HEAD_LINE.match(line)
            if field and DATED.fullmatch(field[1].strip()) and (found := dated(field[2])):
                return found
        return dated(self.name) or dated(self.head) or dated(self.body[:300])

    @property
    def plural(self) -> bool:
        """A note may be about anybody."""
        return True

    @property
    def is_contact(self) -> bool:
        """Somebody called, came or asked."""
        return True

    @property
    def trusted(self) -> bool:
        """That a note names a number beside a person proves nothing."""
        return False

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its head line by line, and the rest."""
        fields = [head_field(line) for line in self.head.splitlines() if line.strip()]
        if self.name:
            fields.append(Field("file name", re.sub(r"[_-]", " ", self.name)))
        return (*fields, Field("text", self.body))


def _holds(content: bytes, charset: str) -> bool:
    try:
        content.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _through_title(lines: list[str], taken: int) -> int:
    """Return how many lines the head has with the title that follows its fields."""
    for number in range(taken, min(len(lines), taken + 3)):
        if lines[number].startswith("# "):
            return number + 1
        if lines[number].strip():
            break
    return taken


def head_field(line: str) -> Field:
    """Return what a *line* of the head says, and whether it says whom the note is about."""
    found = HEAD_LINE.match(line)
    if found and is_field(line.strip()):
        name, text = found[1].strip(), found[2].strip().strip("\"'")
        if DATED.fullmatch(name):
            return Field(name, "")
        if PERSON.fullmatch(name):
            return Field(name, text, _stated(name, text), about=True)
        return Field(name, text)
    return Field("first line", line, stated(line, codes=True), about=True)


def _stated(name: str, text: str) -> tuple[Identifier, ...]:
    kind = next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), "")
    bare = re.split(r"[<(,;|]", text)[0].strip()
    more = identifiers([(kind, bare)]) if kind and bare else ()
    return tuple(dict.fromkeys((*stated(text, codes=True), *more)))


def dated(text: str) -> datetime | None:
    """Return the first day, with the time when it is there, that is written in *text*."""
    if found := _DATE.search(text):
        year, month, day, hour, minute = found.groups()
        return moment(f"{year}-{month}-{day}" + (f"T{hour}:{minute}" if hour else ""))
    if found := _DUTCH_DATE.search(text):
        return moment(f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}")
    return None


def portion(note: Note, sought: Sought, *, whole: bool, alone: bool) -> bytes:
    """Return the note without what is others'; not *whole*, only the passages that name the person, and the section that is surely theirs."""
    reader = Reader(sought)
    hers = None if whole else _section(note, sought, alone=alone)
    if hers and hers.sure:
        rest = reader.shown(note.text[hers.end :], whole=False)
        return note.encoded(note.text[: hers.end] + rest)
    head = "".join(
        _head_line(line, reader, whole=whole) for line in note.head.splitlines(keepends=True)
    )
    return note.encoded(head + reader.shown(note.body, whole=whole))


def _section(note: Note, sought: Sought, *, alone: bool) -> Section | None:
    return section(note.text, note.head, sought, alone=alone)


def is_doubtful(note: Note, sought: Sought, *, alone: bool) -> bool:
    """Say whether the top of the note names the person, who may not be the only one whom it is about, and passages do not say whose they are."""
    hers = _section(note, sought, alone=alone)
    below = note.text[len(note.head) : hers.end] if hers else ""
    return bool(hers and not hers.sure and in_doubt(below, Reader(sought)))


def _head_line(line: str, reader: Reader, *, whole: bool) -> str:
    if DATED.match(line.strip()) or not re.search(r"\w", line):
        return line
    return reader.shown(line, whole=whole)


def remainder(note: Note, sought: Sought, *, whole: bool, alone: bool) -> bytes | None:
    """Return the note without the passages that are the person's; None when it says nothing more."""
    reader = Reader(sought)
    hers = None if whole else _section(note, sought, alone=alone)
    if hers and hers.sure:
        rest = reader.left(note.text[hers.end :], whole=False)
        return note.encoded(rest) if re.search(r"[^\W\d_]", rest) else None
    head = _head_left(note, reader, whole=whole)
    body = reader.left(note.body, whole=whole)
    if not re.search(r"[^\W\d_]", body) and not reader.names_others(head):
        return None
    return note.encoded(head + body)


def _head_left(note: Note, reader: Reader, *, whole: bool) -> str:
    ruled = re.compile(r"\s*(?:---|\.\.\.)\s*")
    return "".join(
        line
        if ruled.fullmatch(line) or DATED.match(line.strip())
        else reader.left(line, whole=whole)
        for line in note.head.splitlines(keepends=True)
    )

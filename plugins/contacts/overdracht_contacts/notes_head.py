"""Know the fields at the top of a note: `klant: Sanne`, `datum: 2026-03-01`."""

import re

HEAD_LINE = re.compile(r"[ \t]*(?:[-*][ \t]+)?\**([^\W\d_][\w -]{0,30}?)\**[ \t]*:\**[ \t]*(.*)")
PERSON = re.compile(
    r"klant.*|customer.*|naam|name|van|from|met|with|aan|to|wie|who|contact.*|persoon|person|e-?mail.*|mail|tel.*|telefoon.*|phone.*|mobiel|"
    r"debiteur.*|relatie.*|iban|rekening.*|adres|address|melder|beller|caller|deelnemers?|attendees?|kvk.*|domein|domain|gebruikersnaam|username",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"ref|onderwerp|subject|titel|title|tags?|soort|type|status|door|kanaal|id", re.IGNORECASE
)
DATED = re.compile(r"datum|date|created|aangemaakt|wanneer|when", re.IGNORECASE)


def is_field(line: str) -> bool:
    """Say whether *line* is a field that the head of a note may have."""
    found = HEAD_LINE.match(line)
    if found is None or line.lstrip().startswith("#"):
        return False
    name = found[1].strip()
    return any(one.fullmatch(name) for one in (PERSON, DATED, ABOUT))


def field_of(line: str) -> tuple[str, str]:
    """Return the name and the text of the field on *line*, both empty when it is none."""
    found = HEAD_LINE.match(line)
    return (found[1].strip(), found[2].strip()) if found else ("", "")

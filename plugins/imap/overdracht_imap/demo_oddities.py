"""The mail that makes an archive an archive: shared addresses, mentions, forwards, bounces, and what no program should have sent."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from overdracht import World
from overdracht_imap.demo_conversations import ENGINEER, OFFICE, PIXEL, Mail, vcard
from overdracht_imap.demo_messages import Attachment, Draft, multipart, part, pdf, written

HOSTILE = "=?utf-8?B?PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PiAbWzMxbSDigK5mZHAuZXhl?="
"""`<script>alert(1)</script>`, a terminal escape and a reversed `.pdf`, as one encoded word."""

RAW = (
    # No header at all.
    b"Dit is een aantekening die iemand met de hand in de map heeft gezet.\n",
    # Two senders; 8-bit headers without a charset; a folded address; group syntax.
    (
        b"From: Sanne van der Berg <sanne@vanderberg.example>\nFrom: scanner@vanderberg.example\n"
        b"To: Voorbeeld ICT\n <info@voorbeeld-ict.example>\nSubject: Gescande polis caf\xe9\nDate: Tue, 14 Feb 2023 08:12 +0100\n\nZie bijlage.\n"
    ),
    (
        b"From: nieuwsbrief@bakkerij-jansen.example\nTo: Klanten: sanne@vanderberg.example, zoe@ozdemir-advies.example;\n"
        b"Cc: undisclosed-recipients:;\nSubject: Oliebollen bestellen\nDate: Fri, 15 Dec 2023 10:00:00 +0100\n\nBestel voor 24 december.\n"
    ),
    # The whole mailbox inside one encoded word, which no standard allows.
    (
        b"From: =?UTF-8?B?U2FubmUgdmFuIGRlciBCZXJnIDxzYW5uZUB2YW5kZXJiZXJnLmV4YW1wbGU+?=\nTo: info@voorbeeld-ict.example\n"
        b"Subject: =?iso-8859-1?Q?Herinnering_voor_caf=E9-avond?=\nDate: Mon, 6 May 2024 21:40:00 +0200\n\nTot morgen!\n"
    ),
    # Upper case, a tag behind the address, a comment.
    (
        b"From: SANNE@VanderBerg.Example (Sanne, mobiel)\nTo: <administratie@voorbeeld-ict.example>\nSubject: re: factuur\n"
        b"Date: Thu, 3 Oct 2024 12:00:00 +0200\n\nIs betaald. Verzonden vanaf mijn telefoon\n"
    ),
    (
        b"From: facturen@voorbeeld-ict.example\nTo: sanne+facturen@vanderberg.example\nSubject: Uw factuur staat klaar\n"
        b"Date: Sat, 1 Jun 2024 06:00:00 +0200\nAuto-Submitted: auto-generated\n\nU vindt de factuur in het klantenportaal.\n"
    ),
    # A multipart that never ends, with a charset that does not exist.
    (
        b"From: sanne@vanderberg.example\nTo: bram@voorbeeld-ict.example\nSubject: Foto van de meterkast\nDate: Wed, 20 Mar 2024 17:05:00 +0100\n"
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="los"\n\n--los\nContent-Type: text/plain; charset=x-onbekend\n\n'
        b"Hierbij de foto.\n--los\nContent-Type: image/jpeg; name=meterkast.jpg\nContent-Transfer-Encoding: base64\n\n/9j/4AAQSkZJRgABAQ\n"
    ),
    # An automatic reply and a bounce.
    (
        b"From: sanne@vanderberg.example\nTo: administratie@voorbeeld-ict.example\nSubject: Afwezig: Re: Offerte\nAuto-Submitted: auto-replied\n"
        b"Date: Mon, 7 Aug 2023 09:00:01 +0200\n\nIk ben tot en met 21 augustus op vakantie.\n"
    ),
    (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.voorbeeld-ict.example\nTo: administratie@voorbeeld-ict.example\nSubject: Undelivered Mail Returned to Sender\n"
        b'Date: Tue, 9 Jan 2024 03:00:00 +0100\nContent-Type: multipart/report; report-type=delivery-status; boundary="dsn"\n\n--dsn\n\n'
        b"<s.vanderberg@post.example>: host mx.post.example said: 452 mailbox full\n--dsn\nContent-Type: message/delivery-status\n\n"
        b"Final-Recipient: rfc822; s.vanderberg@post.example\nAction: delayed\n--dsn--\n"
    ),
    # Nearly her address, twice.
    b"From: psanne@vanderberg.example\nTo: info@voorbeeld-ict.example\nSubject: Stageplek\nDate: Fri, 9 Feb 2024 15:00:00 +0100\n\nIk zoek een stageplek.\n",
    b"From: susanne@vanderberg.example.net\nTo: info@voorbeeld-ict.example\nSubject: Prijslijst\nDate: Fri, 9 Feb 2024 16:00:00 +0100\n\nGraag een prijslijst.\n",
    # Hostile on purpose.
    b'From: "<img src=x onerror=alert(1)>" <sanne@vanderberg.example>\nTo: info@voorbeeld-ict.example\nSubject: '
    + HOSTILE.encode()
    + b"\n"
    b'Date: Thu, 11 Apr 2024 02:13:00 +0200\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/html\n\n'
    b"<body onload=alert(1)><script src=https://kwaad.example/x.js></script>Klik <a href=javascript:alert(1)>hier</a></body>\n--x\n"
    b'Content-Type: application/octet-stream; name="../../../../.profile"\nContent-Disposition: attachment; filename="../../../../.profile"\n\n'
    b"echo kwaad\n--x--\n",
)
"""Written by hand, since no library would."""


def oddities(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield one or a few of everything that is not simply a letter."""
    for number, content in enumerate(RAW):
        yield Mail("INBOX", world.moment(300 + 7 * number, 8), content, "" if number % 4 else "S")
    yield from _shared(world, chance)
    yield from _mentions(world, chance)
    yield from _forwards(world, chance)
    yield from _request(world, chance)


def _maker(world: World, chance: random.Random) -> Callable[..., Draft]:
    def draft(days_ago: int, **changes: object) -> Draft:
        when = world.moment(days_ago, chance.randrange(8, 22), chance.randrange(60))
        identity = f"{chance.getrandbits(48):012x}@voorbeeld-ict.example"
        plain = Draft(ENGINEER, (OFFICE,), "Notitie", "", when, identity)
        return replace(plain, **changes)  # type: ignore[arg-type]  # fields of Draft, named at each call

    return draft


def _shared(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield what Sanne and others of the board write from the club's address."""
    draft, club = _maker(world, chance), world.person("club")
    for days, writer in enumerate(
        ("Sanne van der Berg", "Joost", "Sanne", "Thirza 't Hooft", ""), start=1
    ):
        name = f"{writer} (De Oude Haven)" if writer else ""
        text = f"Beste Bram,\n\nKun je voor het clubhuis een tweede toegangspunt leveren?\n\nNamens het bestuur,\n{writer}\n"
        one = draft(
            40 * days, sender=(name, club.email), subject="Wifi clubhuis", text=text, form="flowed"
        )
        yield Mail("Klanten.Roeivereniging", one.when, written(one))
    piet = world.person("piet")
    for days, writer in ((75, "Piet"), (76, "Annelies")):
        one = draft(
            days,
            sender=("Familie De Wit", piet.email),
            subject="Router",
            text=f"Hij doet het weer.\n\nGroet, {writer}\n",
        )
        yield Mail("INBOX", one.when, written(one))


def _mentions(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield mail of others in which the first person only occurs."""
    draft, sanne = _maker(world, chance), world.person("sanne")
    joost, zoe, bakery = (world.person(one) for one in ("joost", "zoe", "bakery"))
    spaced = " ".join(sanne.iban[start : start + 4] for start in range(0, len(sanne.iban), 4))
    customers = "".join(
        f"{one.customer};{one.name};{one.email};{one.phone}\r\n"
        for one in world.people
        if one.customer
    )
    texts = (
        draft(33, sender=(joost.name, joost.email), subject="Aanbevolen door een klant", text=f"Via {sanne.email} hoorde ik over jullie. Is er nog plek?\n"),
        draft(50, sender=(zoe.name, zoe.email), subject="Foto's website", text=f"De foto's zijn van {sanne.name}; bel haar op {sanne.phone} voor de originelen.\n", form="html"),
        draft(61, subject="Storno", text=f"De bank stuurde een storno van {spaced}, zie het dossier.\n", form="base64"),
        draft(62, subject="Betaalbatch", text="Batch van de 25e in de bijlage.\n", attachments=(Attachment("batch.csv", "text/csv", f"K10023;{sanne.iban};49,95\r\n".encode()),)),
        draft(90, subject="Klantenlijst", text="De lijst voor de kerstkaarten.\n", attachments=(Attachment("klantenlijst.csv", "text/csv; charset=utf-8", customers.encode()),)),
        draft(91, sender=(bakery.name, bakery.email), to=(OFFICE, ("", "sanne@sannefotografie.example")), subject="Taartfoto's", text="Graag een offerte van jullie beiden.\n"),
        draft(120, subject="Overdracht dossier", text=f"Zoals beloofd het dossier van {sanne.name}.\n", attachments=(Attachment("dossier Berg.pdf", "application/pdf", pdf("Dossier K10023")),)),
        draft(130, sender=(zoe.name, zoe.email), subject="Kaartje", text="Kaartje van de fotograaf.\n", attachments=(Attachment("fotograaf.vcf", "text/vcard", vcard(sanne)),)),
    )  # fmt: skip
    for one in texts:
        yield Mail("INBOX" if one.sender != ENGINEER else "Intern", one.when, written(one))


def _forwards(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield messages with messages in them, and a draft that was never sent."""
    draft, sanne = _maker(world, chance), world.person("sanne")
    complaint = written(
        draft(
            201,
            sender=(sanne.name, sanne.emails[1]),
            subject="Klacht",
            text="Ik wacht nu drie weken.\n",
        )
    )
    note = part("text/plain; charset=utf-8", "8bit", b"Zie klacht, graag oplossen.\n")
    forwarded = multipart("mixed", "=_fwd", [note, part("message/rfc822", "8bit", complaint)])
    head = written(draft(200, subject="Fwd: Klacht", text="")).split(b"Content-Type:")[0]
    yield Mail("Intern", world.moment(200), head + forwarded, "PS")
    unsent = draft(
        3, to=((sanne.name, sanne.email),), subject="Concept: voorstel", text="Beste Sanne,\n\n"
    )
    yield Mail("Concepten", unsent.when, written(unsent), "DS")
    wrong_day = draft(
        1,
        sender=(sanne.name, sanne.email),
        subject="Uit de toekomst",
        text="Mijn klok loopt voor.\n",
    )
    yield Mail(
        "INBOX",
        wrong_day.when,
        written(replace(wrong_day, when=datetime(2094, 1, 1, tzinfo=wrong_day.when.tzinfo))),
    )
    trashed = draft(
        15, sender=(sanne.name, sanne.email), subject="", text="(per ongeluk verzonden)\n"
    )
    yield Mail("Prullenbak", trashed.when, written(trashed), "ST")


def _request(world: World, chance: random.Random) -> Iterator[Mail]:
    """Yield the request itself, of which neither the subject line nor the name of what came with it says what it is."""
    sanne = world.person("sanne")
    one = _maker(world, chance)(
        2,
        sender=(sanne.name, sanne.email),
        to=(OFFICE,),
        subject="Verzoek",
        text="Beste Karin,\n\nIk stap over. Stuur mij alles wat jullie van mij hebben, en wil daarna graag al mijn gegevens wissen (AVG).\n"
        "Een foto om te laten zien dat ik het ben zit erbij.\n\nGroet,\nSanne\n",
        attachments=(Attachment("IMG_0042.png", "image/png", PIXEL),),
    )
    yield Mail("INBOX", one.when, written(one))

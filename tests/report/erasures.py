"""Plans and certificates for the tests: one of a customer, and one in which every text is hostile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from overdracht import Category, Gap
from overdracht.coverage import Coverage, Reach
from overdracht.erasure import BY_HAND, UNDECIDED
from overdracht.items import Mark
from overdracht.report.certificate import Certificate, parse
from overdracht.report.certificate_page import CertificatePage
from overdracht.report.correction_letter import CorrectionLetter
from overdracht.report.dispositions import dispositions
from overdracht.report.letter import Letter
from overdracht.report.plan_page import PlanPage
from overdracht.retention import DEFAULT_RULES, Term
from overdracht.state import Given, Store
from overdracht.steps import Disposition, Residue, Step, Verdict
from overdracht.text import Text
from tests.export.hostile import SCRIPT, TEXTS
from tests.export.world import NOW, SANNE, item

ERASE = Disposition(
    Verdict.ERASE,
    Text("U vroeg om wissen, en niets verplicht ons dit te bewaren.", "You asked for erasure."),
    Text("art. 17 lid 1 AVG", "Art. 17(1) GDPR"),
)
BOOKS = DEFAULT_RULES[Category.INVOICE]
KEEP = Disposition(Verdict.RETAIN, BOOKS.ground, BOOKS.article, date(2034, 1, 1))
CACHE = Residue(
    Text("afzenders en onderwerpen van gewiste mail", "senders and subjects of erased mail"),
    Text(
        "de index van de server (`dovecot.index.cache`)",
        "the server's index (`dovecot.index.cache`)",
    ),
    Text("de server hem opnieuw maakt", "the server makes it anew"),
    Text("`doveadm mailbox cache purge`", "`doveadm mailbox cache purge`"),
)
WHOLE = Coverage("mailarchief", "imap", Reach.WHOLE, 12, 100_312, 1_204)


def a_customers_steps(mails: int = 60) -> Iterator[tuple[str, Step]]:
    """Yield what a plan makes of a customer: most goes, the books stay, some waits."""
    for number in range(mails):
        mail = item(
            f"m{number}",
            "Re: verhuizing van de mail, welk tijdstip komt uit?",
            part="Klanten/De Korenaar",
            when=NOW - timedelta(days=number),
        )
        yield "mailarchief", Step(mail, ERASE, "expunge")
    asked = item("v1", "Verzoek op grond van de AVG: wis mijn gegevens", marks=(Mark.REQUEST,))
    yield "mailarchief", Step(asked, ERASE, "expunge")
    card = item("v2", "Kopie paspoort", marks=(Mark.IDENTITY_DOCUMENT,))
    yield "mailarchief", Step(card, ERASE, "expunge")
    undecided = Disposition(Verdict.REVIEW, UNDECIDED)
    yield "mailarchief", Step(item("r1", "Fwd: borrel"), undecided, "")
    for year in (2024, 2025, 2026):
        invoice = item(f"f{year}", f"Factuur {year}-0417", category=Category.INVOICE)
        kept = replace(KEEP, until=date(year + 8, 1, 1))
        if year == 2024:
            kept = replace(kept, verdict=Verdict.ANONYMISE)
        yield "boekhouding", Step(invoice, kept, "blank addr_email")
    note = item("n1", "Belt liefst 's ochtends", category=Category.NOTE)
    yield "notities", Step(note, replace(ERASE, verdict=Verdict.REVIEW, ground=BY_HAND), "")
    domain = item("d1", "bakkerijdekorenaar.example", category=Category.DOMAIN)
    ends = Disposition(Verdict.CANCEL, ERASE.ground, ERASE.article, date(2027, 3, 1))
    yield "domeinen", Step(domain, ends, "cancel", external="bakkerijdekorenaar.example")


def hostile_steps() -> Iterator[tuple[str, Step]]:
    """Yield steps in which every text that comes from elsewhere is hostile."""
    for number, text in enumerate(TEXTS):
        said = Disposition(
            list(Verdict)[number % len(Verdict)],
            Text(text, text),
            Text(text, text),
            date(2034, 1, 1),
        )
        one = item(
            f"{number} {text}",
            text,
            part=text,
            category=list(Category)[number % len(Category)],
            marks=tuple(Mark),
        )
        yield "<b>bron</b>", Step(one, said, text, external=text)


def plan_page(
    directory: Path, *, hostile: bool, language: str = "nl", mails: int = 60, waits: bool = True
) -> bytes:
    """Return the page of a plan, drawn with its state in *directory*; nothing in it *waits* unless that is wanted."""
    made = hostile_steps() if hostile else a_customers_steps(mails)
    steps = (one for one in made if waits or one[1].disposition.verdict is not Verdict.REVIEW)
    with Store(directory) as store:
        plan = store.new_request([Given(SANNE)], NOW).plans().draw(steps, {}, NOW)
        text = SCRIPT if hostile else ""
        residue = Residue(*[Text(text, text)] * 4) if hostile else CACHE
        page = PlanPage(
            reference="2026-0007",
            digest=plan.digest,
            made=plan.made,
            organisation=text or "Voorbeeld ICT",
            language=language,
            coverage=tuple(
                Coverage(one, one, Reach.WHOLE, notes=(Text(one, one),)) for one in TEXTS if one
            )
            if hostile
            else (WHOLE, Coverage("weblogs", "logs", Reach.FAILED, gaps=(Gap("", "gone"),))),
            dispositions=dispositions(plan, [(text or "mailarchief", residue)]),
            left_out=2,
            backups=Term(days=90),
            steps=lambda source: plan.steps(source=source),
            command=text or f"overdracht erase --apply {plan.digest}",
        )
        return b"".join(page.write())


def facts(*, hostile: bool = False, **more: Any) -> dict[str, Any]:
    """Return the facts of a certificate."""
    text = SCRIPT if hostile else ""
    ground = {"nl": text or BOOKS.ground.nl, "en": text or BOOKS.ground.en}
    article = {"nl": text or BOOKS.article.nl, "en": text or BOOKS.article.en}
    stays = {
        "source": text or "boekhouding",
        "category": "invoice",
        "until": "2034-01-01",
        "ground": ground,
        "article": article,
        "pseudonymous": True,
        "items": 3,
    }
    both = {"nl": text or "een kopie", "en": text or "a copy"}
    made: dict[str, Any] = {
        "format": "overdracht-certificate/1",
        "reference": text or "2026-0007",
        "organisation": {
            "name": text or "Voorbeeld ICT",
            "contact": text or "privacy@voorbeeld-ict.example",
            "address": text or "Dorpsstraat 1, 1234 AB Ergensdam",
            "recipients": [text or "Boekhoudkantoor De Balans", text or "de Belastingdienst"],
            "backups": "P90D",
        },
        "made": datetime(2026, 11, 24, 23, 30, tzinfo=UTC).isoformat(),
        "program": text or "overdracht 0.1.0",
        "complete": True,
        "plans": [text or "6b77e7bf842f5c0458edc347cbdd7230"],
        "sources": [
            {
                "source": text or "mailarchief",
                "connector": text or "imap",
                "searched": text or "whole",
                "gaps": 0,
                "results": {"erased": 1204, "already gone": 2, text or "retained": 1},
                "categories": {"correspondence": {"erased": 1204, "already gone": 2}},
                "left_to_review": 0,
            },
        ],
        "retained": [stays, {**stays, "pseudonymous": False}],
        "left_alone": [],
        "left_out": 1,
        "verification": {
            "holds": True,
            "searched_whole": True,
            "left": {},
            "new": {},
            "kept": {text or "boekhouding": 6},
            "missing": {},
        },
        "residue": [{"source": text or "mailarchief", "what": both, "where": both, "until": both}],
    }
    return made | more


def certificate(*, hostile: bool = False, **more: Any) -> Certificate:
    """Return a certificate as it is read back."""
    import orjson

    return parse(orjson.dumps(facts(hostile=hostile, **more)))


def certificate_page(*, hostile: bool = False, language: str = "nl", **more: Any) -> bytes:
    """Return the page of a certificate."""
    one = certificate(hostile=hostile, **more)
    name = SCRIPT if hostile else "2026-0007.json"
    return b"".join(CertificatePage(one, language, name, name, name).write())


def letter_page(*, hostile: bool = False, language: str = "nl", **more: Any) -> bytes:
    """Return a letter as a page."""
    one = certificate(hostile=hostile, **more)
    return b"".join(Letter(one, language, date(2026, 11, 20)).write())


def correction_letter_page(*, hostile: bool = False, language: str = "nl") -> bytes:
    """Return a letter about a correction as a page."""
    more = {"format": "overdracht-rectification/1", "kinds": ["phone"]}
    one = certificate(hostile=hostile, **more)
    return b"".join(CorrectionLetter(one, language, date(2026, 11, 20)).write())

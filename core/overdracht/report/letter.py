"""The letter that tells the person what was erased, from the certificate alone.

There is nothing personal in it but what the administrator fills in between the brackets.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from overdracht.report.certificate import NOT_DONE, Certificate, Staying
from overdracht.report.erasing_words import PSEUDONYMOUS, told_backups, told_ground, told_left_out
from overdracht.report.letter_form import Block, Heading, Lines, Points, marked_up, plain
from overdracht.report.markup import Html, html
from overdracht.report.page import page
from overdracht.report.plan_tables import told_residue
from overdracht.report.words import CATEGORIES, told_day, told_items
from overdracht.retention import local_day
from overdracht.steps import Residue, Result
from overdracht.text import Text, together

_ASIDE = re.compile(r" \([^()]*`[^()]*\)")
"""What a text says between brackets for the administrator: commands, and the names of files."""


def _by_ground(
    retained: Iterable[Staying],
) -> Iterator[tuple[Staying, int, tuple[date, ...]]]:
    """Yield what stays, of each kind in each source on one ground together: one of it, how much it is, and the days on which it goes."""
    groups: dict[object, list[Staying]] = {}
    for one in retained:
        kind = (one.source, one.category, one.pseudonymous, one.until is None, one.ground)
        groups.setdefault(kind, []).append(one)
    for several in groups.values():
        days = sorted({one.until for one in several if one.until})
        yield several[0], sum(one.items for one in several), tuple(days)


def _simply(text: Text) -> Text:
    """Return *text* without what it says for the administrator."""
    return Text(*(_ASIDE.sub("", one).replace("`", "") for one in (text.nl, text.en)))


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter in one *language*; *received* is the day on which the request came in."""

    certificate: Certificate
    language: str
    received: date | None = None

    def say(self, nl: str, en: str) -> str:
        """Return the sentence in the letter's language."""
        return en if self.language == "en" else nl

    def text(self) -> str:
        """Return the letter as plain text."""
        return "\n\n".join(plain(block) for block in self._blocks()) + "\n"

    def write(self) -> Iterator[bytes]:
        """Yield the letter as a page to print."""
        return page(self.language, self._subject(), self._parts())

    def _parts(self) -> Iterator[Html]:
        yield html('<main class="letter">\n')
        for block in self._blocks():
            yield marked_up(block)
        yield html("</main>\n")

    def _subject(self) -> str:
        reference = self.certificate.reference
        return self.say(
            f"Uw verzoek om uw gegevens te wissen ({reference})",
            f"Your request to erase your data ({reference})",
        )

    def _blocks(self) -> Iterator[Block]:
        organisation = self.certificate.organisation
        own = (organisation.name, organisation.address, organisation.contact)
        yield Lines(tuple(line for line in own if line))
        yield Lines((self.say("[Naam]", "[Name]"), self.say("[Adres]", "[Address]")))
        yield self.say("[Plaats, datum]", "[Place, date]")
        yield Heading(self._subject(), top=True)
        yield self.say("Geachte [naam],", "Dear [name],")
        yield from self._body()
        yield from self._disagreeing()
        yield self.say("Met vriendelijke groet,", "Yours sincerely,")
        yield Lines(
            (
                self.say("[Naam van wie dit ondertekent]", "[Name of who signs this]"),
                organisation.name,
            )
        )

    def _body(self) -> Iterator[Block]:
        yield self._opening()
        yield from self._erased()
        yield from self._kept()
        yield from self._not_done()
        yield from self._behind()
        yield from self._told()
        yield from self._remembered()

    def _asked(self) -> str:
        """Return the day on which the request came in, or room for it."""
        if self.received:
            return told_day(self.received, self.language)
        return self.say("[datum]", "[date]")

    def _opening(self) -> str:
        asked = self._asked()
        done = told_day(local_day(self.certificate.made), self.language)
        opening = self.say(
            f"Op {asked} ontvingen wij uw verzoek om uw persoonsgegevens te wissen (art. 17 AVG). "
            f"Op zo’n verzoek antwoorden wij kosteloos en binnen een maand na ontvangst (art. 12 AVG). "
            f"Dit is wat er op {done} is gedaan.",
            f"On {asked} we received your request to erase your personal data (Art. 17 GDPR). "
            f"Such a request is answered free of charge and within one month of receipt (Art. 12 GDPR). "
            f"This is what was done by {done}.",
        )
        if self.certificate.complete:
            return opening
        return opening + self.say(
            " Nog niet alles is afgerond; wat nog openstaat, leest u hieronder.",
            " Not everything is finished yet; what is still open is said below.",
        )

    def _erased(self) -> Iterator[Block]:
        yield Heading(self.say("Wat is gewist", "What was erased"))
        points = tuple(self._erased_points())
        if points:
            yield Points(points)
        else:
            yield self.say("Er was niets dat gewist kon worden.", "There was nothing to erase.")

    def _erased_points(self) -> Iterator[str]:
        for source in self.certificate.sources:
            for category, results in source.categories.items():
                erased, gone = (results.get(one, 0) for one in (Result.ERASED, Result.ALREADY_GONE))
                name = f"{CATEGORIES[category].in_(self.language)} ({source.source})"
                if erased:
                    yield f"{name}: {told_items(erased, self.language)}"
                if gone:
                    told = told_items(gone, self.language)
                    yield f"{name}: {told}, {self.say('al weg', 'gone already')}"

    def _kept(self) -> Iterator[Block]:
        retained, left_out = self.certificate.retained, self.certificate.left_out
        if not retained and not left_out:
            return
        yield Heading(
            self.say(
                "Wat wij nog bewaren, waarom en tot wanneer",
                "What we still keep, why and until when",
            )
        )
        points = [self._kept_point(*one) for one in _by_ground(retained)]
        if left_out:
            points.append(told_left_out(left_out, self.language))
        yield Points(tuple(points))
        if any(one.pseudonymous and one.until for one in retained):
            yield PSEUDONYMOUS.in_(self.language)
        if not any(one.until for one in retained):
            return
        yield self.say(
            "Zodra een termijn om is, wissen wij ook dat. U hoeft daar niets voor te doen.",
            "As soon as a term is over we erase that too. You need not do anything for it.",
        )

    def _kept_point(self, one: Staying, items: int, days: tuple[date, ...]) -> str:
        told = f"{CATEGORIES[one.category].in_(self.language)} ({one.source}): {told_items(items, self.language)}"
        if one.pseudonymous and not days:
            return told + self.say(
                ", waaruit wat over u gaat is gewist; de rest gaat over iemand anders of is nodig om de boeken te laten kloppen.",
                ", of which what is about you was erased; the rest is about somebody else, or is needed for the books to balance.",
            )
        if one.pseudonymous:
            told += self.say(", gepseudonimiseerd", ", pseudonymised")
        if days:
            first, last = (told_day(day, self.language) for day in (days[0], days[-1]))
            told += self.say(f", tot {first}", f", until {first}")
            if last != first:
                told += self.say(
                    f" en later, het laatste tot {last}", f" and later, the last until {last}"
                )
        return f"{told}. {told_ground(one.ground, one.article, self.language)}"

    def _not_done(self) -> Iterator[Block]:
        certificate = self.certificate
        points = [
            f"{CATEGORIES[one.category].in_(self.language)} ({one.source}): {told_items(one.items, self.language)}. "
            + one.ground.in_(self.language)
            for one in certificate.left_alone
        ]
        if certificate.of(*NOT_DONE):
            told = told_items(certificate.not_done, self.language)
            points.append(
                self.say(
                    f"{told} kon nog niet worden gewist. [Waarom, en wanneer wel.]",
                    f"{told} could not be erased yet. [Why, and when it will be.]",
                )
            )
        gaps = [one.source for one in certificate.sources if one.gaps]
        if gaps:
            names = ", ".join(gaps)
            points.append(
                self.say(
                    f"Niet geheel doorzocht: {names}. [Waarom, en wanneer wel.]",
                    f"Not searched whole: {names}. [Why, and when it will be.]",
                )
            )
        if points:
            yield Heading(self.say("Wat nog niet is gewist", "What is not erased yet"))
            yield Points(tuple(points))

    def _behind(self) -> Iterator[Block]:
        yield Heading(self.say("Reservekopieën en sporen", "Backups and traces"))
        term = self.certificate.organisation.backups_kept
        if term is None:
            yield self.say(
                "In reservekopieën blijft het gewiste nog ten hoogste [termijn] staan. Wordt er een teruggezet, dan wordt het opnieuw gewist.",
                "In backups what was erased remains for at most [term]. Should one be restored, it is erased again.",
            )
        else:
            yield told_backups(term, self.language)
        left = [(one.source, self._trace(one.residue)) for one in self.certificate.residue]
        if left:
            yield self.say(
                "Verder blijft op deze plaatsen nog iets van het gewiste staan. Wij gebruiken het niet meer.",
                "Apart from that, something of what was erased still stands in these places. We no longer use it.",
            )
            yield Points(tuple(f"{sources}: {told}" for sources, told in together(left)))

    def _trace(self, residue: Residue) -> str:
        """Return what stays, where and until when, in the words of the person: how to clear it is the administrator's business."""
        what, where, until = map(_simply, (residue.what, residue.where, residue.until))
        stays = Residue(what, where, until)
        return what.in_(self.language) + told_residue(stays, self.language)

    def _told(self) -> Iterator[Block]:
        yield Heading(self.say("Aan wie wij dit laten weten", "Whom we tell"))
        yield self.say(
            "Wie van ons gegevens over u heeft ontvangen, laten wij weten dat ze zijn gewist, tenzij dat onmogelijk is of onevenredig veel moeite kost (art. 19 AVG). Het gaat om:",
            "Whoever received data about you from us is told that it was erased, unless that is impossible or takes disproportionate effort (Art. 19 GDPR). These are:",
        )
        yield self._recipients()

    def _recipients(self) -> Points:
        named = self.certificate.organisation.recipients
        blank = self.say("[de ontvangers, of: niemand]", "[the recipients, or: nobody]")
        return Points(named or (blank,))

    def _remembered(self) -> Iterator[Block]:
        yield Heading(self.say("Wat wij van uw verzoek bewaren", "What we keep of your request"))
        yield self.say(
            "Om te kunnen aantonen wat er is gedaan (art. 5 lid 2 AVG) bewaren wij het kenmerk, de data, de aantallen en de gronden. "
            "Daarnaast bewaren wij versleutelde controlegetallen van uw adressen en nummers, waarmee wij u na het terugzetten van een reservekopie "
            "kunnen herkennen en opnieuw wissen. Uw naam, uw adressen en de inhoud zijn er niet uit af te lezen; "
            "wij gebruiken ze nergens anders voor.",
            "To be able to show what was done (Art. 5(2) GDPR) we keep the reference, the dates, the numbers and the grounds. "
            "We also keep keyed checksums of your addresses and numbers, by which we can recognise you after a backup was restored, and erase you "
            "again. Your name, your addresses and the contents cannot be read from them; "
            "we use them for nothing else.",
        )

    def _disagreeing(self) -> Iterator[Block]:
        contact = self.certificate.organisation.contact or self.say("[contact]", "[contact]")
        yield Heading(self.say("Als u het er niet mee eens bent", "If you disagree"))
        yield self.say(
            f"Laat het ons weten: {contact}. U kunt ook een klacht indienen bij de Autoriteit Persoonsgegevens "
            "(autoriteitpersoonsgegevens.nl; art. 77 AVG). En u kunt zich met een verzoekschrift tot de rechtbank wenden, binnen zes weken nadat u "
            "deze brief hebt ontvangen; een advocaat is daarvoor niet nodig (art. 79 AVG; art. 35 UAVG).",
            f"Tell us: {contact}. You may also complain to the Dutch Data Protection Authority, the Autoriteit Persoonsgegevens "
            "(autoriteitpersoonsgegevens.nl; Art. 77 GDPR). And you may petition the district court (rechtbank) within six weeks of receiving this "
            "letter, for which you need no lawyer (Art. 79 GDPR; Art. 35 Dutch GDPR Implementation Act).",
        )

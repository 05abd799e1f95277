"""How the overview begins: who says what to whom, whether it is all there, and how much it is."""

from dataclasses import dataclass

from overdracht.export import Order, Purpose
from overdracht.report.facts import Facts
from overdracht.report.markup import Html, html, link
from overdracht.report.page import fact
from overdracht.report.searched import shortfalls
from overdracht.report.words import PURPOSES, told_day, told_months, told_number, told_size


@dataclass(frozen=True, slots=True)
class Opening:
    """The first part of the overview in one *language*."""

    facts: Facts
    language: str

    def say(self, nl: str, en: str) -> str:
        """Return the sentence in the page's language."""
        return en if self.language == "en" else nl

    def number(self, number: int) -> str:
        """Return *number* with its thousands marked."""
        return told_number(number, self.language)

    def header(self, title: str) -> Html:
        """Return who answers, what was asked and when."""
        order, language = self.facts.haul.order, self.language
        controller = order.controller
        other = ("nl", "Nederlands") if language == "en" else ("en", "English")
        made = told_day(order.now.date(), language)
        return html(
            '<header>\n<p class="kicker"><span>{}</span><span lang="{}">{}</span></p>\n<h1>{}</h1>\n<dl class="facts">{}</dl>\n</header>\n',
            PURPOSES[order.purpose].in_(language),
            other[0],
            link(page_name(order, other[0]), other[1]),
            title,
            (
                fact(self.say("Verzoek", "Request"), order.reference),
                fact(
                    self.say("Ontvangen", "Received"),
                    told_day(order.received, language) if order.received else None,
                ),
                fact(self.say("Opgemaakt", "Made"), made),
                fact(self.say("Door", "By"), controller.name, controller.address),
                fact(self.say("Contact", "Contact"), controller.contact),
                fact(self.say("Wat is gevraagd", "What was asked"), self._asked()),
            ),
        )

    def _asked(self) -> str:
        if self.facts.haul.order.purpose is Purpose.INZAGE:
            return self.say(
                "Inzage: een kopie van alles wat wij over u bewaren, met uitleg.",
                "Access: a copy of everything we hold about you, explained.",
            )
        return self.say(
            "Overdracht: wat u ons gaf en wat uit het gebruik ontstond, in een vorm waarmee een andere aanbieder verder kan. "
            "Wat wij daaruit zelf hebben afgeleid hoort daar volgens de wet niet bij; dat krijgt u bij een verzoek om inzage.",
            "Portability: what you gave us and what arose from use, in a form another provider can go on with. "
            "What we derived from that is by law not part of it; a request for access gives you that.",
        )

    def verdict(self) -> Html:
        """Return whether the bundle is complete, what is missing, and the figures."""
        summary = self.facts.haul.summary
        word = (
            self.say("VOLLEDIG", "COMPLETE")
            if summary.complete
            else self.say("ONVOLLEDIG", "INCOMPLETE")
        )
        told = (
            self.say(
                "Alle bronnen zijn geheel doorzocht, en alles wat is gevonden en u toekomt, zit hierin.",
                "Every source was searched whole, and everything that was found and is due to you is in here.",
            )
            if summary.complete
            else self.say(
                "Niet alles kon worden doorzocht of meegegeven. Wat ontbreekt en waarom, staat hieronder.",
                "Not everything could be searched or handed over. What is missing, and why, is said below.",
            )
        )
        return html(
            '<div class="verdict{}"><p><strong>{}</strong> {}</p>{}</div>\n{}',
            "" if summary.complete else " bad",
            word,
            told,
            shortfalls(self.facts, self.language),
            self._figures(),
        )

    def _figures(self) -> Html:
        summary = self.facts.haul.summary
        kinds = self.facts.categories
        first = min((one.first for one in kinds if one.first), default=None)
        last = max((one.last for one in kinds if one.last), default=None)
        period = told_months(first, last, self.language) if first and last else "–"
        return html(
            '<dl class="figures">{}{}{}<div><dt>{}</dt><dd class="long">{}</dd></div></dl>\n',
            _figure(self.say("gegevens", "items"), self.number(summary.items)),
            _figure(self.say("bestanden", "files"), self.number(summary.files)),
            _figure(self.say("omvang", "size"), told_size(summary.size, self.language)),
            self.say("periode", "period"),
            period,
        )


def _figure(name: str, value: str) -> Html:
    return html("<div><dt>{}</dt><dd>{}</dd></div>", name, value)


def page_name(order: Order, language: str) -> str:
    """Return what the overview in *language* is called: `index.html` is in the language of the order."""
    return "index.html" if language == order.language else f"index.{language}.html"

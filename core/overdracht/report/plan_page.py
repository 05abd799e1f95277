"""A plan to erase as a page to read before it is approved: every item, what happens to it, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from overdracht.coverage import Coverage
from overdracht.erasure import NamedPart
from overdracht.items import Category
from overdracht.report.dispositions import Dispositions
from overdracht.report.erasing_words import (
    MARKS,
    VERDICTS,
    told_backups,
    told_ground,
    told_verdict,
)
from overdracht.report.markup import Html, foreign, html, shortened, spans
from overdracht.report.page import fact, head, page, table
from overdracht.report.plan_tables import ItemTables, grounds_table, named_list, residue_list
from overdracht.report.searched import coverage_table
from overdracht.report.words import CATEGORIES, told_day, told_items, told_number
from overdracht.retention import Term, local_day
from overdracht.state import Planned
from overdracht.steps import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """The page of one plan in one *language*."""

    reference: str
    digest: str
    made: datetime
    organisation: str
    language: str
    coverage: tuple[Coverage, ...]
    dispositions: Dispositions
    left_out: int
    """How many items somebody decided are not the person's, or not to be touched."""
    backups: Term | None
    named: tuple[NamedPart, ...] = ()
    """What is called after the person, and keeps its name."""
    steps: Callable[[str], Iterator[Planned]]
    """The steps of one source."""
    command: str
    """What applies the plan."""

    def say(self, nl: str, en: str) -> str:
        """Return the sentence in the page's language."""
        return en if self.language == "en" else nl

    def write(self) -> Iterator[bytes]:
        """Yield the page."""
        title = self.say(
            f"Plan om te wissen, verzoek {self.reference}",
            f"Plan to erase, request {self.reference}",
        )
        return page(self.language, title, self._parts(title))

    def _parts(self, title: str) -> Iterator[Html]:
        yield self._header(title)
        yield html("<main>\n")
        yield self._verdict()
        yield self._figures()
        sections = (
            (self.say("Wat er gebeurt", "What happens"), self._totals()),
            (
                self.say("Wat blijft, tot wanneer en waarom", "What stays, until when and why"),
                self._kept(),
            ),
            (self.say("Wat op u wacht", "What waits for you"), self._left_alone()),
            (self.say("Wat is weggelaten", "What was left out"), self._left_out()),
            (self.say("Let op", "Mind"), self._marked()),
            (
                self.say("Gevolgen buiten de organisatie", "Effects outside the organisation"),
                self._external(),
            ),
            (
                self.say("Misschien naar de persoon genoemd", "Perhaps named after the person"),
                self._named(),
            ),
            (self.say("Wat fysiek achterblijft", "What stays behind physically"), self._residue()),
            (
                self.say("Wat is doorzocht", "What was searched"),
                [coverage_table(self.coverage, self.language)],
            ),
        )
        for heading, body in sections:
            parts = list(body)
            if parts:
                yield html("<section>\n<h2>{}</h2>\n{}</section>\n", heading, parts)
        yield from self._items()
        yield html("</main>\n<footer><p>{}</p></footer>\n", self._footer())

    def _header(self, title: str) -> Html:
        made = told_day(local_day(self.made), self.language)
        return html(
            '<header>\n<p class="kicker"><span>{}</span></p>\n<h1>{}</h1>\n<dl class="facts">{}</dl>\n</header>\n',
            self.say("Wissen (art. 17 AVG)", "Erasure (Art. 17 GDPR)"),
            title,
            (
                fact(self.say("Opgemaakt", "Made"), made),
                fact(self.say("Door", "By"), self.organisation),
                fact(
                    self.say("Kenmerk van het plan", "Digest of the plan"),
                    html("<code>{}</code>", self.digest),
                ),
                fact(self.say("Uitvoeren", "To apply it"), html("<code>{}</code>", self.command)),
            ),
        )

    def _verdict(self) -> Html:
        whole = bool(self.coverage) and all(one.complete for one in self.coverage)
        waiting = self.dispositions.of(Verdict.REVIEW)
        good = whole and not waiting
        lines = []
        if not whole:
            lines.append(
                self.say(
                    "Niet alles kon worden doorzocht. Wat is gevonden kan worden gewist, maar het certificaat zegt dan: onvolledig.",
                    "Not everything could be searched. What was found can be erased, but the certificate will say: incomplete.",
                )
            )
        if waiting:
            told = told_items(waiting, self.language)
            lines.append(
                self.say(
                    f"Wat ongemoeid blijft: {told}. Dit moet eerst worden beoordeeld of met de hand gewist.",
                    f"Left alone: {told}, to be judged first or erased by hand.",
                )
            )
        if good:
            lines.append(
                self.say(
                    "Alle bronnen zijn geheel doorzocht en over alles is beslist. Er is nog niets gewist.",
                    "Every source was searched whole and everything is decided. Nothing has been erased yet.",
                )
            )
        return html(
            '<div class="verdict{}"><p><strong>{}</strong></p>{}</div>\n',
            "" if good else " bad",
            self.say("VOLLEDIG", "COMPLETE") if good else self.say("ONVOLLEDIG", "INCOMPLETE"),
            [html("<p>{}</p>", line) for line in lines],
        )

    def _figures(self) -> Html:
        counted = [
            (VERDICTS[verdict].in_(self.language), self.dispositions.of(verdict))
            for verdict in Verdict
        ]
        return html(
            '<dl class="figures">{}</dl>\n',
            [
                html("<div><dt>{}</dt><dd>{}</dd></div>", name, told_number(number, self.language))
                for name, number in counted
                if number or name == VERDICTS[Verdict.ERASE].in_(self.language)
            ],
        )

    def _totals(self) -> Iterator[Html]:
        if not self.dispositions.items:
            yield html("<p>{}</p>\n", self.say("Er is niets gevonden.", "Nothing was found."))
            return
        shown = [verdict for verdict in Verdict if self.dispositions.of(verdict)]
        groups = dict.fromkeys(
            (source, category) for source, category, _ in self.dispositions.totals
        )
        yield table(
            self.say("Aantallen per bron en soort", "Numbers by source and kind"),
            [
                head(self.say("Bron", "Source")),
                head(self.say("Soort", "Kind")),
                *(head(VERDICTS[verdict].in_(self.language), "n long") for verdict in shown),
            ],
            [
                html(
                    '<tr><th scope="row">{}</th><td>{}</td>{}</tr>\n',
                    source,
                    CATEGORIES[category].in_(self.language),
                    [self._number(source, category, verdict) for verdict in shown],
                )
                for source, category in groups
            ],
        )
        yield html(
            "<h3>{}</h3>\n<ul>{}</ul>\n",
            self.say("Waarom", "Why"),
            [
                html(
                    "<li>{} ({}): {}</li>\n",
                    html("<b>{}</b>", VERDICTS[one.verdict].in_(self.language)),
                    told_number(one.items, self.language),
                    spans(told_ground(one.ground, one.article, self.language)),
                )
                for one in self.dispositions.why
            ],
        )

    def _number(self, source: str, category: Category, verdict: Verdict) -> Html:
        number = self.dispositions.totals.get((source, category, verdict), 0)
        return html(
            '<td class="n" data-label="{}">{}</td>',
            VERDICTS[verdict].in_(self.language),
            told_number(number, self.language),
        )

    def _kept(self) -> Iterator[Html]:
        if self.dispositions.kept:
            yield grounds_table(self.dispositions.kept, self.language)

    def _left_alone(self) -> Iterator[Html]:
        if self.dispositions.left_alone:
            yield grounds_table(self.dispositions.left_alone, self.language)

    def _left_out(self) -> Iterator[Html]:
        if self.left_out:
            nl, en = (told_items(self.left_out, one) for one in ("nl", "en"))
            told = self.say(
                f"Na beoordeling niet aangeraakt: {nl}.", f"Not touched after review: {en}."
            )
            yield html("<p>{}</p>\n", told)

    def _marked(self) -> Iterator[Html]:
        if not self.dispositions.marked:
            return
        yield html(
            "<p>{}</p>\n<ul>{}</ul>\n",
            self.say(
                "Het verzoek zelf ligt in hetzelfde archief, en soms ook een kopie van een identiteitsbewijs. Zo’n kopie mag niet langer blijven dan de controle duurt.",
                "The request itself lies in the same archive, and sometimes a copy of an identity document. Such a copy may stay no longer than the check takes.",
            ),
            [
                html(
                    '<li>{}: {} <span class="soft">({}; {})</span></li>\n',
                    one.source,
                    foreign(one.item.title or "–"),
                    ", ".join(MARKS[mark].in_(self.language) for mark in one.marks),
                    VERDICTS[one.verdict].in_(self.language),
                )
                for one in self.dispositions.marked
            ],
        )
        if more := self.dispositions.marked_in_all - len(self.dispositions.marked):
            told = told_items(more, self.language)
            yield html("<p>{}</p>\n", self.say(f"En nog {told}.", f"And {told} more."))

    def _external(self) -> Iterator[Html]:
        if not self.dispositions.external:
            return
        yield html(
            "<p>{}</p>\n<ul>{}</ul>\n",
            self.say(
                "Dit kan niet worden teruggenomen. Elk moet bij naam worden bevestigd.",
                "This cannot be taken back. Each is to be confirmed by its name.",
            ),
            [
                html(
                    "<li>{}: {} <code>--confirm {}</code></li>\n",
                    one.source,
                    told_verdict(one.verdict, one.until, self.language),
                    shortened(one.name),
                )
                for one in self.dispositions.external
            ],
        )

    def _named(self) -> Iterator[Html]:
        if self.named:
            yield named_list(self.named, self.language)

    def _residue(self) -> Iterator[Html]:
        yield html("<p>{}</p>\n", told_backups(self.backups, self.language))
        if self.dispositions.residue:
            yield residue_list(self.dispositions.residue, self.language)

    def _items(self) -> Iterator[Html]:
        if not self.dispositions.items:
            return
        yield html("<section>\n<h2>{}</h2>\n", self.say("Alles, stuk voor stuk", "Every item"))
        for source in self.dispositions.sources:
            rows = self.steps(source)
            yield html("<h3>{}</h3>\n", source)
            yield from ItemTables(self.language).of(rows)
        yield html("</section>\n")

    def _footer(self) -> str:
        return self.say(
            "Gemaakt met overdracht. Deze bladzijde haalt niets van het internet en voert niets uit. Er staan persoonsgegevens in: verwijder haar als het plan is uitgevoerd.",
            "Made with overdracht. This page fetches nothing from the internet and runs nothing. It holds personal data: delete it once the plan was applied.",
        )

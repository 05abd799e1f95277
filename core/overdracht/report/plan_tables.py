"""The tables of a plan: what stays and on what ground, what stays behind physically, and the items one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from overdracht.erasure import NamedPart
from overdracht.report.dispositions import Grounds
from overdracht.report.erasing_words import MARKS, told_ground, told_verdict
from overdracht.report.markup import Html, foreign, html, shortened, spans
from overdracht.report.page import head, table
from overdracht.report.words import CATEGORIES, told_number
from overdracht.state import Planned
from overdracht.steps import Residue, Step
from overdracht.text import Text, together

PER_TABLE = 500
"""Rows at most in one table: a browser lays out many small tables sooner than one long."""

_UNTITLED = Text("(zonder titel)", "(untitled)")
_SOURCE = Text("Bron", "Source")
_KIND = Text("Soort", "Kind")


def grounds_table(grounds: Iterable[Grounds], language: str) -> Html:
    """Return what stays or waits, and why."""
    return table(
        Text("Per bron, soort en grond", "By source, kind and ground").in_(language),
        [
            head(_SOURCE.in_(language), "source"),
            head(_KIND.in_(language), "kind"),
            head(Text("Wat en waarom", "What and why").in_(language)),
            head(Text("Aantal", "Number").in_(language), "n"),
        ],
        [
            html(
                '<tr><th scope="row">{}</th><td>{}</td><td>{}<p class="soft">{}</p></td><td class="n" data-label="{}">{}</td></tr>\n',
                one.source,
                CATEGORIES[one.category].in_(language),
                told_verdict(one.verdict, one.until, language),
                spans(told_ground(one.ground, one.article, language)),
                Text("Aantal", "Number").in_(language),
                told_number(one.items, language),
            )
            for one in grounds
        ],
    )


def residue_list(residue: Iterable[tuple[str, Residue]], language: str) -> Html:
    """Return what stays behind, where, until when, and how to clear it sooner."""
    return html(
        "<ul>\n{}</ul>\n",
        [
            html(
                '<li><b>{}</b>: {}<span class="soft">{}</span></li>\n',
                source,
                spans(one.what.in_(language)),
                spans(told_residue(one, language)),
            )
            for source, one in together(residue)
        ],
    )


def named_list(named: Iterable[NamedPart], language: str) -> Html:
    """Return what is called after the person, what it is like, and what takes it away once it is empty."""
    return html(
        "<p>{}</p>\n<ul>{}</ul>\n",
        Text(
            "Wat erin staat kan weg, maar de naam zelf blijft. Geef een andere naam, of haal het weg als het leeg is.",
            "What is in it may go, but the name itself stays. Rename it, or remove it once it is empty.",
        ).in_(language),
        [
            html(
                '<li>{}: {} <span class="soft">({})</span>{}</li>\n',
                one.source,
                foreign(one.part),
                foreign(", ".join(map(str, one.like))),
                html("<br><code>{}</code>", one.command) if one.command else None,
            )
            for one in named
        ],
    )


def told_residue(one: Residue, language: str) -> str:
    """Return where a residue is, until when, and its remedy."""
    parts = (
        one.where.in_(language),
        _after(Text("hoe lang:", "how long:").in_(language), one.until.in_(language)),
        _after(
            Text("eerder te verhelpen:", "to clear it sooner:").in_(language),
            one.remedy.in_(language),
        ),
    )
    told = "; ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _after(word: str, text: str) -> str:
    return f"{word} {text}" if text else ""


@dataclass(frozen=True, slots=True)
class ItemTables:
    """The items of one source, as tables that follow one another."""

    language: str

    def of(self, steps: Iterator[Planned]) -> Iterator[Html]:
        """Yield a table for each so many of *steps*."""
        for first in steps:
            yield html(
                '<div class="scroll many"><table class="cards">\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n',
                Text("In de volgorde van de bron", "In the order of the source").in_(self.language),
                self._heads(),
            )
            for one in islice(chain((first,), steps), PER_TABLE):
                yield self._row(one.step)
            yield html("</tbody>\n</table></div>\n")

    def _heads(self) -> list[Html]:
        language = self.language
        return [
            head(Text("Datum", "Date").in_(language), "d"),
            head(Text("Gegeven", "Item").in_(language)),
            head(_KIND.in_(language), "kind"),
            head(Text("Plaats", "Place").in_(language), "place"),
            head(Text("Wat en waarom", "What and why").in_(language), "place"),
        ]

    def _row(self, step: Step) -> Html:
        item, said, language = step.item, step.disposition, self.language
        why = said.article.in_(language) or said.ground.in_(language)
        return html(
            '<tr><td class="d">{}</td><td>{}{}</td><td class="soft">{}</td><td class="soft"><bdi>{}</bdi></td><td>{}<p class="soft">{}</p></td></tr>\n',
            item.when.date().isoformat() if item.when else None,
            foreign(item.title) if item.title else html("<i>{}</i>", _UNTITLED.in_(language)),
            [html('<p class="bad-word">{}</p>', MARKS[mark].in_(language)) for mark in item.marks],
            CATEGORIES[item.category].in_(language),
            shortened(item.part),
            told_verdict(said.verdict, said.until, language),
            why,
        )

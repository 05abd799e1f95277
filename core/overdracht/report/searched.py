"""What the overview says about the search: where, by what, and what is missing."""

from collections.abc import Iterable

from overdracht.coverage import Coverage
from overdracht.export import Order
from overdracht.identifiers import ALWAYS, Identifier
from overdracht.report.facts import Facts
from overdracht.report.markup import Html, foreign, html, spans
from overdracht.report.overview import gaps
from overdracht.report.page import head, table
from overdracht.report.reasons import told_reason
from overdracht.report.words import REACHES, REACHES_TOLD, STANDINGS, told_day, told_number
from overdracht.survey import Known, Standing
from overdracht.text import Text

_PARTS = Text("Onderdelen", "Parts")
_LOOKED_AT = Text("Bekeken", "Looked at")
_FOUND = Text("Gevonden", "Found")


def coverage_table(coverage: Iterable[Coverage], language: str) -> Html:
    """Return the statement per source, with the reasons of its gaps and never the names of what holds nothing of the person."""
    return table(
        Text(
            "Elke bron die de organisatie heeft, en wat ervan is doorzocht",
            "Every source the organisation has, and how much of it was searched",
        ).in_(language),
        [
            head(Text("Bron", "Source").in_(language), "source"),
            head(Text("Uitkomst", "Result").in_(language)),
            head(_PARTS.in_(language), "n"),
            head(_LOOKED_AT.in_(language), "n"),
            head(_FOUND.in_(language), "n"),
        ],
        [_covered(one, language) for one in coverage],
    )


def _covered(one: Coverage, language: str) -> Html:
    notes = [
        html('<p class="soft">{}</p>', spans(note.in_(language)))
        for note in dict.fromkeys(one.notes)
    ]
    why = [
        html("<p>{}{}</p>", told_reason(reason, language), _times(count, language))
        for reason, count in gaps(one)
    ]
    return html(
        '<tr><th scope="row">{}</th><td><span class="{}">{}</span><p class="soft">{}</p>{}{}</td>{}{}{}</tr>\n',
        one.source,
        "good-word" if one.complete else "bad-word",
        REACHES[one.reach].in_(language),
        REACHES_TOLD[one.reach].in_(language),
        why,
        notes,
        _figure(_PARTS, one.parts, language),
        _figure(_LOOKED_AT, one.looked_at, language),
        _figure(_FOUND, one.items, language),
    )


def _figure(name: Text, number: int, language: str) -> Html:
    told = told_number(number, language)
    return html('<td class="n" data-label="{}">{}</td>', name.in_(language), told)


def _times(count: int, language: str) -> str:
    if count == 1:
        return ""
    told = told_number(count, language)
    return f" ({told} parts)" if language == "en" else f" ({told} onderdelen)"


def shortfalls(facts: Facts, language: str) -> Html:
    """Return the list of what is missing or was left out; nothing when that is nothing."""
    order, summary = facts.haul.order, facts.haul.summary
    lines = [
        html("<b>{}</b>: {}", one.source, REACHES_TOLD[one.reach].in_(language))
        for one in order.coverage
        if not one.complete
    ]
    lines += [
        html(
            "<b>{}</b>: {} ({})",
            one.source,
            told_reason(one.reason, language),
            told_number(one.count, language),
        )
        for one in summary.shortfalls
    ]
    lines += [
        html("{}", said(count).in_(language))
        for count, said in (
            (order.awaiting_review, _awaiting),
            (order.left_out, _decided),
            (summary.derived, _derived),
        )
        if count
    ]
    items = [html("<li>{}</li>\n", line) for line in lines]
    return html("<ul>\n{}</ul>", items) if items else html("")


def _counted(count: int) -> tuple[str, str]:
    nl, en = told_number(count, "nl"), told_number(count, "en")
    return ("1 gegeven is", "1 item") if count == 1 else (f"{nl} gegevens zijn", f"{en} items")


def _awaiting(count: int) -> Text:
    nl, en = _counted(count)
    return Text(
        f"{nl} nog niet beoordeeld: onzeker is of dit over u gaat. Dit zit er niet in.",
        f"{en} not yet judged: it is uncertain whether this is about you. Not in here.",
    )


def _decided(count: int) -> Text:
    nl, en = _counted(count)
    return Text(
        f"{nl} na beoordeling weggelaten: dit gaat niet over u, of de rechten van anderen staan in de weg (art. 15 lid 4 AVG).",
        f"{en} left out after review: not about you, or the rights of others stand in the way (Art. 15(4) GDPR).",
    )


def _derived(count: int) -> Text:
    nl, en = _counted(count)
    return Text(
        f"{nl} weggelaten omdat wij dit zelf hebben afgeleid: het hoort bij inzage, niet bij overdracht.",
        f"{en} left out because we derived this ourselves: it belongs to access, not to portability.",
    )


def identifiers(order: Order, language: str) -> Html:
    """Return the identifiers as a tree: each below the one that led to it."""
    shown = [one for one in order.identity.known if one.standing in STANDINGS]
    names = {one.identifier for one in shown}
    children: dict[Identifier | None, list[Known]] = {}
    for one in shown:
        via = one.clue.via if one.clue else ()
        parent = next((name for name in via if name in names and name != one.identifier), None)
        children.setdefault(parent, []).append(one)
    return _branch(children, None, order, language)


def _branch(
    children: dict[Identifier | None, list[Known]],
    parent: Identifier | None,
    order: Order,
    language: str,
) -> Html:
    # Each list is taken out as it is shown, so that identifiers that lead to one another end.
    mine = children.pop(parent, [])
    if not mine:
        return html("")
    return html(
        '<ul class="{}">\n{}</ul>\n',
        "tree" if parent is None else "",
        [
            html(
                '<li><span class="soft">{}</span> <span class="value">{}</span>{} <span class="soft">— {}</span>{}</li>\n',
                _kind(one, order, language),
                foreign(one.identifier.value),
                _period(one.identifier, language),
                _known_from(one, language),
                _branch(children, one.identifier, order, language),
            )
            for one in mine
        ],
    )


def _kind(one: Known, order: Order, language: str) -> str:
    kind = order.kinds.get(one.identifier.kind)
    name = kind.in_(language) if kind else one.identifier.kind
    return name[:1].upper() + name[1:]


def _period(identifier: Identifier, language: str) -> str:
    period = identifier.period
    if period == ALWAYS:
        return ""
    ends = [told_day(day, language) if day else "…" for day in (period.since, period.until)]
    return f" ({ends[0]} – {ends[1]})"


def _known_from(one: Known, language: str) -> Html:
    standing = STANDINGS[one.standing].in_(language)
    if one.clue is None or one.standing is Standing.GIVEN:
        return html("{}", standing)
    where = Text("in", "in").in_(language)
    return html("{}; {} {}: {}", standing, where, one.clue.source, foreign(one.clue.title))

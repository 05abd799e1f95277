"""One category of data on the overview, with all that GDPR Art. 15(1)(a) to (d) and (g) asks for."""

from collections.abc import Callable, Iterable
from datetime import date

from overdracht.connector import Processing
from overdracht.export import Haul, Order
from overdracht.report.facts import CategoryFacts, Described
from overdracht.report.markup import Html, html
from overdracht.report.page import fact
from overdracht.report.words import (
    CATEGORIES,
    COUNTS_FROM,
    ORIGINS_TOLD,
    told_day,
    told_items,
    told_number,
    told_period,
    told_size,
    told_term,
)
from overdracht.retention import CountsFrom
from overdracht.text import Text

_MOST_ENDS = 6
"""As many end dates as a person reads one by one."""
_NOBODY = Text("niemand buiten de organisatie", "nobody outside the organisation")
_UNSAID = Text(
    "door de organisatie niet ingevuld; u kunt het haar vragen",
    "not filled in by the organisation; you may ask it",
)
_UNSTATED = Text("niet opgegeven door deze connector", "not stated by this connector")


def category(one: CategoryFacts, haul: Haul, language: str) -> Html:
    """Return what is said about the category *one*."""
    order, contact = haul.order, haul.last_contact
    return html(
        '<h3>{}<small>{}</small></h3>\n<dl class="facts">{}</dl>\n',
        CATEGORIES[one.category].in_(language),
        _counted(one, language),
        (
            fact(
                Text("Periode", "Period").in_(language),
                one.first and one.last and told_period(one.first, one.last, language),
            ),
            fact(Text("Doel", "Purpose").in_(language), *_said(one, language, _purpose)),
            fact(Text("Grondslag", "Legal basis").in_(language), *_said(one, language, _basis)),
            fact(
                Text("Herkomst", "Origin").in_(language),
                *(ORIGINS_TOLD[origin].in_(language) for origin in one.origins),
            ),
            fact(
                Text("Ontvangers", "Recipients").in_(language), *_recipients(one, order, language)
            ),
            fact(
                Text("Bewaartermijn", "Retention").in_(language),
                *_retention(one, contact, language),
            ),
            fact(Text("Anderen", "Others").in_(language), _third_parties(one, language)),
        ),
    )


def _counted(one: CategoryFacts, language: str) -> str:
    size = f", {told_size(one.size, language)}" if one.size else ""
    return f"{told_items(one.items, language)}{size}"


def _purpose(processing: Processing) -> Text:
    return processing.purpose


def _basis(processing: Processing) -> Text:
    return processing.basis


def _said(
    one: CategoryFacts, language: str, aspect: Callable[[Processing], Text]
) -> Iterable[Html]:
    """Yield what the sources say: once where they agree, by source where they differ."""
    by_text: dict[str, list[str]] = {}
    for described in one.described:
        text = aspect(described.processing).in_(language)
        sources = by_text.setdefault(text, [])
        if described.source not in sources:
            sources.append(described.source)
    if not by_text:
        yield html('<span class="bad-word">{}</span>', _UNSTATED.in_(language))
    for text, sources in by_text.items():
        where = f" ({', '.join(sources)})" if len(by_text) > 1 else ""
        yield html('{}<span class="soft">{}</span>', text, where)


def _recipients(one: CategoryFacts, order: Order, language: str) -> list[str]:
    said = order.controller.recipients
    named = [*(said or ()), *_systems_recipients(one.described, language)]
    none = _UNSAID if said is None else _NOBODY
    return list(dict.fromkeys(named)) or [none.in_(language)]


def _systems_recipients(described: Iterable[Described], language: str) -> Iterable[str]:
    for said in described:
        for recipient in said.processing.recipients:
            yield recipient.in_(language)


def _retention(one: CategoryFacts, contact: date | None, language: str) -> Iterable[Html | str]:
    if one.rule is None:
        yield html(
            '<span class="bad-word">{}</span>',
            Text("geen termijn vastgesteld", "no term was set").in_(language),
        )
        return
    rule = one.rule
    term = f"{told_term(rule.term, language)} {COUNTS_FROM[rule.counts_from].in_(language)}"
    yield html('{} <span class="soft">({})</span>', term, rule.article.in_(language))
    yield rule.ground.in_(language)
    if rule.counts_from is CountsFrom.LAST_CONTACT and contact is not None:
        last = told_day(contact, language)
        yield Text(f"laatste contact: {last}", f"last contact: {last}").in_(language)
    yield from _ends(one, language)
    if one.without_end:
        count = told_items(one.without_end, language)
        yield Text(
            f"van {count} kon de einddatum niet worden berekend",
            f"the end date of {count} could not be computed",
        ).in_(language)


def _ends(one: CategoryFacts, language: str) -> Iterable[str]:
    days = one.ends
    if len(days) > _MOST_ENDS:
        first, last = told_day(days[0][0], language), told_day(days[-1][0], language)
        yield Text(
            f"mag weg vanaf {first} (het oudste) tot en met {last} (het nieuwste)",
            f"may go from {first} (the oldest) to {last} (the newest)",
        ).in_(language)
        return
    for day, items in days:
        since, count = told_day(day, language), told_items(items, language)
        yield Text(f"mag weg vanaf {since}: {count}", f"may go from {since}: {count}").in_(language)


def _third_parties(one: CategoryFacts, language: str) -> str:
    if not one.with_third_parties:
        return ""
    count = told_number(one.with_third_parties, language)
    return Text(
        f"in {count} hiervan komen ook andere mensen voor; ga daar zorgvuldig mee om",
        f"other people appear in {count} of these; treat that with care",
    ).in_(language)

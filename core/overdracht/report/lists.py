"""The items themselves: the newest of each source on the overview, all of them on pages of their own, newest first.

A page holds at most a thousand, so that a browser opens it at once however much there is. These pages stand in the bundle once, their
few words in both languages.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from overdracht.export import Bag, Haul
from overdracht.export.ledger import Listed
from overdracht.items import Category
from overdracht.report.facts import Facts, SourceFacts
from overdracht.report.markup import Html, foreign, html, link, shortened
from overdracht.report.page import head, page, table
from overdracht.report.words import CATEGORIES, told_items, told_size
from overdracht.text import Text

FOLDER = "overzicht"
PER_PAGE = 1000
NEWEST = 10

_UNNAMED = Text("(zonder titel)", "(untitled)")
_MISSING = Text("niet meegegeven", "not handed over")


def page_path(folder: str, number: int) -> str:
    """Return where page *number*, from 1, of the source in *folder* stands."""
    return f"{FOLDER}/{folder}.html" if number == 1 else f"{FOLDER}/{folder}-{number}.html"


def page_count(source: SourceFacts) -> int:
    """Return how many pages the items of *source* take."""
    return -(-source.items // PER_PAGE)


def newest(haul: Haul, source: SourceFacts, language: str) -> Html:
    """Return a table of the newest items of *source*."""
    rows = haul.ledger.newest(source.source, NEWEST)
    caption = (
        Text(f"De nieuwste {NEWEST}", f"The newest {NEWEST}").in_(language)
        if source.items > NEWEST
        else Text("Alles, nieuwste eerst", "All, newest first").in_(language)
    )
    with_kind = source.kinds > 1
    return table(
        caption,
        _heads((language,), with_kind=with_kind),
        [_row(row, "", (language,), with_kind=with_kind) for row in rows],
    )


def add_lists(bag: Bag, facts: Facts) -> None:
    """Write the pages of every source into *bag*."""
    language = facts.haul.order.language
    languages = ("en", "nl") if language == "en" else ("nl", "en")
    for source in facts.sources:
        rows = facts.haul.ledger.newest(source.source)
        for number in range(1, page_count(source) + 1):
            parts = _page(source, number, islice(rows, PER_PAGE), languages)
            bag.add(page_path(source.folder, number), page(language, source.source, parts))


def _said(text: Text, languages: Iterable[str]) -> str:
    return " · ".join(text.in_(language) for language in languages)


def _heads(languages: tuple[str, ...], *, with_kind: bool) -> list[Html]:
    kind = head(_said(Text("Soort", "Kind"), languages), "kind")
    return [
        head(_said(Text("Datum", "Date"), languages), "d"),
        head(_said(Text("Gegeven", "Item"), languages)),
        *((kind,) if with_kind else ()),
        head(_said(Text("Plaats", "Place"), languages), "place"),
        head(_said(Text("Grootte", "Size"), languages), "n"),
    ]


def _row(row: Listed, up: str, languages: tuple[str, ...], *, with_kind: bool) -> Html:
    day, title, part, category, size, path = row
    what = foreign(title) if title else html("<i>{}</i>", _said(_UNNAMED, languages))
    if path is None:
        what = html('{} <span class="bad-word">({})</span>', what, _said(_MISSING, languages))
    else:
        what = link(path, what, up=up)
    return html(
        '<tr><td class="d">{}</td><td>{}</td>{}<td class="soft"><bdi>{}</bdi></td><td class="n">{}</td></tr>\n',
        day,
        what,
        _kind(category, languages[0]) if with_kind else None,
        shortened(part),
        None if size is None else told_size(size, languages[0]),
    )


def _kind(category: str, language: str) -> Html:
    return html('<td class="soft">{}</td>', CATEGORIES[Category(category)].in_(language))


def _page(
    source: SourceFacts, number: int, rows: Iterable[Listed], languages: tuple[str, ...]
) -> Iterator[Html]:
    home = link("index.html", _said(Text("Overzicht", "Overview"), languages), up="../")
    pages = _pages(source, number)
    with_kind = source.kinds > 1
    yield html(
        '<header>\n<p class="kicker"><span>{}</span></p>\n<h1>{}</h1>\n<p>{}</p>\n{}</header>\n<main>\n',
        home,
        source.source,
        _said(
            Text(
                f"{told_items(source.items, 'nl')}, nieuwste eerst",
                f"{told_items(source.items, 'en')}, newest first",
            ),
            languages,
        ),
        pages,
    )
    yield html(
        '<div class="scroll"><table class="cards">\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n',
        _said(Text("Gegevens", "Items"), languages),
        _heads(languages, with_kind=with_kind),
    )
    for row in rows:
        yield _row(row, "../", languages, with_kind=with_kind)
    yield html("</tbody>\n</table></div>\n{}</main>\n", pages)


def _pages(source: SourceFacts, current: int) -> Html:
    count = page_count(source)
    if count == 1:
        return html("")
    links = [
        html("<b>{}</b>", number)
        if number == current
        else link(page_path(source.folder, number), str(number), up="../")
        for number in range(1, count + 1)
    ]
    return html('<nav class="pages" aria-label="Bladen · Pages">{}</nav>\n', links)

"""Fill a bag with everything an order asks: the data, and the documents that explain it."""

from collections.abc import Callable

from overdracht.export import Bag, Exported, Order, Summary, collect
from overdracht.report.facts import facts
from overdracht.report.herkomst import herkomst
from overdracht.report.index import Index
from overdracht.report.lists import add_lists
from overdracht.report.markup import neutral
from overdracht.report.opening import page_name
from overdracht.report.overview import overview
from overdracht.report.readme import readme
from overdracht.report.words import PURPOSES

LANGUAGES = ("nl", "en")


def fill(bag: Bag, order: Order, listen: Callable[[Exported], None] = lambda _: None) -> Summary:
    """Put what *order* asks for into *bag*, telling *listen* how far it is; return what it came to."""
    with collect(bag, order, listen) as haul:
        counted = facts(haul)
        for language in LANGUAGES:
            bag.add(page_name(order, language), Index(counted, language).write())
        add_lists(bag, counted)
        bag.add("herkomst.jsonl", herkomst(counted))
        bag.add("overview.json", overview(counted))
        bag.add("LEESMIJ.txt", readme(counted))
        bag.info.update(_labels(order))
    return haul.summary


def _labels(order: Order) -> dict[str, str]:
    """Return the labels that RFC 8493 has for what is known, for software that keeps bags."""
    return {
        "Source-Organization": neutral(order.controller.name),
        "External-Identifier": neutral(order.reference),
        "External-Description": PURPOSES[order.purpose].en,
    }

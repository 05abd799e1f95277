"""What a haul comes to, per category and per source: counted once, told in several forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from overdracht.connector import Connector, Processing, Settings
from overdracht.export import Haul
from overdracht.export.ledger import Entry
from overdracht.items import Category, Origin
from overdracht.retention import CountsFrom, Rule


@dataclass(frozen=True, slots=True)
class Described:
    """What one source does with a category."""

    source: str
    processing: Processing


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """One category of data, for GDPR Art. 15(1)."""

    category: Category
    items: int
    size: int
    first: str | None
    last: str | None
    with_third_parties: int
    origins: tuple[Origin, ...]
    described: tuple[Described, ...]
    rule: Rule | None
    ends: tuple[tuple[str, int], ...]
    """First day on which it may go → how many items, earliest first."""
    without_end: int
    """How many items have no end that could be computed."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What came out of one source."""

    source: str
    folder: str
    items: int
    delivered: int
    """How many of its items the files hold."""
    first: str | None
    last: str | None
    files: int
    size: int
    kinds: int
    """How many categories its items have."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the documents count."""

    haul: Haul
    categories: tuple[CategoryFacts, ...]
    sources: tuple[SourceFacts, ...]
    media_types: tuple[tuple[str, str, int], ...]
    """Source, media type and number of files."""
    processing: Mapping[tuple[str, Category], tuple[Processing, ...]]
    end_after_contact: Mapping[Category, str | None]
    """For what counts from the last contact, the one end that all items of the category have."""

    def ends(self, entry: Entry) -> str | None:
        """Return the first day on which *entry* may go."""
        category = Category(entry.category)
        return self.end_after_contact.get(category) if entry.ends is None else entry.ends

    def processing_of(self, source: str, category: Category, origin: Origin) -> Processing | None:
        """Return what *source* says of *category*, for this *origin* if it tells them apart."""
        said = self.processing.get((source, category), ())
        return next((one for one in said if one.origin is origin), said[0] if said else None)


def facts(haul: Haul) -> Facts:
    """Count what *haul* holds."""
    processing = _processing(haul.order.sources)
    contact_ends = _ends_after_contact(haul)
    return Facts(
        haul,
        tuple(_categories(haul, processing, contact_ends)),
        tuple(_sources(haul)),
        tuple(
            haul.ledger.rows(
                "SELECT source, media_type, count(*) FROM file GROUP BY source, media_type ORDER BY source, media_type"
            )
        ),
        processing,
        contact_ends,
    )


def _processing(
    sources: Mapping[str, Connector[Settings]],
) -> dict[tuple[str, Category], tuple[Processing, ...]]:
    said: dict[tuple[str, Category], tuple[Processing, ...]] = {}
    for source, connector in sources.items():
        try:
            described = tuple(connector.describe())
        except Exception:  # noqa: BLE001, S112 - a connector that cannot describe itself must not cost the person the data
            continue
        for one in described:
            said[source, one.category] = (*said.get((source, one.category), ()), one)
    return said


def _ends_after_contact(haul: Haul) -> dict[Category, str | None]:
    return {
        category: _after(rule, haul)
        for category, rule in haul.order.rules.items()
        if rule.counts_from is CountsFrom.LAST_CONTACT
    }


def _after(rule: Rule, haul: Haul) -> str | None:
    end = None if haul.last_contact is None else rule.first_day_after(haul.last_contact)
    return None if end is None else end.isoformat()


def _categories(
    haul: Haul,
    processing: Mapping[tuple[str, Category], tuple[Processing, ...]],
    contact_ends: Mapping[Category, str | None],
) -> list[CategoryFacts]:
    rows = list(
        haul.ledger.rows(
            "SELECT category, count(*), coalesce(sum(size), 0), min(day), max(day), sum(third_parties > 0),"
            " group_concat(DISTINCT origin) FROM item GROUP BY category"
        )
    )
    order = list(Category)
    found = []
    for name, items, size, first, last, third, origins in rows:
        category = Category(name)
        ends = _ends(haul, category, contact_ends)
        sources = [
            row[0]
            for row in haul.ledger.rows(
                "SELECT DISTINCT source FROM item WHERE category=? ORDER BY source", (name,)
            )
        ]
        found.append(
            CategoryFacts(
                category,
                items,
                size,
                first,
                last,
                third,
                tuple(one for one in Origin if one in origins.split(",")),
                tuple(
                    Described(source, one)
                    for source in sources
                    for one in processing.get((source, category), ())
                ),
                haul.order.rules.get(category),
                tuple((day, count) for day, count in ends if day is not None),
                sum(count for day, count in ends if day is None),
            )
        )
    return sorted(found, key=lambda one: order.index(one.category))


def _ends(
    haul: Haul, category: Category, contact_ends: Mapping[Category, str | None]
) -> list[tuple[str | None, int]]:
    return [
        (day, count)
        for day, count in haul.ledger.rows(
            "SELECT coalesce(ends, ?) AS may_go, count(*) FROM item WHERE category=? GROUP BY may_go ORDER BY may_go",
            (contact_ends.get(category), category.value),
        )
    ]


def _sources(haul: Haul) -> list[SourceFacts]:
    files = {
        source: (count, size)
        for source, count, size in haul.ledger.rows(
            "SELECT source, count(*), sum(size) FROM file GROUP BY source"
        )
    }
    delivered = haul.ledger.delivered()
    items = haul.ledger.rows(
        "SELECT source, count(*), min(day), max(day), count(DISTINCT category) FROM item GROUP BY source ORDER BY min(n)"
    )
    return [
        SourceFacts(
            source,
            haul.folders[source],
            count,
            delivered.get(source, 0),
            first,
            last,
            *files.get(source, (0, 0)),
            kinds,
        )
        for source, count, first, last, kinds in items
    ]

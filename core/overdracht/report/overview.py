"""`overview.json`: the bundle for machines, every item by file and every file by item.

It is written as it is read from the ledger; `overview.schema.json` says what stands in it.
"""

from collections.abc import Iterator
from itertools import groupby

from overdracht.coverage import Coverage
from overdracht.export import Controller
from overdracht.export.encoding import encoded
from overdracht.identifiers import ALWAYS
from overdracht.report.encoding import Json, processing_of, rule_of, text_of
from overdracht.report.facts import CategoryFacts, Facts, SourceFacts
from overdracht.report.rights import COMPLAINT, RIGHTS
from overdracht.report.streams import file_records, in_blocks, item_records, separated
from overdracht.report.words import CATEGORIES, STANDINGS
from overdracht.survey import Known
from overdracht.text import Text

FORMAT = "overdracht-overview"
VERSION = 1


def overview(facts: Facts) -> Iterator[bytes]:
    """Yield `overview.json` in blocks."""
    return in_blocks(_overview(facts))


def _overview(facts: Facts) -> Iterator[bytes]:
    yield encoded(_head(facts))[:-1]
    yield b',\n"items":['
    yield from separated(item_records(facts))
    yield b'],\n"files":['
    yield from separated(file_records(facts.haul))
    yield b"]}\n"


def _head(facts: Facts) -> Json:
    order, summary = facts.haul.order, facts.haul.summary
    return {
        "format": FORMAT,
        "version": VERSION,
        "reference": order.reference,
        "purpose": order.purpose,
        "language": order.language,
        "made": order.now,
        "received": order.received,
        "complete": summary.complete,
        "controller": _controller(order.controller),
        "identifiers": [
            _identifier(one) for one in order.identity.known if one.standing in STANDINGS
        ],
        "coverage": [_coverage(one) for one in order.coverage],
        "shortfalls": summary.shortfalls,
        "left_out": {
            "awaiting_review": order.awaiting_review,
            "by_decision": order.left_out,
            "derived": summary.derived,
        },
        "totals": _totals(facts),
        "last_contact": facts.haul.last_contact,
        "categories": [_category(one) for one in facts.categories],
        "sources": [_source(one) for one in facts.sources],
        "rights": [
            {"name": text_of(one.name), "article": one.article, "explanation": text_of(one.told)}
            for one in RIGHTS
        ],
        "complaint": text_of(COMPLAINT),
        "automated_decisions": _stated(order.controller.automated_decisions),
        "transfers": _stated(order.controller.transfers),
    }


def _stated(statement: Text | None) -> Json | None:
    """Return what the organisation states; None when it states nothing, which is not the same as that there is nothing."""
    return None if statement is None else text_of(statement)


def _controller(controller: Controller) -> Json:
    return {
        "name": controller.name,
        "contact": controller.contact,
        "address": controller.address,
        "recipients": controller.recipients,
    }


def _totals(facts: Facts) -> Json:
    summary = facts.haul.summary
    return {
        "items": summary.items,
        "files": summary.files,
        "size": summary.size,
        "first": min((one.first for one in facts.categories if one.first), default=None),
        "last": max((one.last for one in facts.categories if one.last), default=None),
    }


def _source(one: SourceFacts) -> Json:
    return {
        "source": one.source,
        "folder": f"data/{one.folder}/",
        "items": one.delivered,
        "files": one.files,
        "size": one.size,
    }


def _identifier(known: Known) -> Json:
    identifier, clue = known.identifier, known.clue
    period = identifier.period
    return {
        "kind": identifier.kind,
        "value": identifier.value,
        **({} if period == ALWAYS else {"since": period.since, "until": period.until}),
        "standing": known.standing,
        **(
            {}
            if clue is None
            else {"source": clue.source, "where": clue.where, "via": [str(one) for one in clue.via]}
        ),
    }


def _coverage(coverage: Coverage) -> Json:
    return {
        "source": coverage.source,
        "connector": coverage.connector,
        "reach": coverage.reach,
        "parts": coverage.parts,
        "looked_at": coverage.looked_at,
        "found": coverage.items,
        "gaps": [{"reason": reason, "parts": parts} for reason, parts in gaps(coverage)],
        "notes": [{"nl": note.nl, "en": note.en} for note in coverage.notes],
    }


def gaps(coverage: Coverage) -> list[tuple[str, int]]:
    """Return why parts of a source were not searched, and how many; not their names, which may be other people's."""
    reasons = sorted(gap.reason for gap in coverage.gaps)
    return [(reason, len(list(same))) for reason, same in groupby(reasons)]


def _category(one: CategoryFacts) -> Json:
    return {
        "category": one.category,
        "name": text_of(CATEGORIES[one.category]),
        "items": one.items,
        "size": one.size,
        "first": one.first,
        "last": one.last,
        "items_with_third_parties": one.with_third_parties,
        "origins": one.origins,
        "processing": [
            {"source": said.source, **processing_of(said.processing)} for said in one.described
        ],
        "retention": None
        if one.rule is None
        else {
            **rule_of(one.rule),
            "ends": [{"from": day, "items": count} for day, count in one.ends],
            "without_end": one.without_end,
        },
    }

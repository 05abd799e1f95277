"""`herkomst.jsonl`: per item where it is from, what it is for and until when it is kept."""

from collections.abc import Iterator

import orjson

from overdracht.items import Category, Origin
from overdracht.report.encoding import Json, origin_of, rule_of, text_of
from overdracht.report.facts import Facts
from overdracht.report.streams import in_blocks, with_files


def herkomst(facts: Facts) -> Iterator[bytes]:
    """Yield `herkomst.jsonl` in blocks: per item where it is from, what it is for and until when it is kept."""
    said: dict[tuple[str, str, str], orjson.Fragment] = {}
    return in_blocks(_herkomst(facts, said))


def _herkomst(facts: Facts, said: dict[tuple[str, str, str], orjson.Fragment]) -> Iterator[bytes]:
    for entry, held in with_files(facts.haul):
        kind = (entry.source, entry.category, entry.origin)
        if kind not in said:
            said[kind] = orjson.Fragment(orjson.dumps(_of_kind(facts, *kind)))
        yield orjson.dumps(
            {
                "id": entry.id,
                "source": entry.source,
                "part": entry.part,
                "category": entry.category,
                "title": entry.title,
                "when": entry.at,
                "certainty": entry.certainty,
                "third_parties": entry.third_parties,
                "may_go_from": facts.ends(entry),
                "files": held,
                "processing": said[kind],
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def _of_kind(facts: Facts, source: str, category: str, origin: str) -> Json:
    """Return what is the same for all items of one source, category and origin."""
    where_from = Origin(origin)
    processing = facts.processing_of(source, Category(category), where_from)
    rule = facts.haul.order.rules.get(Category(category))
    return {
        "origin": origin_of(where_from),
        "purpose": None if processing is None else text_of(processing.purpose),
        "basis": None if processing is None else text_of(processing.basis),
        "retention": None if rule is None else rule_of(rule),
    }

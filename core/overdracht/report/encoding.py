"""How the documents for machines say what they have in common."""

from overdracht.connector import Processing
from overdracht.items import Origin
from overdracht.report.words import ORIGINS
from overdracht.retention import Rule
from overdracht.text import Text

Json = dict[str, object]


def text_of(text: Text) -> Json:
    """Return *text* in both languages."""
    return {"nl": text.nl, "en": text.en}


def processing_of(said: Processing) -> Json:
    """Return what is done with a category of data."""
    return {
        "purpose": text_of(said.purpose),
        "basis": text_of(said.basis),
        "origin": origin_of(said.origin),
        "recipients": [text_of(one) for one in said.recipients],
    }


def origin_of(origin: Origin) -> Json:
    """Return *origin* by its code and in words."""
    return {"code": origin, **text_of(ORIGINS[origin])}


def rule_of(rule: Rule) -> Json:
    """Return a retention rule."""
    return {
        "term": str(rule.term),
        "counts_from": rule.counts_from,
        "ground": text_of(rule.ground),
        "article": text_of(rule.article),
    }

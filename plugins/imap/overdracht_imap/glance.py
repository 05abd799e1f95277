"""Look whether a letter that the person sent is the request itself, whatever its subject line says, and whether an identity document came with it."""

import re
from itertools import islice
from typing import NamedTuple

from overdracht import fold
from overdracht_imap.letters import opening
from overdracht_imap.mime import Buffer, Part, parts

READ = 16_000
"""Characters of a letter's own text that are looked at: a request is said in the first lines."""
_TEXTS = 3
"""The same letter as plain text and as HTML, and what a mailing list adds."""
_PARTS = 500
_ASKING = r"\b(?:verzoek|vraag|vragen|wil|willen|wens|graag|hierbij|please|request|want|wish|like|hereby|exercise)\b"
_LAW = (
    r"\b(?:avg|gdpr|algemene verordening gegevensbescherming|general data protection regulation)\b"
)
_MINE = r"\b(?:mijn|m'n|onze) (?:\w+ ){0,2}(?:persoons)?gegevens\b"
_GONE = r"\b(?:ver)?wis(?:sen|t)?\b|\bgewist\b|\bverwijder|\bvernietig|\bin te zien\b|\binzien\b|\binzage\b|\bopvra|\bop te vragen\b|\boverdra|\bover te dragen\b|\bkopie\b"
_FAR = r"[^.!?]{0,80}"
_REQUEST = (  # not compiled yet, nor the next: a quick search reads no letters, and does not wait for it
    rf"(?:{_MINE}){_FAR}(?:{_GONE})|(?:{_GONE}){_FAR}(?:{_MINE})|(?:{_ASKING}){_FAR}{_LAW}|{_LAW}{_FAR}(?:{_ASKING})"
    r"|\brecht (?:op|van|tot) (?:\w+ )?(?:inzage|vergetelheid|(?:gegevens)?wissing|verwijdering|rectificatie|beperking|bezwaar|dataportabiliteit"
    r"|(?:gegevens)?overdra\w+)|\brecht om (?:te worden vergeten|vergeten te worden)"
    r"|\b(?:inzage|verwijder|verwijderings|wis|wissings|vergeet|avg|gdpr)[ -]?verzoek"
    r"|\b(?:welke|alle|wat voor) (?:persoons)?gegevens (?:die )?(?:\w+ )?(?:u|je|jij|jullie)\b[^.!?]{0,40}\b(?:mij|me|ons)\b"
    r"|\b(?:delete|erase|remove|destroy|wipe)\b[^.!?]{0,30}\bmy\b[^.!?]{0,30}\b(?:data|information|details)\b"
    r"|\bmy (?:\w+ ){0,2}(?:data|information|details)\b[^.!?]{0,30}\b(?:deleted|erased|removed|destroyed|wiped)\b"
    r"|\b(?:copy of|access to)\b[^.!?]{0,20}\bmy (?:personal )?(?:data|information)\b"
    r"|\b(?:data|information) (?:that )?you (?:hold|have|keep|store|process)\b[^.!?]{0,30}\bme\b"
    r"|\bright (?:to|of) (?:be forgotten|access|erasure|rectification|restriction|data portability|object)\b"
    r"|\b(?:subject access|data subject|erasure) request|\bdsar\b"
)
_DOCUMENT = (
    r"\b(?:paspoort|passport|rijbewijs|identiteitsbewijs|identiteitskaart|legitimatie(?:bewijs)?|verblijfsvergunning|verblijfsdocument"
    r"|driving licen[cs]e|driver'?s licen[cs]e|residence permit|identity (?:card|document)|id[ -](?:kaart|bewijs|card))\b"
)
_PICTURES = re.compile(r"image/.*|application/(?:x-)?pdf")


class Glance(NamedTuple):
    """What a letter of the person's own is, as far as can be seen in it."""

    asks: bool = False
    """Its text asks for a right."""
    shows: bool = False
    """Its text speaks of an identity document."""
    pictures: bool = False
    """A picture or a PDF came with it."""


NONE = Glance()


def glance(message: Buffer, start: int = 0, end: int | None = None) -> Glance:
    """Look at a *message*: at the first of its text, and at what is attached to it."""
    texts: list[str] = []
    pictures = False
    for part in islice(parts(message, start, end), _PARTS):
        if part.inside:
            continue
        if _PICTURES.fullmatch(part.content_type):
            pictures = True
        elif _is_own_text(part) and len(texts) < _TEXTS:
            texts.append(fold(opening(message, part)[:READ]))
    return Glance(
        any(re.search(_REQUEST, text) for text in texts),
        any(re.search(_DOCUMENT, text) for text in texts),
        pictures,
    )


def _is_own_text(part: Part) -> bool:
    own = part.content_type in {"text/plain", "text/html"} and not part.attached
    return own and part.end > part.start

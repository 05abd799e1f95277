"""What people type or paste, made clean; and the kinds that are text without more structure."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero-width, yet part of the spelling in Persian and Indic scripts."""


def clean(text: str) -> str:
    """Return *text* in NFC with single spaces and without invisible characters; refuse what no keyboard writes."""
    if text.isascii():
        text = " ".join(text.split())
        written = text.isprintable()
    else:
        text = "".join(one for one in text if one in _JOINERS or unicodedata.category(one) != "Cf")
        text = " ".join(unicodedata.normalize("NFC", text).split())
        written = not any(unicodedata.category(one) in {"Cc", "Cs"} for one in text)
    if not written:
        raise ValueError("it holds a control character")
    if not text.strip(_JOINERS):
        raise ValueError("it is empty")
    return text


def caseless(text: str) -> str:
    """Return *text* clean and case-folded, by Unicode's canonical caseless matching (D145)."""
    folded = unicodedata.normalize("NFD", clean(text)).casefold()
    return clean(unicodedata.normalize("NFC", folded))


def name(text: str) -> str:
    """Return a person's name; who compares names folds them, so that the value keeps its capitals for people to read."""
    tidy = clean(text)
    if not any(one.isalpha() for one in tidy):
        raise ValueError("it holds no letter")
    return tidy


def username(text: str) -> str:
    """Return a user name, in which case does not count on most systems."""
    return caseless(text)


def customer(text: str) -> str:
    """Return a customer number; leading zeros stay, since 0042 and 42 can be two customers."""
    return caseless(text)

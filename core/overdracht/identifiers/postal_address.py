"""Postal addresses, on one line and with Dutch postcodes in their official form."""

import re

from overdracht.identifiers.plain_text import clean

_POSTCODE = re.compile(r"\b([1-9][0-9]{3}) ?([a-z]{2})\b", re.IGNORECASE | re.ASCII)
_NEVER_GIVEN = {"SA", "SD", "SS"}


def address(text: str) -> str:
    """Return the postal address in *text*, spaces for its line breaks; who compares addresses folds them."""
    tidy = clean(text)
    if not any(one.isalnum() for one in tidy):
        raise ValueError("it holds no letter or digit")
    return _POSTCODE.sub(_official, tidy)


def has_postcode(text: str) -> bool:
    """Say whether *text* holds what may be a Dutch postcode."""
    return _POSTCODE.search(text) is not None


def _official(found: re.Match[str]) -> str:
    letters = found[2].upper()
    return found[0] if letters in _NEVER_GIVEN else f"{found[1]} {letters}"

"""The forms in which texts are compared: Özdemir, OZDEMIR and an O with loose dots are one name."""

import re
import unicodedata

_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}  # noqa: RUF001 - the dotless i is meant
"""Letters that Unicode does not take apart but people and keyboards do; `ß` is left to case folding."""


class _Folds(dict[int, str]):
    """Code point → its folded form, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        # A format character (soft hyphen, zero-width space) shows nothing and so must hide nothing.
        return ""
    folded = unicodedata.normalize("NFKD", character.casefold())
    folded = "".join(_LETTERS.get(part, part) for part in folded)
    return folded if folded == character else folded.translate(_FOLDS)


_FOLDS = _Folds()
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return *text* without case, accents and superfluous white space; folding twice changes nothing."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKD", text).translate(_FOLDS).split())


def squeeze(text: str) -> str:
    """Return only the letters and digits of *text*, folded: the form in which an IBAN with spaces is still that IBAN."""
    return _NO_LETTER_OR_DIGIT.sub("", fold(text))

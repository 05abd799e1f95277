"""The register numbers that people write into notes because a program has no field for them: KvK and VAT numbers, which an invoice shows."""

import re
from collections.abc import Iterator

_SEP = "[ .-]?"


def _digits(number: int) -> str:
    return rf"\d(?:{_SEP}\d){{{number - 1}}}"


def _any(*numbers: int) -> str:
    """Return a pattern of one of these *numbers* of digits, the most first."""
    return f"(?:{'|'.join(map(_digits, sorted(numbers, reverse=True)))})"


_ABROAD = {
    "AT": f"U{_digits(8)}",
    "BE": _digits(10),
    "BG": _any(9, 10),
    "CY": f"{_digits(8)}{_SEP}[A-Z]",
    "CZ": _any(8, 9, 10),
    "DE": _digits(9),
    "DK": _digits(8),
    "EE": _digits(9),
    "EL": _digits(9),
    "ES": f"(?:[A-Z]{_SEP}{_digits(7)}{_SEP}[A-Z0-9]|{_digits(8)}{_SEP}[A-Z])",
    "FI": _digits(8),
    "FR": f"[A-Z0-9]{{2}}{_SEP}{_digits(9)}",
    "HR": _digits(11),
    "HU": _digits(8),
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": _digits(11),
    "LT": _any(9, 12),
    "LU": _digits(8),
    "LV": _digits(11),
    "MT": _digits(8),
    "PL": _digits(10),
    "PT": _digits(9),
    "RO": _any(6, 7, 8, 9, 10),
    "SE": _digits(12),
    "SI": _digits(8),
    "SK": _digits(10),
    "GB": _any(9, 12),
    "XI": _any(9, 12),
}
_ENDS = r"(?![^\W_])(?! ?\d{4})"
"""What runs on in groups of four is an account."""
_FOREIGN = "|".join(rf"{country}{_SEP}{form}" for country, form in _ABROAD.items())
_KVK = re.compile(
    r"\b(?:k\.?v\.?k\b\.?|kamer van koophandel)(?:[ -]?(?:nummer|nr\.?|no\.?))?(?: is)?[ :.#]*"
    rf"({_digits(8)})(?!\d)|\bkvk(?:nummer|nr\.?)?(\d{{8}})(?!\d)",
    re.IGNORECASE,
)
_DUTCH = rf"[Nn][Ll]{_SEP}{_digits(9)}{_SEP}[Bb]{_SEP}{_digits(2)}"
_VAT = re.compile(rf"(?<![^\W_])((?:{_DUTCH})(?![^\W_])|(?:{_FOREIGN}){_ENDS})")
_SEPARATORS = re.compile(r"[ .-]")


def kvk_number(text: str) -> str:
    """Return the first number that *text* calls one of the KvK, empty when there is none."""
    return next(_kvk_numbers(text), "")


def vat_number(text: str) -> str:
    """Return the first VAT number of a country of the European Union or the United Kingdom in *text*, empty when there is none."""
    return next(_vat_numbers(text), "")


def register_numbers(text: str) -> str:
    """Return of *text* the register numbers and nothing else, so that they are read from it as they are from *text*."""
    told = [f"KvK {one}" for one in _kvk_numbers(text)]
    told += [f"btw {one}" for one in _vat_numbers(text)]
    return ", ".join(dict.fromkeys(told))


def _kvk_numbers(text: str) -> Iterator[str]:
    for found in _KVK.finditer(text):
        yield _SEPARATORS.sub("", found[1] or found[2])


def _vat_numbers(text: str) -> Iterator[str]:
    for found in _VAT.finditer(text):
        yield _SEPARATORS.sub("", found[1]).upper()

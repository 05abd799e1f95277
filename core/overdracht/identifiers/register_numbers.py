"""Numbers that a register hands out: IBAN and KvK."""

import re

from overdracht.identifiers.plain_text import clean

_SEPARATORS = re.compile(r"[ .\-]")
_PREFIX = re.compile(r"^(iban|kvk)(?:-?\s?(?:nummer|nr\.?))?[ :.]*", re.IGNORECASE)


def iban(text: str) -> str:
    """Return the IBAN in *text*, upper case and without spaces, its check digits checked."""
    from stdnum import exceptions  # slow to load, like all of stdnum
    from stdnum import iban as standard

    number = _compact(text).upper()
    if not number.isascii():
        raise ValueError("it holds other signs than letters and digits")
    try:
        # Only what every IBAN has is checked: some countries' own rules, as the library knows them, refuse accounts that exist.
        return str(standard.validate(number, check_country=False))
    except exceptions.InvalidChecksum as error:
        raise ValueError("its check digits are wrong, so a character is mistyped") from error
    except exceptions.ValidationError as error:
        raise ValueError("its length or form is not that of an IBAN") from error


def kvk(text: str) -> str:
    """Return the KvK number in *text*: eight digits, the zeros in front included. It has no check digit."""
    number = _compact(text)
    if not re.fullmatch(r"[0-9]{8}", number):
        raise ValueError("it is not eight digits")
    return number


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", _PREFIX.sub("", clean(text)))

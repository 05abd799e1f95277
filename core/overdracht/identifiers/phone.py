"""Telephone numbers, as E.164; an extension stays, because the number without it is the whole company's."""

from overdracht.identifiers.plain_text import clean

REGION = "NL"
"""Where a number without a country code is."""
_SHORTEST = 7
"""Digits of a number in a range that the library does not know yet; fewer would be found in any text."""


def phone(text: str) -> str:
    """Return the telephone number in *text*."""
    import phonenumbers  # slow to load, and few commands need it

    try:
        number = phonenumbers.parse(clean(text), REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("it is not written as a telephone number is") from error
    long_enough = len(str(number.national_number)) >= _SHORTEST
    if not (
        phonenumbers.is_valid_number(number)
        or (long_enough and phonenumbers.is_possible_number(number))
    ):
        raise ValueError("it has too few or too many digits")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def in_use(number: str) -> bool:
    """Say whether a normalised *number* lies in a range that has been given out."""
    import phonenumbers  # slow to load, and few commands need it

    return phonenumbers.is_valid_number(phonenumbers.parse(number, None))

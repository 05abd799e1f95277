"""Domain names, as lower-case A-labels without the dot at the end."""

import re

from overdracht.identifiers.plain_text import clean

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# Wider than the host name rule: real names hold underscores (`_dmarc`) and runs of hyphens (`r3---sn`).
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 253


def host(text: str) -> str:
    """Return *text* as a host name of one label or more, as it stands after the @ of an address."""
    lowered = clean(text).lower().removesuffix(".")
    if not lowered.isascii():
        lowered = _to_ascii(lowered)
    if len(lowered) > _LONGEST or not _NAME.fullmatch(lowered):
        raise ValueError("it is not written as a domain name is")
    return lowered


def _to_ascii(text: str) -> str:
    import idna  # slow to load, and most names are ASCII

    try:
        return idna.encode(text, uts46=True).decode().removesuffix(".")
    except UnicodeError as error:  # idna's own errors are UnicodeErrors, and repeat the name
        raise ValueError("IDNA does not allow a letter of it; write it as xn--…") from error


def domain(text: str) -> str:
    """Return *text* as a domain name of two labels or more."""
    name = host(text)
    if "." not in name:
        raise ValueError("it has no dot")
    if name.rpartition(".")[2].isdigit():
        raise ValueError("it ends in a number")
    return name

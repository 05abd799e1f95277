"""Mail addresses.

The domain becomes a lower-case A-label. The local part is lower-cased as well: RFC 5321 lets it tell upper from lower case,
but no provider does, so that taking Jan@ and jan@ for two people would miss mail of one person.
"""

import re
import unicodedata

from overdracht.identifiers.domain_name import host
from overdracht.identifiers.plain_text import clean

_LONGEST_LOCAL = (
    64 * 4
)  # octets; four times RFC 5321's limit, since real mailing lists put whole addresses in it
_UNQUOTED = re.compile(r'[^\s"(),:;<>@\[\]\\]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LITERAL = re.compile(r"\[[0-9a-z.:]+\]", re.IGNORECASE)


def split_address(address: str) -> tuple[str, str]:
    """Return the local part and the domain of *address*; the domain is empty when there is no @."""
    local, at, domain = address.rpartition("@")
    return (local, domain) if at else (address, "")


def base_address(address: str) -> str:
    """Return *address* without what follows a plus: jan+nieuws@x.nl arrives at jan@x.nl."""
    local, domain = split_address(address)
    base, plus, _ = local.partition("+")
    if not plus or not base or not domain or local.startswith('"'):
        return address
    return f"{base}@{domain}"


def email(text: str) -> str:
    """Return the address in *text*, which may be written as in a link (mailto:) or a header (<jan@x.nl>)."""
    tidy = clean(text)
    if tidy[:7].lower() == "mailto:":
        tidy = tidy[7:].strip()
    if tidy.startswith("<") and tidy.endswith(">"):
        tidy = tidy[1:-1].strip()
    local, domain = split_address(tidy)
    if not domain:
        raise ValueError("it has no @ with a domain after it")
    domain = domain.lower() if _LITERAL.fullmatch(domain) else host(domain)
    return f"{_local_part(local)}@{domain}"


def _local_part(text: str) -> str:
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).lower())
    if quoted := _QUOTED.fullmatch(lowered):
        bare = re.sub(r"\\(.)", r"\1", quoted[1])
        # Quotes that are not needed are only another spelling.
        lowered = bare if _UNQUOTED.fullmatch(bare) else lowered
    elif not _UNQUOTED.fullmatch(lowered):
        raise ValueError("what stands before the @ is not written as in an address")
    if len(lowered.encode()) > _LONGEST_LOCAL:
        raise ValueError("it is too long")
    return lowered

"""What the top-level domains can do, which decides what is refused."""

from typing import Any

_ALL = (
    "canRegister",
    "canTransferWithOwnerChange",
    "canTransferWithoutOwnerChange",
    "canSetLock",
    "canSetOwner",
    "canSetContacts",
    "canSetNameservers",
    "supportsDnsSec",
)


def _tld(
    *without: str, quarantine: int, code: str = "given", owner_lock: int = 0, notice: int = 1
) -> dict[str, Any]:
    return {
        "price": 399,
        "recurringPrice": 749,
        "capabilities": [one for one in _ALL if one not in without],
        "minLength": 2,
        "maxLength": 63,
        "registrationPeriodLength": 12,
        "cancelTimeFrame": notice,
        "_quarantine": quarantine,
        "_authCode": code,
        "_ownerLock": owner_lock,
    }


NL = _tld("canSetLock", quarantine=40)
GENERIC = _tld(quarantine=35, owner_lock=60)
"""A change of registrant locks these against a transfer for 60 days."""
MAILED = _tld("canSetLock", quarantine=40, code="mailed")
"""The registry mails the auth code to the registrant."""
CH = _tld("canSetLock", "canSetOwner", quarantine=40)

TLDS: dict[str, dict[str, Any]] = {
    ".nl": NL,
    ".com": GENERIC,
    ".net": GENERIC,
    ".org": GENERIC,
    ".de": _tld("canSetLock", quarantine=30),
    ".be": MAILED,
    ".eu": MAILED,
    ".ch": CH,
    ".example": GENERIC,
    ".nl.example": NL,
    ".be.example": MAILED,
    ".eu.example": MAILED,
    ".ch.example": CH,
}
"""By name; the longest that a domain ends in is its own, so that every kind has a form that nobody can register."""


def tld_of(domain: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the rules of the top-level domain that *domain* is under."""
    matching = [name for name in TLDS if domain.endswith(name)]
    name = max(matching, key=len) if matching else "." + domain.rpartition(".")[2]
    return name, TLDS.get(name, GENERIC)

"""What an administrator types to name a person: `jan@x.nl`, `kvk:01234567`, `ip:203.0.113.7[2026-03-01/..]`."""

import re
from collections.abc import Callable, Collection
from datetime import date

from overdracht.errors import IdentifierError
from overdracht.identifiers.domain_name import domain
from overdracht.identifiers.model import ALWAYS, Period
from overdracht.identifiers.network_address import ip
from overdracht.identifiers.phone import in_use, phone
from overdracht.identifiers.plain_text import clean
from overdracht.identifiers.postal_address import has_postcode
from overdracht.identifiers.register_numbers import iban

_WINDOW = re.compile(r"\[([0-9.\-]*)/([0-9.\-]*)\]\s*$")
_KIND = re.compile(r"\s*([A-Za-z][A-Za-z_-]*)\s*:")
_LINKS = frozenset({"mailto", "tel"})
_IBAN_LIKE = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){10,30}", re.IGNORECASE)
_IN_FOURS = re.compile(r"[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?", re.IGNORECASE)
_INTERNATIONAL = re.compile(r"(?:tel: ?)?\+[0-9 ()/.\-]+", re.IGNORECASE)
_PHONE_LIKE = re.compile(r"(?:tel: ?)?(?:\+|\(?0)[0-9 ()/.\-]{5,}", re.IGNORECASE)
_TOP_LEVEL = frozenset(
    """
    amsterdam app biz blog brussels bv cat cloud club com coop company dev edu email example frl
    gent gov group info int invalid io jobs live local management media mil mobi museum name net
    network news online org post pro services shop site solutions store studio support team tech
    tel test top travel vlaanderen web wiki work world xyz
    """.split()  # noqa: SIM905 - a list of sixty quoted words is harder to read
)
"""Top-level domains, besides those of two letters, that tell a domain from a user name with a dot: jan.jansen."""


def split_window(text: str) -> tuple[str, Period]:
    """Return *text* without the time window at its end, and the window."""
    found = _WINDOW.search(text)
    if found is None:
        return text, ALWAYS
    try:
        since, until = (_day(end) for end in found.groups())
    except ValueError as error:
        raise IdentifierError(
            "a time window with a day that does not exist",
            remedy="for example [2026-03-01/2026-05-31] or [2026-03-01/..]",
        ) from error
    if since and until and since > until:
        raise IdentifierError(
            "a time window that ends before it begins", remedy="the earlier day comes first"
        )
    return text[: found.start()], Period(since, until)


def _day(text: str) -> date | None:
    return None if text in {"", ".."} else date.fromisoformat(text)


def split_kind(text: str, names: Collection[str]) -> tuple[str, str]:
    """Return the kind in front of *text* and the rest; the kind is empty when none of *names* stands there.

    A word with a colon that is no kind is returned all the same, unless the whole is an IPv6 address or a link.
    """
    found = _KIND.match(text)
    if found is None:
        return "", text
    kind = found[1].lower()
    if kind not in names and (kind in _LINKS or _holds(ip, text)):
        return "", text
    return kind, text[found.end() :]


def _holds(normalise: Callable[[str], str], text: str) -> bool:
    try:
        normalise(text)
    except ValueError:
        return False
    return True


def detect(text: str) -> str:
    """Return the kind that *text* is of by its looks; raise IdentifierError when that is none or several."""
    try:
        tidy = clean(text)
    except ValueError as error:
        raise IdentifierError(f"not an identifier: {error}") from error
    found = _candidates(tidy)
    if len(found) == 1:
        return found[0]
    words = found or _guesses(tidy)
    raise IdentifierError(
        "it is not clear what kind of identifier this is",
        remedy="write the kind in front: " + " or ".join(f"{kind}:…" for kind in words),
    )


def doubt(kind: str, value: str) -> str:
    """Say why a normalised *value* of *kind* is likely mistyped, although it is written as one; empty when nothing tells so."""
    if kind == "email":
        ending = value.rpartition("@")[2]
        if not ending.startswith("[") and not _holds(domain, ending):
            return "what stands after the @ is no domain name of the internet: it has no ending such as .nl"
    if kind == "phone" and not in_use(value):
        return "no such telephone number is given out anywhere: a digit is missing or mistyped"
    return ""


def _candidates(text: str) -> tuple[str, ...]:
    if "@" in text[1:]:
        return ("email",)
    if _holds(ip, text):
        return ("ip",)
    # A compact IBAN, or one in fours, is still meant as one with a typing error; with other spaces it may be an address.
    if _IBAN_LIKE.fullmatch(text) and (
        _holds(iban, text) or " " not in text or _IN_FOURS.fullmatch(text)
    ):
        return ("iban",)
    if _INTERNATIONAL.fullmatch(text):
        return ("phone",)
    return _numbers(text) or _words(text)


def _numbers(text: str) -> tuple[str, ...]:
    dialled = bool(_PHONE_LIKE.fullmatch(text)) and _holds(phone, text) and in_use(phone(text))
    register = re.fullmatch(r"[0-9]{8}", text) is not None
    if dialled:
        return ("phone", "kvk") if register else ("phone",)
    # Eight digits alone may as well be a customer number.
    return ("kvk", "customer") if register else ()


def _words(text: str) -> tuple[str, ...]:
    if " " not in text:
        return ("domain",) if _is_domain(text) else ()
    letters_only = any(one.isalpha() for one in text) and not any(one.isdigit() for one in text)
    return ("name",) if letters_only else ()


def _is_domain(text: str) -> bool:
    if not _holds(domain, text):
        return False
    top = domain(text).rpartition(".")[2]
    return len(top) == 2 or top in _TOP_LEVEL or top.startswith("xn--")


def _guesses(text: str) -> tuple[str, ...]:
    if has_postcode(text):
        return ("address",)
    if any(one.isalpha() for one in text):
        return ("address", "name") if " " in text else ("username", "customer", "name", "domain")
    return ("phone", "customer", "kvk")

"""What can go wrong between us and TransIP, each kind an error of its own.

    TransipError
    ├── KeyUnusable         the private key or the URL cannot be used; nothing was sent
    ├── Unreachable         no connection could be made; nothing was sent
    ├── Unanswered          it was sent, and no answer came: whether it took effect is not known
    ├── BadAnswer           the answer is not what the API promises
    │   └── MissingKey      a key is absent, which never means that nothing was found
    └── Refused             the API answered with an error
        ├── BadRequest                400, 422
        ├── NotAuthenticated          401
        │   ├── TokenExpired, TokenRevoked
        │   └── AddressNotAllowed     the whitelist
        ├── Forbidden                 403
        │   ├── ProductsAttached      hosting or mail hangs on the domain
        │   ├── Blocked               by TransIP
        │   └── ReadOnly              the token may only read
        ├── NotFound                  404
        ├── NotAllowed                405
        ├── Invalid                   406
        │   ├── CapabilityMissing     the top-level domain cannot do it
        │   └── NoSingleMatch         none or several DNS entries match
        ├── TimedOut                  408: whether it took effect is not known
        ├── Conflict                  409
        │   ├── Busy                  passes by itself
        │   ├── TransferLocked        unlock the domain first
        │   ├── CustomerLocked        a person locked the server on purpose
        │   ├── CancellationPending   it was cancelled already
        │   └── NotPossible           it stays refused
        ├── RateLimited               429
        └── ServerFault               5xx: whether it took effect is not known

An error's text has what was asked, the status and TransIP's words with names and addresses blanked; `Refused.text` has the words themselves.
"""

import re
from datetime import datetime
from typing import ClassVar


class TransipError(Exception):
    """Something went wrong between us and TransIP."""

    in_doubt: ClassVar[bool] = False
    """Whether the request may have taken effect all the same."""


class KeyUnusable(TransipError):
    """The private key, the token or the URL cannot be used."""


class Unreachable(TransipError):
    """No connection could be made, so nothing was sent."""


class Unanswered(TransipError):
    """The request was sent and no whole answer came."""

    in_doubt = True


class BadAnswer(TransipError):
    """The answer is not what the API promises."""


class MissingKey(BadAnswer):
    """The answer lacks a key that has to be there, even if what it holds is empty."""


class Refused(TransipError):
    """The API answered *asked*, such as `GET /domains/…`, with *status* and *text*."""

    def __init__(self, asked: str, status: int, text: str) -> None:
        super().__init__(f"{asked}: {status} {blanked(text)}")
        self.asked = asked
        self.status = status
        self.text = text


class BadRequest(Refused):
    """400 or 422: the URL or the JSON is not right."""


class NotAuthenticated(Refused):
    """401."""


class TokenExpired(NotAuthenticated):
    """The token is past its time."""


class TokenRevoked(NotAuthenticated):
    """Somebody revoked the token in the control panel."""


class AddressNotAllowed(NotAuthenticated):
    """The token or key works from whitelisted addresses only, and this is none."""


class Forbidden(Refused):
    """403."""


class ProductsAttached(Forbidden):
    """The domain has hosting or mail attached, and cannot be cancelled through the API."""


class Blocked(Forbidden):
    """TransIP blocked it."""


class ReadOnly(Forbidden):
    """The token may only read."""


class NotFound(Refused):
    """404."""


class NotAllowed(Refused):
    """405."""


class Invalid(Refused):
    """406: a parameter is missing or wrong, or the thing cannot do this."""


class CapabilityMissing(Invalid):
    """The top-level domain cannot do this."""


class NoSingleMatch(Invalid):
    """No DNS entry, or more than one, is the one meant."""


class TimedOut(Refused):
    """408."""

    in_doubt = True


class Conflict(Refused):
    """409, in words that are not known."""


class Busy(Conflict):
    """An action is running or something is being saved; it passes by itself."""


class TransferLocked(Conflict):
    """The domain's transfer lock stands in the way."""


class CustomerLocked(Conflict):
    """A person locked the server, on purpose."""


class CancellationPending(Conflict):
    """It was cancelled already."""


class NotPossible(Conflict):
    """It is refused, and will be again."""


class RateLimited(Refused):
    """429; *reset* is when requests are allowed again, if the API said so."""

    def __init__(self, asked: str, status: int, text: str, reset: datetime | None = None) -> None:
        super().__init__(asked, status, text)
        self.reset = reset


class ServerFault(Refused):
    """500, 501 or another 5xx."""

    in_doubt = True


_BY_TEXT: tuple[tuple[int, str, type[Refused]], ...] = (
    (401, r"access token has expired", TokenExpired),
    (401, r"access token has been revoked", TokenRevoked),
    (401, r"IP is not authorized", AddressNotAllowed),
    (403, r"additional products attached", ProductsAttached),
    (403, r"is blocked", Blocked),
    (403, r"read.?only", ReadOnly),
    (403, r"temporarily been disabled", Busy),
    (406, r"support .* capability|TLD doesn't support", CapabilityMissing),
    (406, r"(multiple|no) matche?s? found", NoSingleMatch),
    (409, r"customer locked", CustomerLocked),
    (409, r"cancellation pending", CancellationPending),
    (409, r"^domain .* is locked", TransferLocked),
    (409, r"action .*running|locked to another action|temporar(il)?y disabled", Busy),
    (409, r"being saved|error setting dns|^mail.* locked, modification", Busy),
    (409, r"at this time", Busy),
    (409, r"not capable of|cannot be edited|not enabled|limit reached|not registered", NotPossible),
)
"""Status and words, in this order, to error: the API has no codes, and 409 alone is five different things."""

_BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: NotAuthenticated,
    403: Forbidden,
    404: NotFound,
    405: NotAllowed,
    406: Invalid,
    408: TimedOut,
    409: Conflict,
    422: BadRequest,
    429: RateLimited,
}


def refusal(asked: str, status: int, text: str) -> Refused:
    """Return the error for an answer to *asked* that has *status* and *text*."""
    if status >= 500:
        return ServerFault(asked, status, text)
    for code, words, kind in _BY_TEXT:
        if code == status and re.search(words, text, re.IGNORECASE):
            return kind(asked, status, text)
    return _BY_STATUS.get(status, Refused)(asked, status, text)


_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ADDRESS = re.compile(r"\S+@\S+")


def blanked(text: str) -> str:
    """Return TransIP's *text* without the names in quotes and the addresses, which may be somebody's."""
    return _ADDRESS.sub("…", _QUOTED.sub("'…'", text))

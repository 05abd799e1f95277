"""Say what went wrong at TransIP in the words of overdracht, without a name in it."""

from overdracht import Misbehaving, Refused, SourceError, Unreachable
from overdracht_transip import client

WHOLE = (
    client.KeyUnusable,
    client.Unreachable,
    client.Unanswered,
    client.NotAuthenticated,
    client.RateLimited,
)
"""What goes wrong with one request and would with every other."""


def translated(error: client.TransipError) -> SourceError:
    """Return *error* as the source error that it is, with what to do."""
    kind, remedy = next((kind, remedy) for one, kind, remedy in _KINDS if isinstance(error, one))
    return kind(f"TransIP: {error}", remedy=remedy)


_KINDS: tuple[tuple[type[client.TransipError], type[SourceError], str], ...] = (
    (client.KeyUnusable, Refused, ""),
    (
        client.AddressNotAllowed,
        Refused,
        "put this machine's address in the whitelist, or set any_address for a key that is global",
    ),
    (client.NotAuthenticated, Refused, "check login and private_key"),
    (client.RateLimited, Unreachable, "try again in a quarter of an hour"),
    (client.ServerFault, Unreachable, "try again later"),
    (client.TimedOut, Unreachable, "try again later"),
    (client.Refused, Refused, ""),
    (client.BadAnswer, Misbehaving, ""),
    (client.TransipError, Unreachable, "try again later"),
)
"""The first that fits counts."""

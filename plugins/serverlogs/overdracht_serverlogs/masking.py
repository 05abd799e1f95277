"""Mask what points at other people in a line that one person gets."""

from collections import Counter
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from urllib.parse import unquote

from overdracht import Kinds
from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.pseudonyms import Spot
from overdracht_serverlogs.tokens import tokens

MASKS = {"email": b"[e-mail]", "ip": b"[IP]", "username": b"[login]"}


def masked(raw: bytes, form: Format, own: Collection[Spot]) -> tuple[bytes, Counter[str]]:
    """Return the record *raw* without what points at others than whom the spots *own* name, and how much of which kind went.

    The addresses from which the person logged in, by a login that is the person's, are the person's too.
    """
    kept = [(start, end) for start, end, _ in own]
    theirs = _addresses(raw, form, kept)
    out, place, gone = bytearray(), 0, Counter[str]()
    for start, end, kind in tokens(raw, form):
        if (
            any(begin < end and start < behind for begin, behind in kept)
            or raw[start:end] in theirs
        ):
            continue
        out += raw[place:start] + MASKS[kind]
        place = end
        gone[kind] += 1
    return bytes(out + raw[place:]), gone


def logged_in_from(raw: bytes, form: Format, own: Collection[Spot]) -> Iterator[Spot]:
    """Yield where in the record *raw* the addresses stand from which the person logged in by a login among the spots *own*."""
    theirs = _addresses(raw, form, [(start, end) for start, end, _ in own])
    if not theirs:
        return
    kinds = Kinds()
    wanted = {kinds.identifier("ip", one.decode()) for one in theirs if _is_address(one)}
    for start, end, kind in tokens(raw, form):
        if kind == "ip":
            address = kinds.identifier("ip", unquote(raw[start:end].decode()).partition("%")[0])
            if address in wanted:
                yield start, end, address


def _is_address(text: bytes) -> bool:
    try:
        ip_address(text.decode())
    except ValueError:
        return False
    return True


def _addresses(raw: bytes, form: Format, kept: Collection[tuple[int, int]]) -> frozenset[bytes]:
    owners = [(one.start, one.end) for one in form.owners(raw)]
    if not any(begin < end and start < behind for start, end in owners for begin, behind in kept):
        return frozenset()
    return frozenset(address.encode() for _, address in form.addresses(raw))

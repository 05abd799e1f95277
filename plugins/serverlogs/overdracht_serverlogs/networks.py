"""Addresses and networks in a log, in whatever spelling: found by a group that stands in all of them, and read as a number."""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overdracht_serverlogs.anchors import Anchor, Check

Network = IPv4Network | IPv6Network
_LONGEST = 64
_TCPDUMP = (b"IP ", b"> ")
"""What stands before an IPv4 address with a port that tcpdump writes."""
_LED = 8
"""How many bytes before an address tell who writes it."""
_PART = b"0123456789abcdefABCDEF:.%"
_COLON = re.compile(rb"%3a", re.IGNORECASE)
_PORT_BEHIND = re.compile(rb":\d{1,5}\Z")
_ESCAPED = re.compile(rb"\\x\Z|\\u\Z|#\Z|\\\Z")
_ESCAPES = {b"\\x": 2, b"\\u": 4, b"#": 3, b"\\": 1}
"""What stands before an address whose first so many digits are the rest of a code."""
_LETTER = re.compile(rb"(?<!\\)[A-Za-z]\Z")
_LABEL = re.compile(rb"[A-Fa-f]*\d?:(?!:)")
"""How a word with a colon ends (`IPv6:`, `source:`) of which the first letters are no digits."""
_DOT_PORT = re.compile(rb"\.\d{1,5}\Z")
_PORT_AHEAD = re.compile(rb"(?:(?:\d{1,3}\.){3}\d{1,3}:)?\d{1,5}:")


def network_anchors(value: str, before: bytes, after: bytes) -> "tuple[tuple[Anchor, ...], ...]":
    """Return the sets of anchors of the address or network *value*; *before* and *after* are the boundaries of a whole IPv4 address."""
    from overdracht_serverlogs.anchors import Anchor

    network = ip_network(value, strict=False)
    if isinstance(network, IPv4Network):
        texts = list(_dotted(network))
        check = reader(network)
        if network.prefixlen == 32:
            dotted = Anchor(texts[0], re.compile(before + re.escape(texts[0]) + after))
            return ((dotted, *(_numbered(text, check) for text in _mapped(network))),)
        return (tuple(_numbered(text, check) for text in (*texts, *_mapped(network))),)
    check = reader(network)
    return tuple(tuple(_numbered(text, check) for text in texts) for texts in _grouped(network))


def _numbered(text: bytes, check: "Check") -> "Anchor":
    from overdracht_serverlogs.anchors import Anchor

    return Anchor(text, re.compile(re.escape(text), re.IGNORECASE), check)


def _dotted(network: IPv4Network) -> Iterator[bytes]:
    octets = str(network.network_address).split(".")
    fixed = network.prefixlen // 8
    yield ".".join(octets[:fixed]).encode() + (b"" if fixed == 4 else b".")


def _mapped(network: IPv4Network) -> Iterator[bytes]:
    """Yield how an IPv4 address is written as an IPv6 one in hexadecimal: `::ffff:5416:a01`."""
    number = int(network.network_address)
    high, low = number >> 16, number & 0xFFFF
    if network.prefixlen == 32:
        for first in {f"{high:x}", f"{high:04x}"}:
            for second in {f"{low:x}", f"{low:04x}"}:
                yield f"{first}:{second}".encode()
    elif network.prefixlen >= 16:
        for first in sorted({f"{high:x}", f"{high:04x}"}):
            yield f"ffff:{first}:".encode()
    elif network.prefixlen >= 8:
        for first in sorted({f"{high >> 8:x}", f"{high >> 8:02x}"} if high >> 8 else {""}):
            yield f"ffff:{first}".encode()
    else:
        yield b"ffff:"


def _grouped(network: IPv6Network) -> Iterator[tuple[bytes, ...]]:
    """Yield sets of texts of which one stands in every spelling of an address in *network*."""
    number = int(network.network_address)
    fixed = network.prefixlen // 16
    groups = [(number >> (112 - 16 * place)) & 0xFFFF for place in range(fixed)]
    last = 5 if network.prefixlen == 128 else 7  # the last two may stand there as an IPv4 address
    good = [(place, one) for place, one in enumerate(groups) if one and place <= last]
    for place, group in good:
        text = f"{group:x}"
        front = len(text) == 4 and place > 0
        yield tuple(
            (colon if front else "").encode() + text.encode() + colon.encode()
            for colon in (":", "%3a")
        )
    if not good:
        yield (b"::", b"0:", b"%3a%3a", b"0%3a")


def reader(network: Network) -> "Check":
    """Return what reads the address around a place and says whether it lies in *network*."""

    @lru_cache(maxsize=4096)
    def within(token: bytes, place: int, before: bytes) -> tuple[int, int] | None:
        return _within(token, place, before, network)

    def check(text: bytearray | bytes, place: int) -> tuple[int, int] | None:
        start, token, before = _token(text, place)
        found = within(token, place - start, before)
        return None if found is None else (start + found[0], start + found[1])

    return check


def read_around(text: bytearray | bytes, place: int, network: Network) -> tuple[int, int] | None:
    """Return from where to where an address in *network* is written around *place* of *text*; None when there is none."""
    start, token, before = _token(text, place)
    found = _within(token, place - start, before, network)
    return None if found is None else (start + found[0], start + found[1])


def _token(text: bytearray | bytes, place: int) -> tuple[int, bytes, bytes]:
    """Return what around *place* may be part of an address, where it begins, and what little stands before it."""
    before = bytes(text[max(0, place - _LONGEST - _LED) : place])
    near = before[-_LONGEST:]
    behind = bytes(text[place : place + _LONGEST])
    front = near[len(near.rstrip(_PART)) :]
    token = front + behind[: len(behind) - len(behind.lstrip(_PART))]
    return place - len(front), token, before[: len(before) - len(front)][-_LED:]


def _within(token: bytes, place: int, before: bytes, network: Network) -> tuple[int, int] | None:
    for first, last in _candidates(token, 0):
        if first <= place < last or place < first < place + 3:
            address = _address(token[first:last])
            if address is not None and address in network:
                return first, last
    return _beside_a_port(before, token, network) or _led(before, token, network)


def _led(before: bytes, token: bytes, network: Network) -> tuple[int, int] | None:
    """Return where in the *token* an address in *network* stands behind a word (`[IPv6:2001:db8::7]`, `source:2001:db8::7`) or a code
    (`\\x222001:db8::7`), or before a port with a dot, as tcpdump writes it; None when there is none.
    """
    for first, last in _pieces(before, token):
        for start, end in _trimmed(token[first:last], first):
            address = _address(token[start:end])
            if address is not None and address in network:
                return start, end
    return None


def _pieces(before: bytes, token: bytes) -> Iterator[tuple[int, int]]:
    end = len(token)
    escape = _ESCAPED.search(before)
    label = _LABEL.match(token)
    if escape:
        yield _ESCAPES[escape[0]], end
    elif label and _LETTER.search(before):
        yield label.end(), end
    port = _DOT_PORT.search(token)
    if port and (token.count(b":") > 1 or before.endswith(_TCPDUMP)):
        yield 0, port.start()


def _beside_a_port(before: bytes, token: bytes, network: Network) -> tuple[int, int] | None:
    """Return where in the *token* an IPv6 address in *network* stands without brackets before a port, as Apache writes it
    (`[client 2001:db8::7:50022]`), or behind one, as Postfix does (`(587:2001:db8::7)`); None when there is none.

    What is an address as it stands is taken for one of these two only where these two write it.
    """
    for first, last in _ported(before, token):
        address = _address(token[first:last])
        if address is not None and address in network:
            return first, last
    return None


def _ported(before: bytes, token: bytes) -> Iterator[tuple[int, int]]:
    if token.count(b":") < 3:
        return
    behind = _PORT_BEHIND.search(token)
    if behind and (before == b"[client " or _address(token) is None):
        yield 0, behind.start()
    ahead = _PORT_AHEAD.match(token)
    if ahead and before.endswith(b"("):
        yield ahead.end(), len(token)


def _candidates(token: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield where in the text an address may stand in the *token* that begins at *start*."""
    end = start + len(token)
    zone = re.search(rb"%(?!3a)", token, re.IGNORECASE)
    pieces = [(start, end)]
    if zone:
        # A percent sign that is no colon: a zone behind the address, or a code before it.
        signs = [one.start() for one in re.finditer(rb"%(?!3a)", token, re.IGNORECASE)]
        pieces = [(start, start + signs[0])]
        for sign, following in zip(signs, [*signs[1:], len(token)], strict=True):
            if sign + 3 < following:
                pieces.append((start + sign + 3, start + following))
    for first, last in pieces:
        yield from _trimmed(token[first - start : last - start], first)


def _trimmed(token: bytes, start: int) -> Iterator[tuple[int, int]]:
    end = start + len(token)
    begin = start
    text = _COLON.sub(b":", token)
    shift = 0
    if text[:1] in b":." and text[:2] != b"::":
        shift = 3 if token[:3].lower() == b"%3a" else 1
    begin += shift
    while (
        end > begin
        and token[end - start - 1 : end - start] in (b".", b":")
        and token[end - start - 2 : end - start] != b"::"
    ):
        end -= 1
    yield begin, end
    inner = token[begin - start : end - start]
    if b"." in inner and b":" in inner:
        if inner.count(b":") == 1:
            yield begin, begin + inner.index(b":")  # a port behind it
            yield begin + inner.index(b":") + 1, end
        else:
            yield begin + inner.rindex(b":") + 1, end


def addresses_in(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where IPv6 addresses are written from *start* to *end* of *text*, where all is that may be part of one: whosever they are."""
    token, before = text[start:end], text[max(0, start - _LED) : start]
    last = 0
    led = (one for a, b in _pieces(before, token) for one in _trimmed(token[a:b], a))
    ways = [[*_ported(before, token), *led], list(_candidates(token, 0))]
    for first, behind in next(filter(None, map(partial(_grouped_in, token), ways)), []):
        # Part of a word: `Foo::Bar`.
        word_before = (
            token[first : first + 2] == b"::" and text[start + first - 1 : start + first].isalnum()
        )
        word_behind = behind == len(token) and text[end : end + 1].isalnum()
        if first >= last and not word_before and not word_behind:
            yield start + first, start + behind
            last = behind


def _grouped_in(token: bytes, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return at which of the *places* in the *token* an IPv6 address is written, the longest first."""
    found = [
        (first, last)
        for first, last in places
        if (b":" in token[first:last] or b"%3" in token[first:last])
        and token[first:last] != b"::"
        and _address(token[first:last]) is not None
    ]
    return sorted(found, key=lambda one: (one[0], -one[1]))


@lru_cache(maxsize=4096)
def _address(text: bytes) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(_COLON.sub(b":", text).decode())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

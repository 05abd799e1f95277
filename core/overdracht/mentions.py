"""Find identifiers in running text, written the way people write them.

Two steps. A text is first squeezed to its letters and digits and searched for the squeezed identifiers, all at once; that is cheap
and misses nothing. Only where one occurs, the text itself is asked whether it stands there whole, between boundaries: `info@x.nl`
does not stand in `otherinfo@x.nl`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from overdracht.identifiers import Identifier, base_address, fold, split_address, squeeze
from overdracht.items import Certainty, Match

WEAK = frozenset({"name", "ip", "address"})
"""The built-in kinds that do not point at one person."""

_NOT_ALNUM = bytes(code for code in range(256) if not chr(code).isalnum() or code > 127)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
# The calling codes of one and two digits; all others have three (ITU-T E.164).
_SHORT_CODES = re.compile(r"1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
_ADDRESS_LIKE = re.compile(r"[0-9a-f:.]{2,45}")


def _calling_code(digits: str) -> str:
    known = _SHORT_CODES.match(digits)
    return known[0] if known else digits[:3]


def _spread(text: str, separator: str) -> str:
    return separator.join(re.escape(character) for character in text)


def _email(value: str) -> str:
    local, domain = split_address(value)
    names = "|".join(re.escape(form) for form in domain_forms(domain))
    return rf'(?<![\w.+-])"?{re.escape(fold(local))}"?\s?(?:@|%40)\s?(?:{names})(?![\w-]|\.\w)'


def _domain(value: str) -> str:
    names = "|".join(re.escape(form) for form in domain_forms(value))
    return rf"(?<![\w-])(?:{names})(?![\w-]|\.\w)"


def _phone(value: str) -> str:
    digits = value.lstrip("+")
    code = _calling_code(digits)
    gap = r"[\s().\-/]{0,3}"
    abroad = rf"(?:\+|00)?{gap}{_spread(code, '[ ]?')}{gap}(?:\(?0\)?{gap})?"
    return rf"(?<![\d+])(?:{abroad}|0{gap})?{_spread(digits[len(code) :], gap)}(?!\d)"


def _iban(value: str) -> str:
    return rf"(?<!\w){_spread(fold(value), '[ .-]?')}(?!\w)"


def _number(value: str) -> str:
    return rf"(?<![\d]){_spread(value, '[ .]?')}(?![\d])"


def _tokens(value: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(value))


def _code(value: str) -> str:
    """A number with letters and dashes: `K-00412` is also written `K00412` and `K 00412`."""
    runs = re.findall(r"\d+|[^\W\d_]+", fold(value))
    spelled = r"[\s.\-_/]?".join(map(re.escape, runs))
    return rf"(?<!\w){spelled}(?!\w)"


def _words(value: str) -> str:
    tokens = [re.escape(token) for token in _tokens(value)]
    forms = [r"\W{1,4}".join(tokens)]
    if len(tokens) > 1:
        # `Vries, Jan de` and `de Vries, Jan`
        forms.append(r"\W{1,4}".join([tokens[-1], *tokens[:-1]]))
        forms.append(r"\W{1,4}".join([*tokens[1:], tokens[0]]))
    return rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)"


_PATTERNS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "domain": _domain,
    "phone": _phone,
    "iban": _iban,
    "kvk": _number,
    "name": _words,
    "address": _words,
    "username": lambda value: rf"(?<![\w.-]){re.escape(fold(value))}(?![\w-])",
}


@lru_cache(maxsize=1024)
def domain_forms(domain: str) -> tuple[str, ...]:
    """Return the folded ways of writing *domain*: as it is, and with its own letters when it is an A-label."""
    if "xn--" not in domain:
        return (fold(domain),)
    import idna

    try:
        return (fold(domain), fold(idna.decode(domain)))
    except (UnicodeError, IndexError):
        return (fold(domain),)


def squeezed_forms(identifier: Identifier) -> tuple[str, ...]:
    """Return texts of which one is in every squeezed text that holds *identifier*; none when there is no such text."""
    value = identifier.value
    if identifier.kind == "phone":
        digits = value.lstrip("+")
        return (digits[len(_calling_code(digits)) :],)
    if identifier.kind in {"email", "domain"}:
        local, domain = split_address(value) if identifier.kind == "email" else ("", value)
        forms = domain_forms(domain)
        # In a link the @ may stand as %40.
        return tuple(squeeze(f"{local}{at}{form}") for form in forms for at in ("@", "40"))
    if identifier.kind in {"name", "address"}:
        tokens = _tokens(value)
        rotated = ([tokens[-1], *tokens[:-1]], [*tokens[1:], tokens[0]]) if tokens else ()
        return tuple({"".join(tokens), *("".join(form) for form in rotated)})
    if identifier.kind == "ip":
        return ()
    return (squeeze(value),)


# What `fold` spells out and Unicode's decomposition does not.
_SPELT_OUT = {
    one: fold(one)
    for one in "\u00df\u1e9e\u00f8\u00d8\u00e6\u00c6\u0153\u0152\u0142\u0141\u0111\u0110\u00f0\u00d0\u00fe\u00de\u0131"
}


def _squeezed_ascii(text: str) -> bytes:
    """Return the letters and digits of ASCII in `squeeze(text)`: many times faster, and enough where the needles are ASCII."""
    if not text.isascii():
        for letter, spelt in _SPELT_OUT.items():
            text = text.replace(letter, spelt)
        text = unicodedata.normalize("NFKD", text)
    return text.encode("ascii", "ignore").lower().translate(None, _NOT_ALNUM)


class Mentions:
    """Finds *identifiers* in running text."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        import ahocorasick_rs

        identifiers = tuple(dict.fromkeys(identifiers))
        self._tests: list[tuple[Identifier, re.Pattern[str]]] = []
        self._networks = [one for one in identifiers if one.kind == "ip"]
        needles: list[bytes] = []
        for identifier in identifiers:
            forms = [form for form in squeezed_forms(identifier) if form]
            if not forms:
                continue
            pattern = _PATTERNS.get(identifier.kind, _code)(identifier.value)
            needles += [form.encode() for form in forms]
            self._tests.append((identifier, re.compile(pattern)))
        self._ascii = all(needle.isascii() for needle in needles)
        self._needles = ahocorasick_rs.BytesAhoCorasick(
            needles,
            # The kind that finds with vector instructions; it tells the first of those that overlap, so a hit asks all.
            matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
            implementation=ahocorasick_rs.Implementation.DFA,
        )

    def __bool__(self) -> bool:
        return bool(self._tests or self._networks)

    def found(self, text: str) -> Iterator[Identifier]:
        """Yield the identifiers that stand in *text*, each once."""
        if self._tests and self._needles.find_matches_as_indexes(self._bare(text)):
            folded = fold(text.translate(_DASHES))
            for identifier, pattern in self._tests:
                if pattern.search(folded):
                    yield identifier
        if self._networks:
            yield from self._addresses(fold(text))

    def _bare(self, text: str) -> bytes:
        return _squeezed_ascii(text) if self._ascii else squeeze(text).encode("utf-8", "replace")

    def matches(self, text: str, where: str) -> Iterator[Match]:
        """Yield a match for every identifier in *text*: it is a mention, or only possible when the kind is weak."""
        for identifier in self.found(text):
            weak = identifier.kind in WEAK
            yield Match(identifier, Certainty.POSSIBLE if weak else Certainty.MENTION, where)

    def _addresses(self, folded: str) -> Iterator[Identifier]:
        from ipaddress import ip_address, ip_network

        wanted = {one: ip_network(one.value, strict=False) for one in self._networks}
        for token in set(_ADDRESS_LIKE.findall(folded)):
            if token.count(".") != 3 and token.count(":") < 2:
                continue
            try:
                address = ip_address(token.strip("."))
            except ValueError:
                continue
            mapped = getattr(address, "ipv4_mapped", None) or address
            for one in [one for one, network in wanted.items() if mapped in network]:
                yield one
                del wanted[one]


def bases(identifiers: Iterable[Identifier]) -> dict[str, list[Identifier]]:
    """Return the e-mail *identifiers* by their address without what follows a plus."""
    found: dict[str, list[Identifier]] = {}
    for identifier in identifiers:
        if identifier.kind == "email":
            found.setdefault(base_address(identifier.value), []).append(identifier)
    return found

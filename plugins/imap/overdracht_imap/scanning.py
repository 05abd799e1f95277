"""Tell fast where in a block of many header sections an identifier might stand.

The block is searched for the identifiers as they are usually written. That alone would miss an address that is written unusually, so the
places where something can hide are looked at as well: encoded words, lines with other than ASCII bytes, and an @ with white space, a quote
or a comment beside it. Nothing is decided here: whoever asks reads the header section at each place that is told.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from overdracht import (
    Identifier,
    base_address,
    domain_forms,
    fold,
    split_address,
    squeeze,
    squeezed_forms,
)
from overdracht_imap.encoded_words import RUN_BYTES, decode, decode_runs

_ODD_ATS = (
    b" @",
    b"@ ",
    b"\t@",
    b"@\t",
    b"@\r",
    b"@\n",
    b'"@',
    b")@",
    b"@(",
    b'@"',
    b"?=@",
    b"@=?",
    b"\0@",
    b"@\0",
)
_WINDOW = 300
"""How many bytes before and behind an odd @ the domain is looked for."""
_NAME_WINDOW = 160
_STEP = 4096
_REMEMBERED = 4_000
"""How many decoded words are kept: most mail has the same senders again and again."""
_SHORT_USERNAME = 5
_BETWEEN = "\x01"
"""Between texts that are searched together; it is no white space, so folding keeps it."""

_NOT_BY_NFKD = re.compile("[øæœłđðþıßØÆŒŁĐÐÞẞ]")
"""The letters that folding turns into others, and taking Unicode apart does not."""
_SLOW = 0xFF


def _latin_letters() -> tuple[bytes, bytes]:
    """Return what each byte of Latin-1 is without case and accent, and which bytes come to nothing.

    A letter that comes to several is told by `_SLOW`.
    """
    table, dropped = bytearray(range(256)), bytearray()
    for code in range(256):
        bare = unicodedata.normalize("NFKD", chr(code)).encode("ascii", "ignore").lower()
        if _NOT_BY_NFKD.match(chr(code)) or len(bare) > 1:
            table[code] = _SLOW
        elif bare:
            table[code] = bare[0]
        else:
            dropped.append(code)
    return bytes(table), bytes(dropped)


_LATIN, _DROPPED = _latin_letters()
_SUBJECTS = re.compile(rb"\nsubject:([^\n]*(?:\n[ \t][^\n]*)*)")
_LINE_WITH_8BIT = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_NOT_ALNUM_OR_LINE = bytes(
    code for code in range(256) if code != 10 and not (chr(code).isalnum() and code < 128)
)
_AS_WRITTEN = frozenset({"email", "domain", "name"})
"""The kinds that nobody writes with gaps of his own."""


def _automaton(needles: Iterable[bytes]) -> ahocorasick_rs.BytesAhoCorasick:
    # LeftmostFirst is what lets the library search with vector instructions: 10 GB/s where the other kinds do 0.4. It
    # tells only the first of overlapping needles; they are in one header section, which is all that counts here.
    return ahocorasick_rs.BytesAhoCorasick(
        sorted(set(needles)),
        matchkind=ahocorasick_rs.MatchKind.LeftmostFirst,
        implementation=ahocorasick_rs.Implementation.DFA,
    )


def _address_needles(address: str) -> Iterator[str]:
    """Yield how *address* may stand in a header: as it is, quoted, with a tag, and inside a bounce address."""
    for form in {address, base_address(address)}:
        local, domain = split_address(form)
        yield f"{local}@{domain}"
        yield f'{local}"@{domain}'
        yield f"{local}={domain}"
        yield f"{domain}={local}"
    yield base_address(address).rpartition("@")[0] + "+"


def _username_needles(name: str) -> Iterator[str]:
    if len(name) >= _SHORT_USERNAME:
        yield name
    else:
        yield from (f"{name}@", f'{name}"@', f"<{name}>", f" {name}\n", f" {name}\r")


def _is_long_username(identifier: Identifier) -> bool:
    return identifier.kind == "username" and len(identifier.value) >= _SHORT_USERNAME


class Scanner:
    """Finds the places in blocks where one of *identifiers* might stand."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        identifiers = tuple(identifiers)
        certain: list[str] = []
        decoded: list[str] = []
        domains: list[str] = []
        squeezed: list[str] = []
        self._names: dict[bytes, list[tuple[bytes, ...]]] = {}
        for one in identifiers:
            if one.kind == "email":
                certain += _address_needles(one.value)
                domains.append(split_address(one.value)[1])
                decoded += domain_forms(domains[-1])
            elif one.kind == "domain":
                certain.append(one.value)
                domains.append(one.value)
                decoded += domain_forms(one.value)
            elif one.kind == "username":
                certain += _username_needles(one.value)
                decoded.append(fold(one.value))
            elif one.kind == "name":
                decoded.append(self._add_name(one.value))
            if one.kind not in _AS_WRITTEN and not _is_long_username(one):
                squeezed += squeezed_forms(one)
        self._certain = _automaton(needle.encode() for needle in certain if needle.isascii())
        self._name_needles = _automaton(self._names)
        self._odd = _automaton(_ODD_ATS) if domains else None
        self._domains = tuple(domain.encode() for domain in dict.fromkeys(domains))
        self._decoded = tuple(dict.fromkeys(filter(None, decoded)))
        self._squeezed = tuple(dict.fromkeys(filter(None, squeezed)))
        plain = all(needle.isascii() and " " not in needle for needle in self._decoded)
        self._quick = (
            tuple(needle.encode() for needle in self._decoded)
            if plain and not self._squeezed
            else ()
        )
        self._in_subjects = _automaton(needle.encode() for needle in self._squeezed)
        self._harmless: set[bytes] = set()

    def _add_name(self, name: str) -> str:
        tokens = re.findall(r"[^\W_]+", fold(name)) or [fold(name)]
        longest: str = max(tokens, key=len)
        if longest.isascii():
            others = tuple(
                token.encode() for token in tokens if token != longest and token.isascii()
            )
            self._names.setdefault(longest.encode(), []).append(others)
        return longest

    def places(self, block: bytes | bytearray | memoryview) -> list[int]:
        """Return where in *block* something might be, in order; a header section with nothing told holds no identifier."""
        low = bytes(block).lower()
        found = {start for _, start, _ in self._certain.find_matches_as_indexes(low)}
        found.update(self._near_names(low))
        if self._odd is not None:
            found.update(self._odd_addresses(low))
        found.update(self._in_words(block if isinstance(block, bytes) else bytes(block)))
        if not low.isascii():
            found.update(self._in_8bit(low))
        if self._squeezed:
            found.update(self._subjects(low))
        return sorted(found)

    def _near_names(self, low: bytes) -> Iterator[int]:
        if not self._names:
            return
        order = sorted(self._names)
        for which, start, _ in self._name_needles.find_matches_as_indexes(low):
            near = low[max(0, start - _NAME_WINDOW) : start + _NAME_WINDOW]
            others = self._names[order[which]]
            whole = any(all(token in near for token in tokens) for tokens in others)
            # The other names may stand in an encoded word.
            if whole or b"=?" in near or not near.isascii():
                yield start

    def _odd_addresses(self, low: bytes) -> Iterator[int]:
        assert self._odd is not None  # noqa: S101 - places() asks only then
        for _, start, _ in self._odd.find_matches_as_indexes(low):
            near = low[max(0, start - _WINDOW) : start + _WINDOW]
            if any(domain in near for domain in self._domains):
                yield start

    def _hiding(self, texts: list[str]) -> list[int]:
        """Return which of *texts* hold something; they are folded and searched as one, for nearly always none does."""
        joined = _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)
        if not self._may_hide(joined):
            return []
        folded = fold(joined)
        if not self._hides_folded(folded):
            return []
        parts = folded.split(_BETWEEN)
        return [number for number, part in enumerate(parts) if self._hides_folded(part)]

    def _may_hide(self, text: str) -> bool:
        """Say, faster than by folding it, that *text* may hold something; it holds nothing when this says no."""
        if not self._quick:
            return True
        try:
            bare = text.encode("latin-1").translate(_LATIN, _DROPPED)
        except UnicodeEncodeError:
            bare = b"\xff"
        if _SLOW in bare:
            if _NOT_BY_NFKD.search(text):
                return True
            bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").lower()
        return any(needle in bare for needle in self._quick)

    def _hides(self, text: str) -> bool:
        return self._hides_folded(fold(text))

    def _hides_folded(self, folded: str) -> bool:
        if any(needle in folded for needle in self._decoded):
            return True
        if not self._squeezed:
            return False
        bare = squeeze(folded)
        return any(needle in bare for needle in self._squeezed)

    def _in_words(self, block: bytes) -> Iterator[int]:
        runs = set(RUN_BYTES.findall(block))
        new = list(runs - self._harmless)
        hiding = [new[number] for number in self._hiding(decode_runs(new))]
        if len(self._harmless) > _REMEMBERED:
            self._harmless.clear()
        self._harmless |= runs.difference(hiding)
        for run in hiding:
            place = block.find(run)
            while place >= 0:
                yield place
                place = block.find(run, place + len(run))

    def _in_8bit(self, low: bytes) -> Iterator[int]:
        searched = 0
        for step in range(0, len(low), _STEP):
            if step + _STEP <= searched or low[step : step + _STEP].isascii():
                continue
            # Whole lines, and no line twice, however long it is.
            start = max(searched, low.rfind(b"\n", 0, step) + 1)
            end = low.find(b"\n", step + _STEP)
            searched = len(low) if end < 0 else end
            for line in _LINE_WITH_8BIT.finditer(low, start, searched):
                if self._hides(decode(line[0])):
                    yield line.start()

    def _subjects(self, low: bytes) -> Iterator[int]:
        # The first field of the block has no line before it.
        subjects = list(_SUBJECTS.finditer(b"\n" + low))
        joined = b"\n".join(found[1].replace(b"\n", b"") for found in subjects)
        bare = joined.translate(None, _NOT_ALNUM_OR_LINE)
        if not self._in_subjects.find_matches_as_indexes(bare):
            return
        for found, line in zip(subjects, bare.split(b"\n"), strict=True):
            if self._in_subjects.find_matches_as_indexes(line):
                yield found.start(1) - 1

"""Tell whether a bundle is what was made, whole, and by whom; name what is not."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from overdracht import manifest
from overdracht.bundle.contents import Contents, Stored
from overdracht.bundle.reader import opened
from overdracht.errors import BundleError
from overdracht.seal import Damaged, PublicKey, Unlock

_LARGEST_TAG = 1 << 20
_KEPT = frozenset(
    {
        manifest.BAGIT,
        manifest.BAG_INFO,
        manifest.TAG_MANIFEST,
        manifest.SIGNATURE,
        manifest.PUBLIC_KEY,
    }
)


class Sink(Protocol):
    """Where the bytes of a file may go while they are checked."""

    def write(self, data: bytes, /) -> object:
        """Take *data*."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at a bundle showed."""

    problems: tuple[str, ...]
    """One line each, naming the file; none when all is well."""
    complete: bool
    """Nothing is missing and nothing was cut off."""
    signed_by: str
    """The id of the key that made the signature; empty when there is no true one."""
    trusted: bool | None
    """It is the key the caller trusts; None when none was given, and then the key in the bundle shows only that nothing changed since."""
    comment: str
    """What the signer said under the signature: the bundle's name and the moment."""
    files: int
    """How many files of payload."""
    size: int
    """Of the payload, in bytes."""
    info: Mapping[str, str] = field(default_factory=dict)
    """What bag-info.txt says."""

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def verify(path: Path, key: Unlock | None = None, *, trusted: str = "") -> Verification:
    """Check the bundle *path*, a sealed file, the plain zip in it, or the unpacked folder, opening it with *key*.

    *trusted* is the text of a public key that the signature must be of. Raises BundleError when it cannot be looked into at all: not there, no key, a
    wrong one. What is damaged is told in `problems`.
    """
    wanted = PublicKey.parse(trusted) if trusted else None
    try:
        with opened(path, key or Unlock()) as contents:
            return inspect(contents, wanted)
    except Damaged as error:
        return _unreadable(str(error), wanted)


def inspect(
    contents: Contents,
    trusted: PublicKey | None,
    keep: Callable[[str], AbstractContextManager[Sink | None]] | None = None,
) -> Verification:
    """Check *contents*, handing the bytes of each file to what *keep* gives for its path, if anything."""
    looker = _Looker(contents, keep)
    try:
        for stored in contents.files():
            looker.look_at(stored)
    except Damaged as error:
        return _unreadable(str(error), trusted)
    problems = looker.problems
    missing = list(_check_manifests(looker))
    problems += missing
    problems += _check_declared(looker)
    signer, comment, faults = _check_signature(looker, trusted)
    return Verification(
        problems=tuple(problems + faults),
        complete=not any(problem.endswith(_MISSING) for problem in problems),
        signed_by=signer,
        trusted=None if trusted is None else bool(signer) and signer == trusted.key_id,
        comment=comment,
        files=looker.count,
        size=looker.size,
        info=manifest.read_info(looker.kept.get(manifest.BAG_INFO, b"")),
    )


_MISSING = ": missing"


def _nowhere(_path: str) -> AbstractContextManager[Sink | None]:
    return nullcontext()


class _Looker:
    """Hashes every file once and remembers the digest, and of the small files that bind the rest together the text."""

    def __init__(
        self, contents: Contents, keep: Callable[[str], AbstractContextManager[Sink | None]] | None
    ) -> None:
        self.contents = contents
        self.digests: dict[str, bytes] = {}
        self.kept: dict[str, bytes] = {}
        self.problems: list[str] = []
        self.manifest: Stored | None = None
        self.count = self.size = 0
        self._keep = keep or _nowhere

    def look_at(self, stored: Stored) -> None:
        digest, size = hashlib.sha512(), 0
        text = bytearray()
        with self._keep(stored.path) as sink:
            try:
                for chunk in self.contents.chunks(stored):
                    digest.update(chunk)
                    size += len(chunk)
                    if sink is not None:
                        sink.write(chunk)
                    if stored.path in _KEPT and len(text) <= _LARGEST_TAG:
                        text += chunk
            except Damaged as error:
                self.problems.append(str(error))
        self._remember(stored, digest.digest(), size, bytes(text))

    def _remember(self, stored: Stored, digest: bytes, size: int, text: bytes) -> None:
        self.digests[stored.path] = digest
        if stored.path == manifest.MANIFEST:
            self.manifest = stored
        elif stored.path in _KEPT:
            self.kept[stored.path] = text
        elif stored.path.startswith(manifest.PAYLOAD):
            self.count += 1
            self.size += size


def _check_manifests(looker: _Looker) -> Iterator[str]:
    """Yield what differs from the manifests, either way."""
    for name in (manifest.MANIFEST, *sorted(_KEPT)):
        if name not in looker.digests:
            yield name + _MISSING
    left = looker.digests
    tag_lines = looker.kept.get(manifest.TAG_MANIFEST, b"").splitlines(keepends=True)
    yield from _compare(iter(tag_lines), manifest.TAG_MANIFEST, left, payload=False)
    if looker.manifest is not None:
        lines = _lines(looker.contents.chunks(looker.manifest))
        yield from _compare(lines, manifest.MANIFEST, left, payload=True)
    for path in left:
        if path not in manifest.UNCOVERED:
            yield f"{path!r}: is in no manifest: it was added later"


def _compare(
    lines: Iterator[bytes], name: str, left: dict[str, bytes], *, payload: bool
) -> Iterator[str]:
    try:
        for path, digest in manifest.read_lines(lines, name):
            if path.startswith(manifest.PAYLOAD) is not payload or path in manifest.UNCOVERED:
                yield f"{path}: does not belong in {name}"
            elif path not in left:
                yield path + _MISSING
            elif left.pop(path) != digest:
                yield f"{path}: was changed: its SHA-512 is not the one in {name}"
    except BundleError as error:
        yield str(error)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (each + b"\n" for each in whole)
        if len(rest) > _LARGEST_TAG:
            break
    if rest:
        yield rest


def _check_declared(looker: _Looker) -> Iterator[str]:
    """Yield what the bag says of itself that is not so."""
    if looker.kept.get(manifest.BAGIT, manifest.DECLARATION) != manifest.DECLARATION:
        yield f"{manifest.BAGIT}: does not declare a bag of version 1.0 in UTF-8"
    if manifest.BAG_INFO in looker.kept:
        told = manifest.read_info(looker.kept[manifest.BAG_INFO]).get("Payload-Oxum", "nothing")
        found = f"{looker.size}.{looker.count}"
        if told != found:
            yield f"{manifest.BAG_INFO}: Payload-Oxum (bytes.files) is {told}, the payload is {found}"


def _check_signature(looker: _Looker, trusted: PublicKey | None) -> tuple[str, str, list[str]]:
    """Return who signed, with which comment, and what is wrong with it."""
    inside = looker.kept.get(manifest.PUBLIC_KEY)
    signature = looker.kept.get(manifest.SIGNATURE)
    if signature is None or (inside is None and trusted is None):
        return "", "", []
    try:
        key = trusted or PublicKey.parse((inside or b"").decode(errors="replace"))
    except BundleError as error:
        return "", "", [f"{manifest.PUBLIC_KEY}: {error}"]
    try:
        comment = key.verify(
            looker.kept.get(manifest.TAG_MANIFEST, b""), signature.decode(errors="replace")
        )
    except BundleError as error:
        return "", "", [f"{manifest.SIGNATURE}: {error}"]
    if inside is not None and inside != key.text.encode():
        return key.key_id, comment, [f"{manifest.PUBLIC_KEY}: is not the key that signed"]
    return key.key_id, comment, []


def _unreadable(problem: str, trusted: PublicKey | None) -> Verification:
    return Verification((problem,), False, "", None if trusted is None else False, "", 0, 0)  # noqa: FBT003 - fields in order

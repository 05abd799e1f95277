"""Write a bundle: a signed bag in a zip in a lock, streamed, and there only when it is whole."""

import hashlib
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from isal import isal_zlib as zlib

from overdracht import manifest
from overdracht.bundle import zipformat
from overdracht.bundle.pump import BLOCK, Blocks, Pump
from overdracht.bundle.spool import Spool
from overdracht.bundle.unfinished import Appearing, Unfinished
from overdracht.errors import BundleError, PathRefused
from overdracht.names import alike, is_safe
from overdracht.seal import Lock, SigningKey

Chunk = bytes | bytearray | memoryview
_LONGEST_PATH = 1024
_PIECE = 64 * 1024
"""What age encrypts at a time: a buffer of that size is filled without being copied."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it stands in the bundle."""

    path: str
    size: int
    sha512: str


class _ZipStream:
    """Writes the zip into a pump, holding no more than a block; the directory waits in a file without a name."""

    def __init__(self, pump: Pump, spools: Path, stamp: int) -> None:
        self._pump = pump
        self._stamp = stamp
        self._buffer = bytearray()
        self._directory = Spool(spools)
        self._position = self._count = 0

    def store(self, name: bytes, content: Chunk) -> None:
        """Write a file of known content."""
        entry = zipformat.Entry(
            name, len(content), zlib.crc32(content), self._position, self._stamp
        )
        self._write(zipformat.head(entry))
        self._write(content)
        self._enter(entry)

    def stream(self, name: bytes, chunks: Iterable[Chunk]) -> None:
        """Write a file of unknown size; what came before *chunks* raised stays, as a file that is whole in itself."""
        size = crc = 0
        start = zipformat.Entry(name, 0, 0, self._position, self._stamp, streamed=True)
        self._write(zipformat.head(start))
        try:
            for chunk in chunks:
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
                self._write(chunk)
        finally:
            entry = start._replace(size=size, crc=crc)
            self._write(zipformat.tail(entry))
            self._enter(entry)

    def finish(self) -> None:
        """Write the directory and the end."""
        end = zipformat.End(self._count, self._directory.size, self._position)
        for block in self._directory.blocks():
            self._write(block)
        self._write(zipformat.end(end))
        self._flush()

    def close(self) -> None:
        self._directory.close()

    def _enter(self, entry: zipformat.Entry) -> None:
        self._directory.write(zipformat.record(entry))
        self._count += 1

    def _write(self, data: Chunk) -> None:
        self._position += len(data)
        if len(data) >= BLOCK and isinstance(data, bytes):
            # Nobody can change it, so it needs no copy.
            self._flush()
            self._pump.send(data)
            return
        self._buffer += data
        if len(self._buffer) >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        self._pump.send(self._buffer)
        self._buffer = bytearray()


class BagWriter:
    """Takes the files of a bundle one by one; `create` gives one. `info` may be given further labels for bag-info.txt."""

    def __init__(self, stream: _ZipStream, top: str, spools: Path) -> None:
        self.info: dict[str, str] = {}
        self._stream = stream
        self._top = f"{top}/".encode()
        self._payload_lines = Spool(spools)
        self._tag_lines = io.BytesIO()
        self._taken: set[int] = set()
        self._folders: set[str] = set()
        self._size = self._count = 0

    def add(self, path: str, content: bytes | Iterable[bytes | memoryview]) -> Written:
        """Write one file: payload when *path* starts with `data/`, a tag file otherwise. Reads *content* once, to its end.

        A path that is unsafe, or that some system takes for one already used, is refused (`PathRefused`). When *content* raises, so does this; the
        bundle stays sound, and holds of the file nothing, or (beyond a block) what came before.
        """
        if path in manifest.RESERVED:
            raise PathRefused(f"{path}: the bundle itself has a file of that name")
        return self._add(path, content)

    def finish(self, signer: SigningKey, moment: datetime) -> None:
        """Write what makes it a bag, and sign it."""
        stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._add(manifest.BAGIT, manifest.DECLARATION)
        info = manifest.info_text(self.info, size=self._size, count=self._count, date=stamp[:10])
        self._add(manifest.BAG_INFO, info)
        self._add(manifest.PUBLIC_KEY, signer.public_text.encode())
        self._add(manifest.MANIFEST, self._payload_lines.blocks())
        tags = self._tag_lines.getvalue()
        self._add(manifest.TAG_MANIFEST, tags)
        signature = signer.sign(tags, f"overdracht {self._top[:-1].decode()} {stamp}")
        self._add(manifest.SIGNATURE, signature.encode())
        self._stream.finish()

    def close(self) -> None:
        """Give back what is held."""
        self._payload_lines.close()

    def _add(self, path: str, content: bytes | Iterable[bytes | memoryview]) -> Written:
        self._claim(path)
        name = self._top + path.encode()
        if isinstance(content, bytes) and len(content) < zipformat.LIMIT:
            self._stream.store(name, content)
            return self._enter(path, len(content), hashlib.sha512(content).hexdigest())
        chunks = iter((content,) if isinstance(content, bytes) else content)
        begun, more = _first_block(chunks)
        if not more:
            return self._add_whole(path, name, begun)
        meter = _Meter(itertools.chain((begun,), more, chunks))
        try:
            self._stream.stream(name, meter)
        finally:
            written = self._enter(path, meter.size, meter.finish())
        return written

    def _add_whole(self, path: str, name: bytes, content: bytes) -> Written:
        self._stream.store(name, content)
        return self._enter(path, len(content), hashlib.sha512(content).hexdigest())

    def _claim(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        if folder and folder not in self._folders:
            self._claim_folder(folder)
        if not is_safe(name) or len(path) > _LONGEST_PATH:
            raise PathRefused(f"{path!r}: some systems do not take this for a file's path")
        # Of a path only its hash is kept: 64 bits, secret to the process, so no two meet by chance or by intent.
        key = hash(alike(path))
        if key in self._taken:
            raise PathRefused(
                f"{path!r}: the bundle has something of that name, or one that differs only in case"
            )
        self._taken.add(key)

    def _claim_folder(self, folder: str) -> None:
        if not manifest.is_safe_path(folder):
            raise PathRefused(f"{folder!r}: some systems do not take this for a folder's path")
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            if above in self._folders:
                continue
            if hash(alike(above)) in self._taken:
                raise PathRefused(
                    f"{above!r}: the bundle has something of that name, or one that differs only in case"
                )
            self._folders.add(above)
            self._taken.add(hash(alike(above)))

    def _enter(self, path: str, size: int, digest: str) -> Written:
        entry = manifest.line(digest, path)
        if path.startswith(manifest.PAYLOAD):
            self._payload_lines.write(entry)
            self._size += size
            self._count += 1
        elif path not in manifest.UNCOVERED:
            self._tag_lines.write(entry)
        return Written(path, size, digest)


class _Meter:
    """Passes chunks on, counting them, while a thread hashes them: hashing takes longer than all the rest."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha512()
        self._hasher = Pump(self._hash)
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            fixed = bytes(chunk)
            self._hasher.send(fixed)
            self.size += len(fixed)
            yield fixed

    def finish(self) -> str:
        """Return the digest of what was passed on."""
        self._hasher.finish()
        return self._digest.hexdigest()

    def _hash(self, blocks: Blocks) -> None:
        for block in blocks:
            self._digest.update(block)


def _first_block(chunks: Iterator[bytes | memoryview]) -> tuple[bytes, tuple[bytes, ...]]:
    """Return what *chunks* begins with, and, when there is more than a block, the chunk after it."""
    first = next(chunks, b"")
    if len(first) >= BLOCK:
        return bytes(first), (b"",)
    begun = bytearray(first)
    for chunk in chunks:
        if len(begun) + len(chunk) > BLOCK:
            return bytes(begun), (bytes(chunk),)
        begun += chunk
    return bytes(begun), ()


@contextmanager
def create(
    destination: Path,
    top: str,
    *,
    signer: SigningKey,
    lock: Lock,
    clock: Callable[[], datetime],
    appearing: Appearing = lambda _: None,
) -> Iterator[BagWriter]:
    """Give a writer for the bundle *destination*, whose one folder is *top*; the bundle is there when the block ends without an exception.

    It is hashed, signed by *signer*, closed with *lock* and on the disk by then. An exception, or the end of the process at any moment, leaves
    nothing at *destination*, and an existing file there is refused. Once it is whole, *appearing* is told, and then it appears.
    """
    if not is_safe(top):
        raise BundleError(f"{top!r}: some systems do not take this for a folder's name")
    room = Unfinished(destination)
    try:
        pump = Pump(lambda blocks: lock.seal(io.BufferedReader(blocks, _PIECE), room.file))
        try:
            with _bag(pump, top, destination.parent, clock()) as bag:
                yield bag
                bag.finish(signer, clock())
            pump.finish()
        except BaseException as error:
            pump.abort()
            if room.failure is not None and not isinstance(error, KeyboardInterrupt):
                raise room.failed(room.failure) from error
            raise
        room.commit(appearing)
    finally:
        room.close()


@contextmanager
def _bag(pump: Pump, top: str, spools: Path, moment: datetime) -> Iterator[BagWriter]:
    stream = _ZipStream(pump, spools, zipformat.stamp(moment))
    try:
        bag = BagWriter(stream, top, spools)
        try:
            yield bag
        finally:
            bag.close()
    finally:
        stream.close()

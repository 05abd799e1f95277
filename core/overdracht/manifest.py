"""BagIt (RFC 8493) on paper: the texts that make a folder a bag, and which paths may stand in one.

    TOP/
      bagit.txt                       says that this is a bag
      bag-info.txt                    says what it holds; Payload-Oxum is "bytes.files"
      manifest-sha512.txt             covers every file below data/
      tagmanifest-sha512.txt          covers every other file, the manifest included
      tagmanifest-sha512.txt.minisig  the signature over the one before, and so over everything
      minisign.pub                    the public key, for whoever has no better copy of it
      data/…

Both manifests are written as `sha512sum` writes, so that `sha512sum -c` reads them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from overdracht.errors import BundleError
from overdracht.names import is_safe

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha512.txt"
TAG_MANIFEST = "tagmanifest-sha512.txt"
SIGNATURE = "tagmanifest-sha512.txt.minisig"
PUBLIC_KEY = "minisign.pub"
PAYLOAD = "data/"

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
UNCOVERED = frozenset({TAG_MANIFEST, SIGNATURE})
"""What the tag manifest cannot cover."""
RESERVED = frozenset({BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, SIGNATURE, PUBLIC_KEY})
"""What the bag's writer writes itself."""

_LINE = re.compile(r"([0-9a-f]{128})  (.+)")
_LONGEST_LINE = 4096
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def is_safe_path(path: str) -> bool:
    """Say whether *path* is `/`-separated, relative, and safe on every system; none that escapes its folder is."""
    return all(is_safe(part) for part in path.split("/"))


def line(digest: str, path: str) -> bytes:
    """Return the manifest's line for the file *path*; its *digest* is in hexadecimal."""
    return f"{digest}  {path}\n".encode()


def read_lines(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """Yield (path, digest) for the lines of the manifest *name*; raise BundleError where it is no manifest."""
    for number, raw in enumerate(lines, 1):
        text = raw.decode(errors="replace").removesuffix("\n").removesuffix("\r")
        match = _LINE.fullmatch(text) if len(raw) <= _LONGEST_LINE else None
        if match is None or not is_safe_path(match[2]):
            raise BundleError(f"{name}: line {number} is no line of a manifest")
        yield match[2], bytes.fromhex(match[1])


def info_text(info: Mapping[str, str], *, size: int, count: int, date: str) -> bytes:
    """Return bag-info.txt with the labels of *info*, and *size* and *count* of the payload."""
    own = {"Bagging-Date": date, "Payload-Oxum": f"{size}.{count}"}
    lines = []
    for label, value in ({**info, **own}).items():
        if not _LABEL.fullmatch(label):
            raise BundleError(f"bag-info.txt: {label!r} is no label")
        lines.append(f"{label}: {' '.join(value.split())}\n")
    return "".join(lines).encode()


def read_info(text: bytes) -> dict[str, str]:
    """Return the labels and values of a bag-info.txt; a line that is none is passed over."""
    info: dict[str, str] = {}
    for each in text.decode(errors="replace").splitlines():
        label, colon, value = each.partition(":")
        if colon and _LABEL.fullmatch(label):
            info[label] = value.strip()
    return info

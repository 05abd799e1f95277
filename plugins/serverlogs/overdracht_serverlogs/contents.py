"""Whether what a file holds is text at all: what is compressed in another way, or encrypted, would be searched in vain."""

import re

from overdracht_serverlogs.packed import method_of

_FOREIGN = {
    b"\x04\x22\x4d\x18": "compressed with lz4",
    b"\x02\x21\x4c\x18": "compressed with lz4",
    b"\x5d\x00\x00": "compressed with lzma",
    b"LZIP": "compressed with lzip",
    b"\x89LZO": "compressed with lzop",
    b"\x1f\x9d": "compressed with compress",
    b"\x1f\xa0": "compressed with compress",
    b"7z\xbc\xaf\x27\x1c": "an archive of 7-Zip",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "a ZIP archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"age-encryption.org/": "encrypted with age",
    b"-----BEGIN AGE ENCRYPTED": "encrypted with age",
    b"-----BEGIN PGP MESSAGE": "encrypted with PGP",
    b"Salted__": "encrypted with OpenSSL",
    b"SQLite format 3\x00": "a database of SQLite",
    b"LPKSHHRH": "a journal of systemd",
    b"\xff\xfe": "written in UTF-16",
    b"\xfe\xff": "written in UTF-16",
}
_TAR = (257, b"ustar")
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_HOLE = re.compile(rb"\0{16,}")
"""What is left where a file was cut off while its program went on writing, or by a crash."""
_FEW = 8
_ONE_IN = 20
"""Of bytes that are random one in ten is a control character; of text, hardly any."""


def no_text(start: bytes) -> str:
    """Return why a file whose uncompressed text begins with *start* cannot be searched; empty when it can."""
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            return f"it is {what}, which is not searched"
    if start[_TAR[0] :].startswith(_TAR[1]):
        return "it is a tar archive, which is not searched"
    if method_of(start) != "plain":
        return "it is compressed more than once, which is not searched"
    solid = _HOLE.sub(b"", start)
    controls = len(solid) - len(solid.translate(None, _CONTROLS))
    if controls > _FEW and controls * _ONE_IN > len(solid):
        return "it is no text: encrypted, compressed in another way, or written in UTF-16"
    return ""

"""A WinZip AES-256 file around one other file, for a recipient who has 7-Zip or the like but no age.

The names in such a zip are readable without the password, so all that can be read is the name of the one inner archive.
"""

import os
import shutil
from typing import TYPE_CHECKING, BinaryIO

from overdracht.errors import BundleError
from overdracht.seal.age import Damaged

if TYPE_CHECKING:
    from pyzipper import AESZipFile

INNER = "overdracht.zip"
MAGIC = b"PK\x03\x04"
_ENCRYPTED, _METHOD_AES = 0x1, 99
_BLOCK = 1 << 20
_END = 22


def is_encrypted(start: bytes) -> bool:
    """Say whether the zip file that begins with *start* asks for a password."""
    return start.startswith(MAGIC) and len(start) > 8 and bool(start[6] & _ENCRYPTED)


def seal_with_password(source: BinaryIO, target: BinaryIO, password: str) -> None:
    """Write what *source* holds to *target* as the one file in an encrypted zip."""
    from pyzipper import WZ_AES, ZIP_STORED, AESZipFile
    from pyzipper.zipfile_aes import AESZipInfo

    # Of all times this one tells least: the inner archive has the true one.
    info = AESZipInfo(INNER, (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o600 << 16
    archive = AESZipFile(target, "w", ZIP_STORED, allowZip64=True)
    try:
        archive.setpassword(password.encode())
        archive.setencryption(WZ_AES, nbits=256)
        with archive.open(info, "w", force_zip64=True) as file:
            shutil.copyfileobj(source, file, _BLOCK)
        archive.close()
    except BaseException:
        # Or else its destructor tries to finish the file, and tells the terminal that it cannot.
        archive.fp = None
        raise


def open_with_password(source: BinaryIO, target: BinaryIO, password: str) -> None:
    """Write to *target* the one file in the encrypted zip *source*; raise BundleError for another password, Damaged for another file."""
    from pyzipper import AESZipFile, BadZipFile

    source.seek(max(0, source.seek(0, os.SEEK_END) - _END))
    end = source.read()
    if not end.startswith(b"PK\5\6") or not end.endswith(b"\0\0"):
        raise Damaged("cut, damaged at its end, or something stands behind it")
    try:
        with AESZipFile(source) as archive:
            _copy_only_member(archive, target, password)
    except RuntimeError as error:
        # What pyzipper raises: two bytes of the file tell a wrong password early, 1 in 65,536 gets past them to the HMAC.
        raise BundleError("wrong password, or its first bytes are damaged") from error
    except (BadZipFile, EOFError, ValueError, NotImplementedError, KeyError) as error:
        raise Damaged("cut or damaged, or the password is wrong") from error


def _copy_only_member(archive: "AESZipFile", target: BinaryIO, password: str) -> None:
    members = archive.infolist()
    if len(members) != 1 or members[0].compress_type != 0:
        raise Damaged("this is no encrypted zip of overdracht: that holds one stored file")
    if members[0].header_offset != 0:
        raise Damaged("something stands in it before the encrypted zip")
    with archive.open(members[0], pwd=password.encode()) as file:
        # Stored, so it cannot be larger than the file it stands in.
        shutil.copyfileobj(file, target, _BLOCK)

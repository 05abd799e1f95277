"""Look into a bundle, whatever it is closed with; decrypted bytes go to a file without a name."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from overdracht.bundle.contents import Contents, FolderContents, ZipContents
from overdracht.errors import BundleError
from overdracht.seal import Damaged, Unlock, age, zipcrypt

_BUFFER = 256 * 1024
_START = 64


class Closed(StrEnum):
    """What a bundle is closed with."""

    NOT = "not"
    KEY = "key"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, not a secret
    PASSWORD = "password"  # noqa: S105 - a word, not a secret


def closed_with(path: Path) -> Closed:
    """Say what somebody must have to open *path*; what is no bundle at all is not closed."""
    if path.is_dir():
        return Closed.NOT
    _refuse_special(path)
    try:
        with path.open("rb") as file:
            start = file.read(_START)
            file.seek(0)
            if zipcrypt.is_encrypted(start):
                return Closed.PASSWORD
            if not start.startswith(age.MAGIC):
                return Closed.NOT
            header, _ = age.read_header(file)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    except Damaged as error:
        raise Damaged(f"{path.name}: {error}") from error
    return Closed.PASSPHRASE if age.stanzas(header) == ("scrypt",) else Closed.KEY


@contextmanager
def opened(path: Path, key: Unlock, *, room: Path | None = None) -> Iterator[Contents]:
    """Give the contents of *path*: a sealed bundle, a plain zip or an unpacked folder. Raises Damaged when it is none of them whole.

    What is decrypted waits in *room*, or else beside the bundle, 0600 and without a name.
    """
    if path.is_dir():
        yield FolderContents(path)
        return
    _refuse_special(path)
    try:
        file = path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    with file:
        start = file.read(_START)
        file.seek(0)
        if start.startswith(age.MAGIC):
            with _decrypted(path, file, key.open_age, room) as clear:
                yield ZipContents(clear)
        elif zipcrypt.is_encrypted(start):
            with _decrypted(path, file, key.open_zip, room) as clear:
                yield ZipContents(clear)
        elif start.startswith(zipcrypt.MAGIC):
            yield ZipContents(file)
        elif start.startswith(age.ARMOUR):
            raise BundleError(
                f"{path} is age as text", remedy="decrypt it with age, and give what comes out"
            )
        else:
            raise Damaged(f"{path.name}: is no bundle, or its first bytes are damaged")


@contextmanager
def _decrypted(
    path: Path, source: BinaryIO, decrypt: Callable[[BinaryIO, BinaryIO], None], room: Path | None
) -> Iterator[BinaryIO]:
    with _nameless(room or path.absolute().parent) as clear:
        try:
            decrypt(source, clear)
            clear.flush()
        except Damaged as error:
            raise Damaged(f"{path.name}: {error}") from error
        except BundleError as error:
            raise BundleError(f"{path.name}: {error.message}", remedy=error.remedy) from error
        except OSError as error:
            raise BundleError(
                f"{path.name} cannot be decrypted: {error.strerror or error}"
            ) from error
        yield clear


def _refuse_special(path: Path) -> None:
    # A named pipe would be waited for, forever.
    if path.exists() and not path.is_file():
        raise BundleError(f"{path} is no file")


def _nameless(folder: Path) -> BinaryIO:
    # The folder of a bundle may be read-only, a memory stick for one.
    where = folder if os.access(folder, os.W_OK) else None
    return cast("BinaryIO", tempfile.TemporaryFile(buffering=_BUFFER, dir=where))

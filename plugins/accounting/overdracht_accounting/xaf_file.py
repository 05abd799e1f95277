"""An audit file on disk, read from its beginning to its end by pyxaf and never held whole.

pyxaf refuses a DOCTYPE and with it every entity, limits depth and sizes, and unpacks gzip and zip.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pyxaf import AuditFile, Journal, LedgerAccount, Relation, Transaction
    from pyxaf.raw import RawRecord

ENDINGS = (".xaf", ".xml", ".xaf.gz", ".xml.gz", ".zip", ".xac", ".xsc", ".xfc", ".adf", ".adc")
"""What an audit file's name ends in; those that programs encrypt are named so that they are reported."""
_ENCRYPTED = {".xac", ".xsc", ".xfc", ".adc"}
_LARGEST_ZIP = 64 << 20
_NO_TRACE = getattr(os, "O_NOATIME", 0)
# A name may be a link or a pipe that somebody put there: neither is followed or waited for.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Unreadable(Exception):
    """An audit file cannot be read; the message says why, in one line without personal data."""


def audit_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and place of each audit file at or below *root*, in order."""
    if not root.is_dir():
        yield root.name, root
        return
    for path in sorted(root.rglob("*")):
        if path.name.lower().endswith(ENDINGS) and not path.is_dir():
            yield path.relative_to(root).as_posix(), path


def state(path: Path) -> str:
    """Return what tells that the file at *path* is still the one that it was."""
    status = path.stat()
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction, and what finds it again: how many of the same journal and number stand before it."""

    journal: str
    number: str
    occurrence: int
    transaction: "Transaction"


class OpenFile:
    """An audit file that is being read."""

    def __init__(self, file: "AuditFile") -> None:
        self._file = file

    @property
    def relations(self) -> "Mapping[str, Relation]":
        """The customers and suppliers, by number."""
        return self._file.relations

    def account(self, number: str) -> "LedgerAccount | None":
        """Return the ledger account *number*."""
        return self._file.accounts.get(number)

    def journal(self, number: str) -> "Journal | None":
        """Return the journal *number*; the first time all of the file is looked through for them."""
        with _readable():
            return self._file.journals.get(number) if number else None

    @property
    def described(self) -> str:
        """The version of the format and the year, for the administrator."""
        return f"XAF {self._file.version}, {self._file.header.fiscal_year or 'no year'}"

    @property
    def currency(self) -> str:
        """The currency of the amounts."""
        return self._file.header.currency or "EUR"

    @property
    def vat_accounts(self) -> frozenset[str]:
        """The ledger accounts that VAT is booked on."""
        codes = self._file.vat_codes.values()
        numbers = (n for one in codes for n in (one.payable_account_id, one.receivable_account_id))
        return frozenset(number for number in numbers if number)

    def entries(self) -> Iterator[Entry]:
        """Yield the transactions in the file's order."""
        seen: dict[int, int] = {}
        with _readable():
            for one in self._file.transactions():
                journal, number = one.journal_id or "", one.number or ""
                mark = hash((journal, number))
                occurrence = seen[mark] = seen.get(mark, 0) + 1
                yield Entry(journal, number, occurrence, one)


@contextmanager
def opened(path: Path) -> Iterator[OpenFile]:
    """Open the audit file at *path* for a while; raise Unreadable when it is none."""
    import pyxaf

    if path.suffix.lower() in _ENCRYPTED:
        raise Unreadable("it is encrypted: export it again without a password")
    with _readable():
        descriptor = _descriptor(path)
    with os.fdopen(descriptor, "rb") as stream:
        with _readable():
            source = _unpackable(stream) if path.suffix.lower() == ".zip" else stream
            file = pyxaf.open(source, max_findings=0, max_findings_per_code=0)
        with file:
            yield OpenFile(file)


def _unpackable(stream: BinaryIO) -> bytes:
    """Return a zip file whole: pyxaf cannot go back and forth in one that is a stream."""
    packed = stream.read(_LARGEST_ZIP + 1)
    if len(packed) > _LARGEST_ZIP:
        raise Unreadable("the zip file is too large: unpack it")
    return packed


def _descriptor(path: Path) -> int:
    try:
        descriptor = os.open(path, _FLAGS | _NO_TRACE)
    except PermissionError:
        # Only a file's owner may read it without a trace in its access time.
        descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable("it is no regular file")
    return descriptor


@contextmanager
def _readable() -> Iterator[None]:
    """Say of what goes wrong what it is; pyxaf's own messages may quote the file."""
    import pyxaf

    try:
        yield
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror or type(error).__name__}") from error
    except pyxaf.ForbiddenConstructError as error:
        raise Unreadable("it declares a DOCTYPE or entities, which no audit file does") from error
    except pyxaf.XmlSyntaxError as error:
        raise Unreadable("it is damaged: its XML is not well formed") from error
    except pyxaf.EncryptedAuditfileError as error:
        raise Unreadable("it is encrypted: export it again without a password") from error
    except pyxaf.LimitExceededError as error:
        raise Unreadable("it is larger or deeper than any audit file should be") from error
    except pyxaf.PyxafError as error:
        raise Unreadable("it is no audit file that is known") from error


def digest(record: "RawRecord | None") -> str:
    """Return what differs as soon as anything in *record* does."""
    from hashlib import sha256

    import orjson

    content = {} if record is None else record.to_dict()
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]

"""A certificate of erasure, or the statement of a correction, as it is read back: facts without personal data, whoever wrote them.

The file may come from anywhere, so its shape is checked and its texts are as hostile as any other.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from overdracht.erasure import FORMAT
from overdracht.errors import BundleError
from overdracht.items import Category
from overdracht.rectifying import RECTIFIED
from overdracht.retention import Term
from overdracht.steps import Residue, Result
from overdracht.text import NOTHING, Text

LARGEST = 16 << 20
"""Of a certificate's file, in bytes."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Organisation(_Part):
    """Who erased."""

    name: str
    contact: str = ""
    address: str = ""
    recipients: tuple[str, ...] = ()
    backups: str | None = None

    @property
    def backups_kept(self) -> Term | None:
        """How long its backups are kept, if it says so."""
        try:
            return Term.parse(self.backups) if self.backups else None
        except ValueError:
            return None


class SourceResults(_Part):
    """What came of one source."""

    source: str
    connector: str = ""
    searched: str = ""
    gaps: int = 0
    notes: tuple[Text, ...] = ()
    """What the search did not look into."""
    results: Mapping[str, int]
    categories: Mapping[Category, Mapping[str, int]] = Field(default_factory=dict)
    left_to_review: int = 0

    def of(self, *results: str) -> int:
        """Return how many items came to one of *results*."""
        return sum(self.results.get(one, 0) for one in results)


class Staying(_Part):
    """What stays, or waits for somebody, on one ground."""

    source: str
    category: Category
    until: date | None = None
    ground: Text = NOTHING
    article: Text = NOTHING
    pseudonymous: bool = False
    items: int


class Verified(_Part):
    """What finding again showed."""

    holds: bool
    searched_whole: bool
    left: Mapping[str, int] = Field(default_factory=dict)
    new: Mapping[str, int] = Field(default_factory=dict)
    kept: Mapping[str, int] = Field(default_factory=dict)
    missing: Mapping[str, int] = Field(default_factory=dict)


class Left(_Part):
    """What stays behind physically."""

    source: str
    what: Text
    where: Text = NOTHING
    until: Text = NOTHING
    remedy: Text = NOTHING

    @property
    def residue(self) -> Residue:
        """The same, as a connector says it."""
        return Residue(self.what, self.where, self.until, self.remedy)


NOT_DONE = (Result.FAILED, Result.CHANGED, Result.REFUSED, "open")


class Certificate(_Part):
    """The whole."""

    format: Literal["overdracht-certificate/1", "overdracht-rectification/1"]
    reference: str
    organisation: Organisation
    made: datetime
    program: str = ""
    complete: bool
    plans: tuple[str, ...]
    sources: tuple[SourceResults, ...]
    retained: tuple[Staying, ...] = ()
    left_alone: tuple[Staying, ...] = ()
    left_out: int = 0
    verification: Verified | None = None
    residue: tuple[Left, ...] = ()
    audit_head: str | None = None
    """The last entry of the audit trail before it, which stands for all of them."""
    kinds: tuple[str, ...] = ()
    """Of which kinds values were corrected."""

    @property
    def rectifies(self) -> bool:
        """Whether it is about a correction."""
        return self.format == RECTIFIED

    @property
    def of_a_sweep(self) -> bool:
        """Whether nobody asked for it: what outlived its term was erased, whomever it was about."""
        return not self.rectifies and not any(one.searched for one in self.sources)

    def of(self, *results: str) -> int:
        """Return how many items came to one of *results*."""
        return sum(one.of(*results) for one in self.sources)

    @property
    def not_done(self) -> int:
        """How many items were to go and did not."""
        return self.of(*NOT_DONE)


def is_certificate(raw: bytes) -> bool:
    """Say whether *raw*, the beginning of a file or the whole, means to be a certificate."""
    formats = (one.split("/")[0].encode() for one in (FORMAT, RECTIFIED))
    return raw.lstrip()[:1] == b"{" and b'"format"' in raw and any(one in raw for one in formats)


def parse(raw: bytes) -> Certificate:
    """Return the certificate that *raw* is; raise BundleError when it is none."""
    try:
        return Certificate.model_validate_json(raw)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise BundleError(
            f"this is no certificate that this version reads ({where or 'not JSON'})"
        ) from None

"""The connector to audit files: books kept by a web service that gives them out as XAF and in no other way. It only reads."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from overdracht import (
    Category,
    Check,
    ConfigPath,
    Connector,
    FinancialYearStarts,
    Finding,
    Gap,
    Item,
    Piece,
    Processing,
    Question,
    Settings,
    Unreachable,
)
from overdracht_accounting.issuer import IssuerSettings

NO_FILES = "no audit file was found there"


class XafSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "xaf"`."""

    path: tuple[ConfigPath, ...] = Field(
        min_length=1,
        description="The audit file (XAF), or the directory that you save them in; or a list of them.",
    )
    others: Literal["mask", "keep"] = Field(
        "mask",
        description="What an export does with other people's names in free text: mask them or keep them.",
    )
    financial_year_starts: FinancialYearStarts = Field(
        0,
        description="The month in which the financial year of these books begins, for the audit files of an export; 0 is that of the organisation.",
    )
    issuer: IssuerSettings | None = Field(
        None, description="Who you are: your own name, address, KvK and VAT number."
    )

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return given if isinstance(given, list | tuple) else (given,)


class XafConnector(Connector[XafSettings]):
    """Reads audit files: XAF 3.0 to 4.0, and the CLAIR2 and ADF files before it."""

    name: ClassVar[str] = "xaf"
    summary: ClassVar[str] = (
        "Audit files (XAF) that a bookkeeping service exports; read only: what is in them is erased in the service."
    )
    settings_type: ClassVar[type[Settings]] = XafSettings
    categories: ClassVar[frozenset[Category]] = frozenset(
        {Category.CONTACT, Category.INVOICE, Category.PAYMENT}
    )

    def check(self) -> Iterator[Check]:
        """Open each file up to its transactions."""
        from overdracht_accounting.xaf_file import Unreadable, opened

        for path in self.settings.path:
            if not path.exists():
                yield Check("reachable", ok=False, detail=f"{path} does not exist, check `path`")
                return
        yield Check("reachable", ok=True)
        files = self._files()
        found = f"{len(files)} audit files" if files else NO_FILES
        yield Check("files", ok=bool(files), detail=found)
        for one in self._without() if files else ():
            yield Check(f"folder {one.part}", ok=False, detail=NO_FILES)
        for part, path in files.items():
            try:
                with opened(path) as file:
                    yield Check(f"file {part}", ok=True, detail=file.described)
            except Unreadable as error:
                yield Check(f"file {part}", ok=False, detail=str(error))

    def describe(self) -> Iterable[Processing]:
        """Say what is done with each category."""
        from overdracht_accounting.processing import describe

        return describe(self.categories)

    def find(self, question: Question) -> Iterator[Finding]:
        """Yield the person's customers and transactions, file by file."""
        from overdracht_accounting.xaf_search import search

        self._require()
        files = self._files()
        yield from self._without()
        for part, path in files.items():
            yield from search(part, path, question)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - there are no further forms
    ) -> Iterator[Piece]:
        """Yield what was booked as tables and as one audit file a year with only the person in it."""
        from overdracht_accounting.invoices import Party
        from overdracht_accounting.leaving import Leaving
        from overdracht_accounting.masking import Mask
        from overdracht_accounting.xaf_export import handed

        self._require()
        files, issuer = self._files(), self.settings.issuer
        mask = Mask(_names(files.values())) if self.settings.others == "mask" else None
        seller = Party("") if issuer is None else issuer.party()
        leaving = Leaving(seller, mask, self.settings.financial_year_starts)
        yield from leaving.pieces(handed(items, files, mask))

    def _without(self) -> Iterator[Gap]:
        """Yield a gap for each folder in which no audit file is."""
        from overdracht_accounting.xaf_file import audit_files

        for root in self.settings.path:
            if next(audit_files(root), None) is None:
                yield Gap("" if len(self.settings.path) == 1 else root.name, NO_FILES)

    def _require(self) -> None:
        for path in self.settings.path:
            if not path.exists():
                raise Unreachable(
                    "the path of the audit files does not exist",
                    remedy=f"check `path` of source {self.source}",
                )

    def _files(self) -> dict[str, Path]:
        """Return the audit files by the name of their part: with several roots, each begins with its root's."""
        from overdracht_accounting.xaf_file import audit_files

        found: dict[str, Path] = {}
        alone = len(self.settings.path) == 1
        for root in self.settings.path:
            for name, path in audit_files(root):
                part = name if alone or not root.is_dir() else f"{root.name}/{name}"
                number = 1
                while part in found:
                    number += 1
                    part = f"{name} ({number})"
                found[part] = path
        return found


def _names(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the names of all customers in the audit files at *paths*; who cannot be read is in no text that leaves either."""
    from overdracht_accounting.xaf_file import Unreadable, opened

    for path in paths:
        try:
            with opened(path) as file:
                for relation in file.relations.values():
                    yield from filter(None, (relation.name, relation.contact))
        except Unreadable:
            continue

"""What the administrator writes for books in a database."""

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from overdracht import Category, ConfigPath, FinancialYearStarts, SecretRef, Settings
from overdracht_accounting.invoice_queries import InvoiceQueries
from overdracht_accounting.issuer import IssuerSettings
from overdracht_accounting.mapping import Act

Kind = Literal[
    "email", "phone", "iban", "customer", "domain", "ip", "username", "name", "address", "kvk"
]


def _as_list(given: object) -> object:
    return given if isinstance(given, list | tuple) else (given,)


_SECRET = frozenset({"password", "passwd", "sslpassword", "ssl_key_password"})
"""What drivers take behind the question mark of a URL, and does not belong in a configuration."""

Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""One text or a list of them."""

Categories = Annotated[tuple[Category, ...], BeforeValidator(_as_list), Field(min_length=1)]


def is_here(host: str | None) -> bool:
    """Say whether a database at *host* is on this machine."""
    if not host or host.startswith("/") or host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class DatabaseSettings(Settings):
    """Where a database is, and what both connectors know of the export."""

    password: SecretRef | None = Field(None, description="Where the database's password is.")
    ca_file: ConfigPath | None = Field(
        None,
        description="A file with the certificate authority to trust, when the database is elsewhere and it is your own (PEM).",
    )
    tls: Literal["verify", "off"] = Field(
        "verify",
        description="How a database on another machine is reached: by TLS with a verified certificate, or (off) as the URL says: for a tunnel or a network of your own.",
    )
    pseudonym_key: SecretRef | None = Field(
        None,
        description="Where the key of the pseudonyms is; without one a new key is made for each run and forgotten, so that nobody can link them.",
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
        None, description="Who sends the invoices: your own name, address, KvK and VAT number."
    )

    @field_validator("url", check_fields=False)
    @classmethod
    def _without_password(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, found, rest = value.partition("://")
        if not found or scheme.split("+")[0] not in {"sqlite", "postgresql", "mysql", "mariadb"}:
            raise ValueError("it begins with sqlite://, postgresql://, mariadb:// or mysql://")
        credentials = rest.partition("/")[0].rpartition("@")[0]
        further = {one.partition("=")[0] for one in rest.partition("?")[2].split("&")}
        if ":" in credentials or not further.isdisjoint(_SECRET):
            raise ValueError("the password does not belong in it: use `password`")
        return value


class GnuCashSettings(DatabaseSettings):
    """The keys of `[sources.NAME]` with `connector = "gnucash"`."""

    book: ConfigPath | None = Field(None, description="The book, when it is an SQLite file.")
    url: str | None = Field(
        None,
        description="The database, when it is none: postgresql://USER@HOST/DATABASE (or mysql://).",
    )
    logs: ConfigPath | None = Field(
        None,
        description="A further directory with logs and copies that GnuCash keeps; those beside the book are found without it.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.book is None) == (self.url is None):
            raise ValueError("give one of book and url")
        return self


class ColumnSettings(Settings):
    """What is known of one column."""

    category: Categories = Field(
        description="Its category; with several it stays as long as one of them has to."
    )
    erase: Act = Field(
        Act.NULL, description="What erasing makes of it: null, text (see there) or pseudonym."
    )
    text: str = Field("", description="The text that takes its place; gives erase = text.")
    search: bool = Field(default=True, description="Whether people can be mentioned in it.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        if isinstance(given, str | list):
            return {"category": given}
        if isinstance(given, dict) and "text" in given and "erase" not in given:
            return {**given, "erase": Act.TEXT}
        return given


class TableSettings(Settings):
    """One table of the mapping."""

    table: str = Field(min_length=1, description="The table's name, or schema.name.")
    name: str = Field("", description="How the part is called; the table's name by default.")
    key: Texts = Field(
        ("id",),
        min_length=1,
        description="The column that tells its rows apart, or a list of those that do together.",
    )
    category: Category = Field(description="What a row is: contact, invoice, payment, note …")
    title: Texts = Field((), description="The columns that a person recognises a row by.")
    date: str = Field(
        "",
        description="The column, or an SQL expression, that gives a row's own date; a customer without one has that of the last thing linked to it.",
    )
    where: str = Field(
        "", description="An SQL condition for the rows that belong to it; all by default."
    )
    identifies: dict[Kind, Annotated[tuple[Texts, ...], BeforeValidator(_as_list)]] = Field(
        default_factory=dict,
        description="Kind of identifier → the columns that say whom a row is about; a list inside the list is read as one text.",
    )
    belongs_to: dict[str, Texts] = Field(
        default_factory=dict,
        description="Part → the column with the key of its row (a list, where that key is one), or a SELECT that gives pairs AS record and AS owner.",
    )
    part_of: dict[str, Texts] = Field(
        default_factory=dict,
        description="Part → the column with its key (a list, where that key is one): the row is no thing of its own but part of that one, as a line is of an invoice.",
    )
    columns: dict[str, ColumnSettings] = Field(
        default_factory=dict,
        description="The columns with personal data and what erasing makes of them.",
    )
    hidden: tuple[str, ...] = Field(
        (),
        description="Columns that do not leave and do not count as a change, such as a hash of a password.",
    )
    rows: Literal["delete", "keep"] = Field(
        "keep",
        description="What becomes of a row of which nothing has to stay: delete it, or keep it with its columns erased.",
    )


class SqlSettings(DatabaseSettings):
    """The keys of `[sources.NAME]` with `connector = "sql"`."""

    url: str = Field(
        description="The database: sqlite:///FILE, postgresql://USER@HOST/DATABASE, mariadb://USER@HOST/DATABASE."
    )
    tables: tuple[TableSettings, ...] = Field(
        min_length=1,
        description="The tables with personal data; a table comes after the ones that it belongs to.",
    )
    invoices: InvoiceQueries | None = Field(
        None, description="What an invoice is in this database, for an export as UBL."
    )
    invariants: dict[str, str] = Field(
        default_factory=dict,
        description="Name → a SELECT whose outcome is the same before and after an erasure; where it is not, nothing is changed.",
    )
    not_personal: tuple[str, ...] = Field(
        (),
        description="Tables, columns as table.column, and schemas as schema.*, that look personal and are not.",
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        from overdracht_accounting.configured_mapping import mapping_of

        mapping_of(self)
        return self

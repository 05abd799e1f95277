"""What the configuration holds, once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from overdracht.config.rules import Bundles, Engine, Erasure, Retention
from overdracht.connector import Connector, Settings
from overdracht.errors import IdentifierError
from overdracht.financial_year import JANUARY, Month
from overdracht.identifiers import Identifier, Kinds
from overdracht.items import Category
from overdracht.paths import ConfigPath, state_directory
from overdracht.retention import Rule
from overdracht.secrets import SecretRef


def _parsed(value: object, info: ValidationInfo) -> Identifier:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 - pydantic collects ValueErrors only
    kinds: Kinds = (info.context or {}).get("kinds") or Kinds()
    try:
        return kinds.parse(value)
    except IdentifierError as error:
        raise ValueError(str(error)) from error


WrittenIdentifier = Annotated[Identifier, BeforeValidator(_parsed)]
"""An identifier as the command line takes it: `info@x.nl`, `x.nl`, `phone:020-1234567`."""


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


class Organisation(_Table):
    """Who holds the data: the controller of GDPR Art. 4(7)."""

    name: Annotated[str, Field(description="the name of the organisation", min_length=1)]
    contact: Annotated[
        str,
        Field(
            description="where a person reaches it about personal data, e.g. a mail address",
            min_length=1,
        ),
    ]
    address: Annotated[str, Field(description="its postal address")] = ""
    language: Annotated[
        Literal["nl", "en"],
        Field(description="the language of the overview and the letters: nl or en"),
    ] = "nl"
    own: Annotated[
        frozenset[WrittenIdentifier],
        Field(
            description="its own addresses, domains and numbers; a search never spreads by these"
        ),
    ] = frozenset()
    shared: Annotated[
        frozenset[WrittenIdentifier],
        Field(description="what several customers share, such as the address of a club"),
    ] = frozenset()
    recipients: Annotated[
        tuple[str, ...],
        Field(
            description="who else receives personal data: processors, the accountant, the tax office"
        ),
    ] = ()
    automated_decisions: Annotated[
        str,
        Field(
            description="what it states about decisions on a person by a machine alone (GDPR Art. 22), or none; the overview says it",
            examples=["none"],
        ),
    ] = ""
    transfers: Annotated[
        str,
        Field(
            description="what it states about passing personal data to countries outside the EEA (GDPR Art. 15(2)), or none; the overview says it",
            examples=["none"],
        ),
    ] = ""
    financial_year_starts: Annotated[
        Month,
        Field(description="the month in which its financial year begins, from 1 to 12"),
    ] = JANUARY


class State(_Table):
    """Where requests and their findings are kept."""

    directory: Annotated[
        ConfigPath, Field(description="the directory for requests and findings, for its owner only")
    ] = Field(default_factory=state_directory)
    key: Annotated[
        SecretRef | None,
        Field(
            description="where the master key is, 64 hexadecimal digits; without it a file is made in the directory, for its owner only"
        ),
    ] = None


class Tables(_Table):
    """The file as it is written; a source's settings are read by its connector."""

    organisation: Annotated[Organisation, Field(description="who holds the data")]
    state: Annotated[State, Field(description="where requests and findings are kept")] = Field(
        default_factory=State
    )
    erasure: Annotated[Erasure, Field(description="how much one plan may take")] = Field(
        default_factory=Erasure
    )
    retention: Annotated[
        Mapping[str, Retention],
        Field(description="how long what is kept, one table a rule"),
    ] = Field(default_factory=dict)
    bundles: Annotated[Bundles, Field(description="what becomes of the bundles")] = Field(
        default_factory=Bundles
    )
    engine: Annotated[Engine, Field(description="where heavy work is done")] = Field(
        default_factory=Engine
    )
    sources: Annotated[
        Mapping[str, dict[str, Any]],
        Field(description="the systems that hold data, one table each"),
    ] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One configured system; without a *connector* there is a *problem*, and the source is a gap."""

    name: str
    connector_name: str
    connector: Connector[Settings] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration, its sources ready to be asked."""

    path: Path
    organisation: Organisation
    state_directory: Path
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    """The retention rules, one or more a category."""
    unattended: frozenset[Category]
    """The categories of which what outlived its term may be erased without approval."""
    erasure: Erasure
    bundles: Bundles
    engine: Engine
    state_key: SecretRef | None = None
    """Where the state's master key is, when it is not in a file of its own."""

"""Find and read `overdracht.toml`; report all that is wrong with it at once."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from overdracht.config.model import Config, Source, Tables
from overdracht.config.problems import Problem, did_you_mean, error_of, problems_of
from overdracht.config.rules import problems as problems_of_rules
from overdracht.config.rules import rules_of, unattended
from overdracht.connector import Settings
from overdracht.errors import ConfigError
from overdracht.paths import config_directory
from overdracht.registry import AnyConnector, Registry

FILE_NAME = "overdracht.toml"
VARIABLE = "OVERDRACHT_CONFIG"
SOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def locate(explicit: Path | None = None) -> Path:
    """Return the configuration to use: *explicit*, $OVERDRACHT_CONFIG, ./overdracht.toml or the user's own."""
    if explicit is not None:
        return explicit
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser()
    candidates = (Path(FILE_NAME), config_directory() / FILE_NAME)
    for path in candidates:
        if path.is_file():
            return path
    raise ConfigError(
        f"there is no {FILE_NAME} here, nor {candidates[1]}",
        remedy=f"overdracht init writes one; ${VARIABLE} and --config name another",
    )


def connectors_of(path: Path) -> frozenset[str]:
    """Return the names of the connectors that the sources of the configuration at *path* want; the empty one when a source says none.

    There is no connector of that name, so that all are loaded, and what is said of it can name them.
    """
    wanted = (one.get("connector") for one in _source_tables(_read(path.absolute())).values())
    return frozenset(one if isinstance(one, str) else "" for one in wanted)


def load(path: Path, registry: Registry) -> Config:
    """Read the configuration at *path* with the connectors of *registry*.

    A source whose connector is not there is a source with a problem; everything else that is wrong is a ConfigError.
    """
    path = path.absolute()
    context = {"directory": path.parent, "kinds": registry.kinds}
    written = _read(path)
    problems: list[Problem] = []
    tables = None
    try:
        tables = Tables.model_validate(written, context=context)
    except ValidationError as error:
        problems.extend(problems_of(error, Tables))
    else:
        context["financial_year_starts"] = tables.organisation.financial_year_starts
    sources = [
        _source(name, settings, registry, context, problems)
        for name, settings in _source_tables(written).items()
    ]
    if tables is not None:
        problems.extend(_disagreements(tables))
    if problems or tables is None:
        # The cause would hold what was written, which may be a secret in the wrong place.
        raise error_of(path, problems) from None
    return Config(
        path,
        tables.organisation,
        tables.state.directory,
        tuple(sources),
        rules_of(tables.retention, tables.organisation.financial_year_starts),
        unattended(tables.retention),
        tables.erasure,
        tables.bundles,
        tables.engine,
        tables.state.key,
    )


def _disagreements(tables: Tables) -> Iterator[Problem]:
    yield from problems_of_rules(tables.retention)
    for name in tables.erasure.most_of:
        if name not in tables.sources:
            known = did_you_mean(name, tuple(tables.sources))
            yield Problem(f"erasure.most_of.{name}", "there is no such source", known)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", remedy="overdracht init writes one"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{path}: line {line} is not UTF-8", remedy="save the file as UTF-8"
        ) from error
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path}: not TOML: {error}", remedy="texts stand in double quotes"
        ) from error


def _source_tables(written: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    # What is no table has been reported already.
    sources = written.get("sources")
    if not isinstance(sources, dict):
        return {}
    return {name: table for name, table in sources.items() if isinstance(table, dict)}


def _source(
    name: str,
    table: Mapping[str, Any],
    registry: Registry,
    context: dict[str, Any],
    problems: list[Problem],
) -> Source:
    key = f"sources.{name}"
    if not SOURCE_NAME.fullmatch(name):
        problems.append(
            Problem(key, "not a name for a source", "letters, digits, - and _, at most 64")
        )
    wanted = table.get("connector")
    if not isinstance(wanted, str) or not wanted:
        problems.append(_unnamed(key, table, registry))
        return Source(name, "", None)
    connector = registry.connectors.get(wanted)
    if connector is None:
        return Source(name, wanted, None, _missing(wanted, registry))
    settings = {field: value for field, value in table.items() if field != "connector"}
    return _built(name, connector, settings, context, problems)


def _unnamed(key: str, table: Mapping[str, Any], registry: Registry) -> Problem:
    """Return what is wrong with the source at *key*, which does not say its connector."""
    settings = {
        one for each in registry.connectors.values() for one in each.settings_type.model_fields
    }
    for near in get_close_matches("connector", table, n=len(table) or 1):
        if near not in settings | {"connector"}:
            return Problem(f"{key}.{near}", "unknown key", "did you mean connector?")
    what = "should be a name, in double quotes" if table.get("connector") else "is missing"
    known = ", ".join(sorted(registry.connectors))
    return Problem(f"{key}.connector", what, f"one of {known}" if known else "")


def _built(
    name: str,
    connector: AnyConnector,
    written: Mapping[str, Any],
    context: dict[str, Any],
    problems: list[Problem],
) -> Source:
    wanted = connector.name
    try:
        settings: Settings = connector.settings_type.model_validate(written, context=context)
        return Source(name, wanted, connector(name, settings))
    except ValidationError as error:
        problems.extend(problems_of(error, connector.settings_type, f"sources.{name}"))
    except ConfigError as error:
        problems.append(Problem(f"sources.{name}", error.message, error.remedy))
    except Exception as error:  # noqa: BLE001 - a connector's own fault is a gap, and stops no other source
        return Source(
            name, wanted, None, f"the connector {wanted} cannot be started: {type(error).__name__}"
        )
    return Source(name, wanted, None)


def _missing(wanted: str, registry: Registry) -> str:
    named = [str(one) for one in registry.broken if wanted in {one.name, *one.reason.split()}]
    if named:
        return f"the connector {wanted} is not there: " + "; ".join(named)
    remedy = did_you_mean(wanted, tuple(registry.connectors)) or "install the plugin that brings it"
    others = "".join(f"; not used: {one}" for one in registry.broken)
    return f"no connector {wanted} is installed ({remedy}){others}"

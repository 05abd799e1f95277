"""Write a configuration to start from: what is known filled in, everything else there to be uncommented.

A line that begins with `# ` is a remark and one that begins with `#` alone is a key. Keys and remarks come from the tables' and
connectors' own fields, so that they cannot go stale.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from overdracht.config.model import Organisation, State
from overdracht.config.rules import Bundles, Engine, Erasure, Retention
from overdracht.registry import AnyConnector, Registry
from overdracht.retention import DEFAULT_RULES, Term
from overdracht.secrets import SecretRef

_BARE = re.compile(r"[A-Za-z0-9_-]+")

HEAD = """\
# The configuration of overdracht: who the organisation is, and which systems hold personal data.
# It holds no secret; a password is a reference: { env = "NAME" }, { file = "path" }, { keyring = "service/user" }
# or { command = ["program", "argument"] }. Relative paths start at this file's folder.
"""
SOURCES = """\
# Every system that holds personal data is a source: a table [sources.NAME] under a name of your own.
# A system that is not listed here is not searched.
"""


def template(
    organisation: Mapping[str, object],
    registry: Registry,
    sources: Mapping[str, Mapping[str, object]] | None = None,
    state: Mapping[str, object] | None = None,
) -> str:
    """Return the text of a configuration with the answers *organisation*, *sources* (name → settings with `connector`) and *state*.

    Each connector of *registry* that no source uses follows as an example that is commented out.
    """
    given = sources or {}
    blocks = [
        HEAD,
        _table("organisation", Organisation, organisation),
        _table("state", State, state or {}),
        _table("erasure", Erasure, {}),
        _table("bundles", Bundles, {}),
        _table("engine", Engine, {}),
        _rules(),
        SOURCES,
        *(_source(name, settings, registry) for name, settings in given.items()),
    ]
    used = {settings.get("connector") for settings in given.values()}
    for name, connector in sorted(registry.connectors.items()):
        if name not in used:
            blocks.append(_example(connector))
    return "\n".join(blocks)


RULES = """\
# How long what is kept. These rules hold by default; a table of its own under the category's name changes one, key by key:
"""


def _rules() -> str:
    defaults = [
        f"#   {category:<15}{rule.term!s:<5}from {rule.counts_from:<16}{rule.article.en}"
        for category, rule in DEFAULT_RULES.items()
    ]
    table = [
        "#[retention.correspondence]",
        *(line for line in _fields(Retention, {}) if not line.startswith("#category")),
    ]
    return RULES + "\n".join([*defaults, *table]) + "\n"


def _table(name: str, model: type[BaseModel], answers: Mapping[str, object]) -> str:
    return "\n".join([f"[{name}]", *_fields(model, answers)]) + "\n"


def _source(name: str, answers: Mapping[str, object], registry: Registry) -> str:
    connector = registry.connectors[str(answers["connector"])]
    lines = [
        f"# {_one_line(connector.summary)}",
        f"[sources.{name}]",
        f'connector = "{connector.name}"',
    ]
    return "\n".join([*lines, *_fields(connector.settings_type, answers)]) + "\n"


def _example(connector: AnyConnector) -> str:
    lines = [
        f"# {_one_line(connector.summary)}",
        f"#[sources.{connector.name}]",
        f'#connector = "{connector.name}"',
    ]
    return "\n".join([*lines, *_fields(connector.settings_type, {})]) + "\n"


def _fields(model: type[BaseModel], answers: Mapping[str, object]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if field.description:
            yield f"# {_one_line(field.description)}" + (
                " (required)" if field.is_required() else ""
            )
        if answers.get(name) is not None:
            yield f"{name} = {toml(answers[name])}"
        else:
            # A required key without an answer stays open, so that reading the file says that it is missing.
            yield f"#{name} = {_sample(field)}"


def _sample(field: FieldInfo) -> str:
    if field.examples:
        return toml(field.examples[0])
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(default, Path):
        return toml(_from_home(default))
    return _placeholder(field.annotation) if default is None else toml(default)


def _from_home(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _placeholder(annotation: Any) -> str:
    options = [annotation, *get_args(annotation)]
    if SecretRef in options:
        return '{ env = "NAME" }'
    for kind, sample in ((bool, "false"), (int, "0"), (float, "0.0")):
        if kind in options:
            return sample
    if any(get_origin(one) in {list, tuple, set, frozenset} for one in options):
        return "[]"
    return '""'


def toml(value: object) -> str:
    """Return *value* as TOML writes it on one line."""
    match value:
        case Enum():
            written = toml(value.value)
        case bool():
            written = str(value).lower()
        case int() | float():
            written = repr(value)
        case BaseModel():
            written = toml(value.model_dump(mode="json", exclude_none=True))
        case Mapping():
            pairs = ", ".join(f"{_key(str(key))} = {toml(one)}" for key, one in value.items())
            written = f"{{ {pairs} }}"
        case Term():
            written = toml(str(value))
        case set() | frozenset():
            written = toml(sorted(value, key=str))
        case list() | tuple():
            written = f"[{', '.join(map(toml, value))}]"
        case _:
            written = _quoted(str(value))
    return written


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').encode(errors="replace").decode()
    return (
        '"' + "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in escaped) + '"'
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())

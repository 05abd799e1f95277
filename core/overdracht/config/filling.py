"""Fill in a table of the configuration answer by answer: what a typed text means for a key, and whether the table's own validator takes it.

An answer that is refused is forgotten, and never repeated: it may be a secret in the wrong place.
"""

import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from overdracht.config.problems import problems_of
from overdracht.errors import ConfigError
from overdracht.secrets import SecretRef

Answers = dict[str, Any]
_LISTS = (tuple, list, set, frozenset)
_PLACES = ("env", "file", "keyring")
HOW_SECRET = "env NAME, file PATH, keyring SERVICE/USER, or command PROGRAM ARGUMENT…: where it is, not what it is"  # noqa: S105 - how a reference is written
HOW_LIST = "several with spaces between; quotes around one that has a space"
HOW_TOML = "as TOML"


class Unusable(ValueError):
    """A typed text is no value of a key; the message says why, without the text."""


def form(model: type[BaseModel], key: str) -> str:
    """Say how a value of *key* is typed, where that is not plain."""
    options = _options(model.model_fields[key].annotation)
    if SecretRef in options:
        return HOW_SECRET
    if choices := [str(one) for option in options for one in _choices(option)]:
        return " or ".join(choices)
    if bool in options:
        return "true or false"
    listed = _listed(options)
    if listed is not None:
        return HOW_LIST if _simple(listed) or _only(listed) else HOW_TOML
    return "" if any(map(_simple, options)) else HOW_TOML


def value_of(model: type[BaseModel], key: str, text: str) -> Any:
    """Return what *text* means for *key* of *model*; raise Unusable when it means nothing there."""
    options = _options(model.model_fields[key].annotation)
    if SecretRef in options:
        return _reference(text)
    listed = _listed(options)
    if listed is not None:
        if nested := _only(listed):
            return [{nested: _words(text)}]
        return _words(text) if _simple(listed) else _toml(text)
    if bool in options or not any(map(_simple, options)):
        return _toml(text)
    return _number(text) if not {str, Path} & set(options) and {int, float} & set(options) else text


def fault(model: type[BaseModel], key: str, answers: Answers, context: Mapping[str, Any]) -> str:
    """Say what *model*'s validator has against *key* of *answers*; nothing when it takes it."""
    found = [
        one
        for one in _problems(model, answers, context)
        if one[0].split(".")[0].split("[")[0] == key
    ]
    return "; ".join(told for _, told in found)


def faults(model: type[BaseModel], answers: Answers, context: Mapping[str, Any]) -> list[str]:
    """Say all that *model*'s validator has against *answers*."""
    return [
        f"{key}: {told}" if key != "the file" else told
        for key, told in _problems(model, answers, context)
    ]


def _problems(
    model: type[BaseModel], answers: Answers, context: Mapping[str, Any]
) -> list[tuple[str, str]]:
    try:
        model.model_validate(answers, context=dict(context))
    except ValidationError as error:
        found = problems_of(error, model)
        return [
            (one.key, f"{one.what} ({one.remedy})" if one.remedy else one.what) for one in found
        ]
    except ConfigError as error:
        return [("the file", str(error))]
    return []


def _options(annotation: Any) -> list[Any]:
    """Return the types that *annotation* allows, without None and what only describes them."""
    if hasattr(annotation, "__metadata__"):
        return _options(annotation.__origin__)
    if get_origin(annotation) in {None, Literal, dict, Mapping, *_LISTS} or isinstance(
        annotation, type
    ):
        return [] if annotation is type(None) else [annotation]
    return [one for part in get_args(annotation) for one in _options(part)]


def _choices(option: Any) -> tuple[Any, ...]:
    return get_args(option) if get_origin(option) is Literal else ()


def _listed(options: list[Any]) -> Any:
    """Return of what there may be several, None when there is one."""
    found = next((one for one in options if get_origin(one) in _LISTS), None)
    return None if found is None else next(iter(_options(get_args(found)[0])), str)


def _simple(option: Any) -> bool:
    return get_origin(option) is Literal or (
        isinstance(option, type)
        and not issubclass(option, BaseModel)
        and get_origin(option) is None
    )


def _only(option: Any) -> str:
    """Return the one key that a nested table requires, when that is a list of plain values."""
    if not (isinstance(option, type) and issubclass(option, BaseModel)):
        return ""
    required = [key for key, field in option.model_fields.items() if field.is_required()]
    if len(required) != 1:
        return ""
    listed = _listed(_options(option.model_fields[required[0]].annotation))
    return required[0] if listed is not None and _simple(listed) else ""


def _reference(text: str) -> dict[str, Any]:
    place, _, rest = text.strip().partition(" ")
    if place in _PLACES and rest.strip():
        return {place: rest.strip()}
    if place == "command" and rest.strip():
        return {place: _words(rest)}
    try:
        found = _toml(text)
    except Unusable:
        found = None
    if isinstance(found, dict):
        return found
    raise Unusable(f"a password itself does not belong here; write {HOW_SECRET}")


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise Unusable("a quote is not closed") from error


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unusable("it is not TOML; texts stand in double quotes") from error


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError as error:
            raise Unusable("it is no number") from error

"""What is wrong with a configuration, one line a problem: file, key, what, remedy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from overdracht.errors import ConfigError

Model = type[BaseModel]
_SHOULD_BE = {
    "a text, in double quotes": ("string_type",),
    "a path, in double quotes": ("path_type",),
    "a whole number": ("int_type", "int_parsing", "int_from_float", "int_parsing_size"),
    "a number": ("float_type", "float_parsing", "decimal_type", "decimal_parsing"),
    "true or false": ("bool_type", "bool_parsing"),
    "a day, such as 2026-01-31": ("date_type", "date_parsing", "date_from_datetime_parsing"),
    "a list: […]": ("list_type", "tuple_type", "set_type", "frozen_set_type"),
    "a table": ("dict_type", "mapping_type", "model_type", "model_attributes_type"),
}
"""What TOML calls what pydantic wants, which speaks of Python's types."""
_NAMED = {kind: f"should be {name}" for name, kinds in _SHOULD_BE.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    key: str
    """Dotted, from the top of the file."""
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.what}" + (f" ({self.remedy})" if self.remedy else "")


def error_of(path: Path, problems: Sequence[Problem]) -> ConfigError:
    """Return the error that names all *problems* of the file at *path*, a line each."""
    return ConfigError("\n".join(f"{path}: {one}" for one in problems))


def problems_of(error: ValidationError, model: Model, prefix: str = "") -> Iterator[Problem]:
    """Yield the problems that pydantic found when it read *model*, which stands under *prefix* in the file.

    The value that was written is left out: it may be a secret in the wrong place.
    """
    details = error.errors(include_url=False, include_input=False)
    for detail in details:
        if _follows(detail, details):
            continue
        location = [part for part in detail["loc"] if _is_written(part)]
        yield _problem(detail, model, location, prefix)


def _follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Say whether a list is only too short because pydantic leaves out of it what is wrong in itself, and is told of too."""
    where = detail["loc"]
    return detail["type"] == "too_short" and any(
        one["loc"][: len(where)] == where and len(one["loc"]) > len(where) for one in details
    )


def _is_written(part: int | str) -> bool:
    # Pydantic puts the branches of a union in between: `function-after[located(), path]`.
    return isinstance(part, int) or not any(sign in part for sign in "[](){}")


def _problem(detail: ErrorDetails, model: Model, location: list[int | str], prefix: str) -> Problem:
    key = _dotted([prefix, *location] if prefix else location)
    models, field = _at(model, location)
    if detail["type"] == "extra_forbidden":
        return Problem(key, "unknown key", did_you_mean(str(location[-1]), _names(models)))
    description = (field.description or "") if field else ""
    if short := _in_short(detail):
        return Problem(key, short, description)
    if detail["type"] == "value_error":
        return Problem(key, detail["msg"].removeprefix("Value error, "))
    return Problem(key, detail["msg"].replace("Input should", "should", 1), description)


def _in_short(detail: ErrorDetails) -> str:
    """Return what pydantic says at length; empty when its own words will do."""
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in _NAMED:
        return _NAMED[detail["type"]]
    least = detail.get("ctx", {}).get("min_length", 1)
    if detail["type"] == "string_too_short":
        return "is empty" if least == 1 else f"is too short: it has {least} characters or more"
    if detail["type"] == "too_short":
        return "is empty" if least == 1 else f"needs {least} or more"
    return ""


def _dotted(location: Sequence[int | str]) -> str:
    written = ""
    for part in location:
        written += f"[{part}]" if isinstance(part, int) else f".{part}"
    return written.removeprefix(".") or "the file"


def _at(model: Model, location: Sequence[int | str]) -> tuple[list[Model], FieldInfo | None]:
    """Return the models that the last part of *location* is a key of, and its field in one of them."""
    models, field, named = [model], None, False
    for number, part in enumerate(location):
        if isinstance(part, int) or named:
            named = False
            continue
        field = next((one.model_fields[part] for one in models if part in one.model_fields), None)
        # What follows the key of a mapping is a name of the administrator's own: `retention.NAME`.
        named = field is not None and is_mapping(field.annotation)
        if number < len(location) - 1:
            models = list(models_in(field.annotation)) if field else []
    return models, field


def is_mapping(annotation: Any) -> bool:
    """Say whether what is annotated is a mapping, or may be one: its keys are names of the administrator's own."""
    origin = get_origin(annotation)
    if isinstance(origin, type):
        return issubclass(origin, Mapping)
    return any(is_mapping(one) for one in get_args(annotation))


def models_in(annotation: Any) -> Iterator[Model]:
    """Yield the models that what is annotated holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _names(models: Sequence[Model]) -> list[str]:
    return [name for model in models for name in model.model_fields]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a remedy for *word*, which is none of the *known* ones."""
    nearest = get_close_matches(word, known, n=1)
    if nearest:
        return f"did you mean {nearest[0]}?"
    return f"known are {', '.join(sorted(known))}" if known else ""

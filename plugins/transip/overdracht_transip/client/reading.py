"""Turn what the API answered into typed records, and records into what it wants to be sent.

The API gives `null`, `""`, `0000-00-00` and nothing at all for one and the same empty date, and its own examples give numbers and truths as
text; all of these are read. What is missing or of another kind is an error that names the place and never the value.
"""

import functools
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from overdracht_transip.client.errors import BadAnswer, MissingKey

R = TypeVar("R")

CAMEL = ConfigDict(alias_generator=to_camel, extra="ignore", coerce_numbers_to_str=True)
"""How every record is read: the API's `renewalDate` is our `renewal_date`, and keys nobody documented do no harm."""

SECRET_KEYS = frozenset({"authCode"})
"""What stands in answers that did not ask for it, and lets whoever has it take the domain away."""


def _text(value: object) -> object:
    return "" if value is None else value


def _texts(value: object) -> object:
    return () if value is None else value


def _moment(value: object) -> object:
    if value is None or (isinstance(value, str) and value.strip() in _NO_MOMENT):
        return None
    return value


_NO_MOMENT = {"", "0000-00-00", "0000-00-00 00:00:00"}

Words = Annotated[str, BeforeValidator(_text)]
"""A text; `null` is the empty one."""
WordList = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Day = Annotated[date | None, BeforeValidator(_moment)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
"""A date and time, without a zone: in that which was asked for, UTC."""


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read(kind: type[R], value: object, where: str) -> R:
    """Return *value*, which stood at *where* in an answer, as a *kind*; raise BadAnswer where it is none."""
    try:
        result: R = _adapter(cast("Any", kind)).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join((where, *map(str, first["loc"])))
        if first["type"] == "missing":
            raise MissingKey(f"the answer lacks {place}") from None  # the cause holds the values
        raise BadAnswer(f"the answer has at {place} something else: {first['msg']}") from None
    return result


def read_all(kind: type[R], values: object, where: str) -> tuple[R, ...]:
    """Return the list *values* that stood at *where* as *kind*s."""
    if not isinstance(values, list):
        raise BadAnswer(f"the answer has at {where} no list")
    return tuple(read(kind, value, f"{where}[{number}]") for number, value in enumerate(values))


def taken(answer: object, key: str) -> Any:
    """Return what *answer* has under *key*; a key that is not there is an error and never an empty answer."""
    if not isinstance(answer, Mapping):
        raise BadAnswer(f"the answer is no object with {key}")
    if key not in answer:
        raise MissingKey(f"the answer lacks {key}")
    return answer[key]


def taken_by_any(answer: object, keys: Iterable[str]) -> Any:
    """Return what *answer* has under the first of *keys* it has, for the few things that have had several names."""
    first, *others = keys
    for key in others:
        if isinstance(answer, Mapping) and key in answer and first not in answer:
            return answer[key]
    return taken(answer, first)


def written(record: object) -> dict[str, Any]:
    """Return *record* as the API writes it."""
    result: dict[str, Any] = _adapter(cast("Any", type(record))).dump_python(
        record, mode="json", by_alias=True
    )
    return result


def without_secrets(value: Any) -> Any:
    """Return *value* without what nobody asked for and nobody may keep, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: without_secrets(inner) for key, inner in value.items() if key not in SECRET_KEYS
        }
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value

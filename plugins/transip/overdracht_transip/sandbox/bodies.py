"""What a request's body has to have, and what is refused where it has something else."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.exchange import Call, Refusal


def required(body: Mapping[str, Any], key: str) -> Any:
    """Return what *body* has under *key*, which it must have."""
    if key not in body:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Please supply the '{key}' parameter")
    return body[key]


def sent_object(call: Call, key: str) -> dict[str, Any]:
    """Return the object that the body has under *key*."""
    value = required(call.request.json(), key)
    if not isinstance(value, dict):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is no object")
    return value


def sent_objects(call: Call, key: str) -> list[dict[str, Any]]:
    """Return the list of objects that the body has under *key*."""
    value = required(call.request.json(), key)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is no list of objects")
    return value


def sent_text(call: Call, key: str) -> str:
    """Return the text that the body has under *key*."""
    value = required(call.request.json(), key)
    if not isinstance(value, str):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is no text")
    return value


def end_time(body: Mapping[str, Any], default: str | None = None) -> str:
    """Return the end time that a cancellation's *body* names."""
    value = body.get("endTime", default)
    if value not in ("end", "immediately"):
        text = f"This is not a valid cancellation time: '{value or ''}', please use either 'end' or 'immediately'"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    return str(value)


def target_account(call: Call) -> str:
    """Return the account that a hand-over's body names."""
    target = sent_text(call, "targetCustomerName")
    if target not in call.everyone:
        raise Refusal(HTTPStatus.NOT_FOUND, f"Target user '{target}' does not exist")
    if target == call.login or target in call.settings["cannotReceive"]:
        text = f"Target user '{target}' is not capable of receiving handover"
        raise Refusal(HTTPStatus.CONFLICT, text)
    return target


def of_kind(record: Mapping[str, Any], **kinds: type | tuple[type, ...]) -> None:
    """Refuse *record* where what it has under one of the keys is of another kind than is said."""
    for key, kind in kinds.items():
        if key in record and not isinstance(record[key], kind):
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is of another kind")


def texts(record: Mapping[str, Any], key: str) -> None:
    """Refuse *record* where what it has under *key* is no list of texts."""
    if key not in record:
        return
    values = record[key]
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is no list of texts")

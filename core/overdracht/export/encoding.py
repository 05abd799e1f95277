"""JSON out of texts that may hold what has no encoding: half a character out of a broken mail."""

import orjson


def encodable(text: str) -> str:
    """Return *text* without the surrogates that no encoding can write."""
    return text.encode(errors="replace").decode()


def encoded(record: object) -> bytes:
    """Return *record* as JSON; raise TypeError when it holds what is none."""
    try:
        return orjson.dumps(record)
    except TypeError:
        return orjson.dumps(_encodable(record))


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    return value

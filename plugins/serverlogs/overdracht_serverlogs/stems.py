"""Short names for the files of an export, by the last part of a log's path, each another."""

_ROOM = 56
"""Bytes of a name, which leave room for an ending and for what tells it from another."""


class Stems:
    """Gives each log a name of its own."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, part: str) -> str:
        """Return the name for *part*, the same every time; of two logs with one name in different folders the later gets a number."""
        if part not in self._given:
            name = (
                part.rpartition("/")[2].encode("utf-8", "replace")[:_ROOM].decode("utf-8", "ignore")
            )
            stem, number = name, 1
            while stem.casefold() in self._taken:
                number += 1
                stem = f"{name} {number}"
            self._taken.add(stem.casefold())
            self._given[part] = stem
        return self._given[part]

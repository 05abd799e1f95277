"""What one file holds, by name, and whether it can hold more than can be told."""

from functools import cached_property

from overdracht_contacts.containers import BY_CONTENT, Container, Held, is_empty
from overdracht_contacts.shelves import CHANGED

UNREADABLE = "not all of the file can be read as cards or appointments"


class Contents:
    """The things in *file*, as *container* takes them apart."""

    def __init__(self, file: bytes, container: Container) -> None:
        self.file = file
        self.held = {one.name: one for one in container.held(file)}
        self._container = container

    @cached_property
    def is_readable(self) -> bool:
        """Whether all that the file says is held: in another encoding, or with other line ends, nothing is recognised."""
        if not self.held and not is_empty(self.file):
            return False
        return self._container.is_well_formed(self.file)

    def get(self, name: str) -> Held | None:
        """Return the thing called *name*, if it is there, also when it shared its UID with others and does not any more."""
        if name in self.held:
            return self.held[name]
        found = BY_CONTENT.search(name)
        alone = self.held.get(name[: found.start()]) if found else None
        return alone if found and alone and alone.digest(self.file) == found[1] else None

    def doubt(self, name: str) -> str:
        """Return why the thing called *name*, which is not held, may yet be there; nothing when it is gone."""
        if self._is_renamed(name):
            return CHANGED
        return "" if self.is_readable else UNREADABLE

    def _is_renamed(self, name: str) -> bool:
        """Say whether what has the UID of *name* shares it with others since then, or does not any more."""
        if found := BY_CONTENT.search(name):
            return name[: found.start()] in self.held
        ends = (one.removeprefix(name) for one in self.held if one.startswith(f"{name}@"))
        return any(BY_CONTENT.fullmatch(one) for one in ends)

"""What one file holds, by name, and whether it can hold more than can be told."""

from functools import cached_property

from overdracht_contacts.containers import Container, Held, is_empty

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
        """Return the thing called *name*, if it is there."""
        return self.held.get(name)

    def doubt(self, name: str) -> str:  # noqa: ARG002
        """Return why the thing called *name*, which is not held, may yet be there; nothing when it is gone."""
        return "" if self.is_readable else UNREADABLE

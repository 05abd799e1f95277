"""What the tests of the contract share: connectors noted with the promises that they break, and which promises one breaks."""

from collections.abc import Callable, Iterator
from typing import Any

from overdracht import Connector
from tests.testing.memory_harness import MemoryHarness

Kind = type[Connector[Any]]


class Breakers(list[tuple[str, Kind]]):
    """Connectors that break promises, each with the numbers of those."""

    def breaks(self, promise: str) -> Callable[[Kind], Kind]:
        """Note that the class breaks *promise*, `r07`; several numbers where one fault is several broken promises."""

        def note(kind: Kind) -> Kind:
            self.append((promise, kind))
            return kind

        return note

    def __add__(self, others: "Breakers") -> "Breakers":  # type: ignore[override]  # of its own kind only
        """Return these and the *others*."""
        return Breakers([*self, *others])

    @property
    def names(self) -> list[str]:
        """The names of the classes."""
        return [kind.__name__ for _, kind in self]

    @property
    def numbers(self) -> set[str]:
        """The promises that something breaks, as the docs write them."""
        return {
            f"{number[0].upper()}{int(number[1:])}"
            for numbers, _ in self
            for number in numbers.split()
        }


def broken(
    contract: type[object], connector: Kind, harness: type[MemoryHarness] = MemoryHarness
) -> Iterator[str]:
    """Yield the numbers of the promises of *contract* that *connector* breaks."""
    for name in sorted(dir(contract)):
        if not name.startswith("test_"):
            continue
        try:
            getattr(contract(), name)(harness(connector))
        except Exception:  # noqa: BLE001 - a connector that breaks its promise may do so by any exception
            yield name.split("_")[1]

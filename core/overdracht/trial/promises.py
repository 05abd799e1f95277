"""A promise of the contract, and whether it was kept."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from overdracht.survey.engine import explain
from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RestoringContract,
)
from overdracht.testing.numbering import promises

OWN_SYSTEM = "needs a system to fill and break: inherit the contract in the connector's own tests"


class Held(StrEnum):
    """Whether a promise was kept."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, by its *number* in the contract, and what came of trying it."""

    number: str
    text: str
    held: Held
    detail: str = ""
    """What was seen, or why it was not tried; nothing personal."""


class Broken(Exception):
    """What was promised is not so; the message says what was seen instead."""


def require(kept: object, otherwise: str) -> None:
    """Raise Broken with what is seen *otherwise*, unless *kept*."""
    if not kept:
        raise Broken(otherwise)


def texts() -> Mapping[str, str]:
    """Return the contract: number → what is promised."""
    contracts = (ReadingContract, ErasingContract, RectifyingContract, RestoringContract)
    return {number: text for one in contracts for number, text in promises(one).items()}


def tried(number: str, check: Callable[[], None]) -> Promise:
    """Try one promise: *check* raises when it is broken, and whatever it raises it is broken by."""
    text = texts()[number]
    try:
        check()
    except Broken as broken:
        return Promise(number, text, Held.BROKEN, str(broken))
    except Exception as error:  # noqa: BLE001 - a connector may raise anything; that is what is tried
        return Promise(number, text, Held.BROKEN, explain(error))
    return Promise(number, text, Held.KEPT)


def untried(numbers: Collection[str]) -> Iterator[Promise]:
    """Yield the promises that are not among the *numbers* tried."""
    for number, text in texts().items():
        if number not in numbers:
            yield Promise(number, text, Held.UNTRIED, OWN_SYSTEM)

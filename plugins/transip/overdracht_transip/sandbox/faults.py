"""What can be made to go wrong."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from overdracht_transip.sandbox.exchange import Answer, Request


class Kind(StrEnum):
    """How a request goes wrong; those that end in `AFTER` have taken effect all the same."""

    STATUS = "status"
    """Refused with a status and text of choice, without effect."""
    STATUS_AFTER = "status-after"
    SILENCE = "silence"
    """No answer, without effect, until the client has had enough."""
    SILENCE_AFTER = "silence-after"
    CUT = "cut"
    """The connection breaks, without effect."""
    CUT_AFTER = "cut-after"
    CUT_WITHIN = "cut-within"
    """The connection breaks in the middle of the answer; what was asked for has happened."""
    GARBAGE_AFTER = "garbage-after"
    """Half an answer, which is no JSON."""
    HTML_AFTER = "html-after"
    """A page where JSON should be."""
    LACKING = "lacking"
    """An answer without the key that should be in it."""
    SLOW = "slow"
    """As it should be, but late."""


@dataclass(frozen=True)
class Fault:
    """Something to go wrong with requests of *method* for a path like *path*, after *skip* of them, *times* times (-1: always)."""

    kind: Kind
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    status: int = 500
    text: str = "Internal error occurred, please contact our support"
    seconds: float = 0.0
    """How long the silence or the slowness lasts."""

    def as_record(self) -> dict[str, Any]:
        """Return it as the state keeps it."""
        return {**asdict(self), "kind": str(self.kind)}


class Silence(Exception):
    """There is no answer; after so many *seconds* the connection may close."""

    def __init__(self, seconds: float) -> None:
        super().__init__("silence")
        self.seconds = seconds


class Cut(Exception):
    """The connection breaks off, in the middle of the answer that was *begun*, or before any."""

    def __init__(self, begun: Answer | None = None) -> None:
        super().__init__("cut")
        self.begun = begun


def due(faults: list[dict[str, Any]], request: Request) -> Fault | None:
    """Return what is to go wrong with *request*, and count it."""
    for record in faults:
        matches = record["method"] in {"*", request.method} and fnmatchcase(
            request.path, record["path"]
        )
        if not matches or record["times"] == 0:
            continue
        if record["skip"] > 0:
            record["skip"] -= 1
            continue
        if record["times"] > 0:
            record["times"] -= 1
        return Fault(**{**record, "kind": Kind(record["kind"])})
    return None


def refuse_first(fault: Fault | None) -> Answer | None:
    """Return the answer that *fault* gives before anything happened, or raise; None where it does not come that early."""
    match fault:
        case Fault(kind=Kind.STATUS):
            return Answer(fault.status, {"error": fault.text})
        case Fault(kind=Kind.SILENCE):
            raise Silence(fault.seconds)
        case Fault(kind=Kind.CUT):
            raise Cut
    return None


def spoilt(fault: Fault | None, answer: Answer) -> Answer:
    """Return what *fault* makes of *answer*, or raise; what was asked for has happened."""
    match fault:
        case Fault(kind=Kind.STATUS_AFTER):
            return Answer(fault.status, {"error": fault.text}, answer.headers)
        case Fault(kind=Kind.SILENCE_AFTER):
            raise Silence(fault.seconds)
        case Fault(kind=Kind.CUT_AFTER):
            raise Cut
        case Fault(kind=Kind.CUT_WITHIN):
            raise Cut(answer)
        case Fault(kind=Kind.GARBAGE_AFTER):
            half = answer.content()[: len(answer.content()) // 2] or b'{"'
            return Answer(200, headers=answer.headers, raw=half)
        case Fault(kind=Kind.HTML_AFTER):
            page = b"<!DOCTYPE html><title>Even geduld</title>"
            return Answer(fault.status, headers=answer.headers, raw=page)
        case Fault(kind=Kind.LACKING) if isinstance(answer.body, dict):
            _, *kept = answer.body.items()
            return Answer(answer.status, dict(kept), answer.headers)
    return answer

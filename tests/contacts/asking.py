"""Ways to ask and to have erased, as the core does."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from overdracht import (
    ApprovedStep,
    Disposition,
    Item,
    Kinds,
    Outcome,
    Question,
    Ruling,
    Step,
    Subject,
    Verdict,
)
from overdracht.testing.watching import Export, Found, export
from overdracht_contacts.on_disk import (
    CalendarFilesConnector,
    NotesConnector,
    VcardFilesConnector,
)
from overdracht_contacts.places import FilesSettings

KINDS = Kinds()
ERASE = Ruling(Disposition(Verdict.ERASE))


def subject(*texts: str) -> Subject:
    """Return whom these *texts* identify."""
    return Subject("proef", tuple(map(KINDS.parse, texts)))


def find(connector: Any, *texts: str) -> Found:
    """Find whom these *texts* identify."""
    return Found(list(connector.find(Question(subject(*texts)))))


def only(connector: Any, *texts: str) -> Item:
    """Return the one item about whom these *texts* identify."""
    (item,) = find(connector, *texts).items
    return item


def proposed(connector: Any, item: Item) -> ApprovedStep:
    """Return the approved step that erases *item*."""
    step: Step = connector.propose(item, ERASE)
    return ApprovedStep(step.item, step.disposition, step.action, step.external)


def erased(connector: Any, steps: Iterable[ApprovedStep]) -> list[Outcome]:
    """Have the *steps* carried out."""
    return list(connector.erase(iter(list(steps))))


def exported(connector: Any, *items: Item) -> Export:
    """Have *items* exported."""
    return export(connector, items)


def as_it_stands(connector: Any, item: Item) -> str:
    """Return the first file in which *item* is exported."""
    return next(one for one in exported(connector, item).pieces if not one.line).content.decode()


def settings(path: Path) -> FilesSettings:
    """Return the settings for *path*."""
    return FilesSettings.model_validate({"path": path})


def cards(path: Path) -> VcardFilesConnector:
    """Return the connector to the cards at *path*."""
    return VcardFilesConnector("kaarten", settings(path))


def notes(path: Path) -> NotesConnector:
    """Return the connector to the notes at *path*."""
    return NotesConnector("notities", settings(path))


def agenda(path: Path) -> CalendarFilesConnector:
    """Return the connector to the calendars at *path*."""
    return CalendarFilesConnector("agenda", settings(path))

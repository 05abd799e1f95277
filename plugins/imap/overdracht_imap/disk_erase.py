"""Take exactly the planned messages off a disk: the file of a message in a Maildir, the stretch of one in an mbox."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby, islice
from typing import Protocol

from overdracht import ApprovedStep, Item, Objection, Outcome, Result
from overdracht_imap.disk import Place
from overdracht_imap.maildir_erase import MaildirErasure, said
from overdracht_imap.mbox_erase import MboxErasure

REMOVE = "remove"
"""The action of a step: remove the message's file from its Maildir."""
REWRITE = "rewrite"
"""The action of a step: write its mbox file anew without it."""

NO_FOLDER = "the folder is not there any more, or is not searched any more"


def action(item: Item) -> str:
    """Return how the message of *item* is taken away."""
    return REWRITE if item.key.startswith(f"{item.part}@") else REMOVE


class FolderErasure(Protocol):
    """What erases in one folder."""

    @property
    def most(self) -> int:
        """Return how many steps it takes at a time."""

    def obstacle(self) -> str:
        """Return what stands in the way of writing there, empty when nothing does."""

    def changed(self, steps: Iterable[ApprovedStep]) -> Iterator[tuple[ApprovedStep, str]]:
        """Yield the steps whose message is there and is another, or may be, and why it is not touched."""

    def erase(self, steps: tuple[ApprovedStep, ...]) -> Iterator[Outcome]:
        """Carry out *steps*."""


def _in(place: Place) -> FolderErasure:
    return MaildirErasure(place.path) if place.form == "maildir" else MboxErasure(place.path)


def _why_not(place: Place | None) -> str:
    return NO_FOLDER if place is None else place.reason


class DiskErasure:
    """Erases in *folders*, part → place."""

    def __init__(self, folders: Mapping[str, Place]) -> None:
        self._folders = folders

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why *steps* cannot be carried out; changes nothing."""
        for part, group in groupby(steps, key=lambda step: step.item.part):
            first = next(group)
            place = self._folders.get(part)
            try:
                folder = _in(place) if place is not None and place.form else None
                reason = folder.obstacle() if folder is not None else _why_not(place)
                if reason:
                    yield Objection(reason, first.item.key)
                elif folder is not None:
                    for step, why in folder.changed(chain((first,), group)):
                        yield Objection(why, step.item.key)
            except OSError as error:
                yield Objection(f"the folder cannot be read: {said(error)}", first.item.key)

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each."""
        for part, group in groupby(steps, key=lambda step: step.item.part):
            place = self._folders.get(part)
            if place is None:
                yield from (Outcome(one.item.key, Result.CHANGED, NO_FOLDER) for one in group)
                continue
            if not place.form:
                yield from (Outcome(one.item.key, Result.FAILED, place.reason) for one in group)
                continue
            folder = _in(place)
            while batch := tuple(islice(group, folder.most)):
                yield from folder.erase(batch)

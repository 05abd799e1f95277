"""Find and export mail on an IMAP server."""

import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import resources
from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Check,
    Connector,
    File,
    Finding,
    Gap,
    Item,
    Objection,
    Outcome,
    Piece,
    Processing,
    Question,
    Refused,
    Residue,
    Ruling,
    Sighting,
    SourceError,
    Step,
    Unreachable,
)
from overdracht_imap.settings import ImapSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from overdracht_imap.archive import Archive
    from overdracht_imap.folders import Folder
    from overdracht_imap.imap_erase import ImapErasure
    from overdracht_imap.seen import Seen

IMPORTER = "importeer_mail.py"


class Prepared:
    """The conversation that was prepared with, kept for the erasing that follows; it ends when nobody can take it any more."""

    def __init__(self) -> None:
        self._ending: weakref.finalize[..., Prepared] | None = None
        self._erasure: ImapErasure | None = None

    def keep(self, erasure: "ImapErasure") -> None:
        """Keep the conversation of *erasure*, in which nothing is asked for now."""
        erasure.rest()
        self._erasure = erasure
        self._ending = weakref.finalize(self, erasure.close, politely=False)

    def take(self) -> "ImapErasure | None":
        """Hand over what was kept; None when there is none that can be gone on with."""
        erasure, self._erasure = self._erasure, None
        if self._ending is not None:
            self._ending.detach()
        if erasure is not None and not erasure.goes_on():
            erasure.close(politely=False)
            return None
        return erasure

    def close(self) -> None:
        """End what was kept."""
        erasure, self._erasure = self._erasure, None
        if self._ending is not None:
            self._ending.detach()
        if erasure is not None:
            erasure.close()


class ImapConnector(Connector[ImapSettings]):
    """A mail archive on a server that speaks IMAP4rev1; it is opened with EXAMINE and read with BODY.PEEK only."""

    name: ClassVar[str] = "imap"
    summary: ClassVar[str] = "a mail archive on an IMAP server (TLS, every folder, read-only)"
    settings_type: ClassVar[type[ImapSettings]] = ImapSettings
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CORRESPONDENCE})
    extras: ClassVar[dict[str, str]] = {
        "mboxrd": "one mbox file a folder beside the .eml files, for mail programs (loses line ends)"
    }

    def __init__(self, source: str, settings: ImapSettings) -> None:
        super().__init__(source, settings)
        self._prepared = Prepared()

    @staticmethod
    def pause(seconds: float) -> None:
        """Wait before a connection that broke off is opened again."""
        time.sleep(seconds)

    def check(self) -> Iterator[Check]:
        """Try to connect, log in, list the folders and open one read-only."""
        from overdracht_imap.archive import Archive
        from overdracht_imap.faults import LoginRefused

        with Archive(self.settings, self.pause) as archive:
            try:
                session = archive.session()
            except LoginRefused as error:
                yield Check("reachable", ok=True, detail=self.settings.place)
                yield Check("login", ok=False, detail=str(error))
                return
            except SourceError as error:
                yield Check("reachable", ok=False, detail=str(error))
                return
            yield Check("reachable", ok=True, detail=self.settings.place)
            yield Check(
                "encrypted", ok=True, detail=session.tls or "no, but it stays on this machine"
            )
            yield Check("login", ok=True)
            yield from _check_folders(archive)

    def describe(self) -> Iterable[Processing]:
        """Say that correspondence is kept."""
        from overdracht_imap.mailitems import PROCESSING

        return PROCESSING

    def find(self, question: Question) -> Iterator[Finding]:
        """Search every folder the settings choose."""
        from concurrent.futures import ThreadPoolExecutor

        from overdracht_imap.archive import Archive
        from overdracht_imap.faults import LoginRefused
        from overdracht_imap.left_out import noted
        from overdracht_imap.seen import Seen

        bodies = "all" if question.thorough else self.settings.bodies
        with ThreadPoolExecutor(1) as aside, Archive(self.settings, self.pause) as archive:
            # It is made while the server opens the first folder, which takes as long.
            search = aside.submit(_searching, archive, question)
            choice = archive.choice()
            folders = choice.folders
            if choice.reason:
                yield Gap("", choice.reason)
            for number, folder in enumerate(folders):
                seen = Seen(folder, question, bodies)
                try:
                    unchanged = seen.unchanged(archive)
                    findings = (unchanged,) if unchanged else search.result()(folder, seen)
                    yield from noted(findings, choice.left_out)
                except (Unreachable, LoginRefused) as error:
                    yield from (Gap(rest.name, error.message) for rest in folders[number:])
                    raise
                except SourceError as error:
                    archive.forget(0)
                    yield Gap(folder.name, error.message)

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Yield each message byte for byte as the server gives it, an index, and the script that puts them on another server."""
        from overdracht_imap.archive import Archive
        from overdracht_imap.eml_export import EmlExport

        script = resources.files(__package__).joinpath(IMPORTER).read_bytes()
        yield File(IMPORTER, script, "text/x-python")
        with Archive(self.settings, self.pause) as archive:
            yield from EmlExport(archive, mbox="mboxrd" in extras).pieces(items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say that a message that may go is expunged."""
        from overdracht_imap.imap_erase import EXPUNGE
        from overdracht_imap.residue import proposed

        return proposed(item, ruling, EXPUNGE)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Open every folder for writing, and look whether the messages are still the planned ones."""
        from overdracht_imap.imap_erase import ImapErasure
        from overdracht_imap.writing import WritingArchive

        self._prepared.close()
        erasure = ImapErasure(WritingArchive(self.settings, self.pause))
        try:
            yield from erasure.objections(steps)
        except BaseException:
            erasure.close()
            raise
        self._prepared.keep(erasure)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Expunge exactly the planned messages, and have the server's cache cleared if the settings say how."""
        from overdracht_imap.clearing import then_clear
        from overdracht_imap.imap_erase import ImapErasure
        from overdracht_imap.writing import WritingArchive

        erasure = self._prepared.take() or ImapErasure(WritingArchive(self.settings, self.pause))
        try:
            yield from then_clear(erasure.outcomes(steps), self.settings.purge)
        finally:
            erasure.close()

    def removing(self, part: str) -> str:
        """Return the command of Dovecot, which refuses a folder with mail in it; elsewhere a mail program does it."""
        return f"doveadm mailbox delete -e -s -u {quote(self.settings.username)} -- {quote(part)}"

    def residue(self) -> Iterator[Residue]:
        """Say what a mail server keeps of expunged mail."""
        from overdracht_imap.residue import of_server

        yield from of_server(cleared=bool(self.settings.purge))

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every address in an address field of every message."""
        from overdracht_imap.archive import Archive
        from overdracht_imap.imap_sightings import on_server
        from overdracht_imap.sightings import sightings

        with Archive(self.settings, self.pause) as archive:
            yield from sightings(on_server(archive))

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the messages from before the day for correspondence."""
        from overdracht_imap.archive import Archive
        from overdracht_imap.imap_sightings import on_server
        from overdracht_imap.sightings import aged

        with Archive(self.settings, self.pause) as archive:
            yield from aged(on_server(archive), before)


def _searching(
    archive: "Archive", question: Question
) -> "Callable[[Folder, Seen], Iterator[Finding]]":
    """Return what searches one folder of the *archive*."""
    from overdracht_imap.folder_search import FolderSearch
    from overdracht_imap.matching import Matcher

    matcher = Matcher(question.subject.identifiers, question.subject.excluded, question.own)
    return lambda folder, seen: FolderSearch(archive, folder, question, matcher, seen).findings()


def _check_folders(archive: "Archive") -> Iterator[Check]:
    try:
        choice = archive.choice()
        if not choice.folders:
            yield Check("folders", ok=False, detail=choice.reason)
            return
        archive.examine(choice.folders[0])
        read_only = archive.session().read_only
        yield Check(
            "read-only",
            ok=read_only,
            detail="EXAMINE is answered with READ-ONLY"
            if read_only
            else "the server does not confirm READ-ONLY",
        )
        left_out = f", {choice.left_out} left out" if choice.left_out else ""
        yield Check("folders", ok=True, detail=f"{len(choice.folders)}{left_out}")
        for pattern in choice.unmatched:
            yield Check(
                "folders",
                ok=False,
                detail=f"`{pattern}` in `folders` fits no folder of the account",
            )
    except Refused as error:
        yield Check("read-only", ok=False, detail=str(error))
    except SourceError as error:
        yield Check("folders", ok=False, detail=str(error))

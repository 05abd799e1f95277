"""The connector to mail on disk: Maildir, Maildir++, nested Maildirs, and mbox files."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import resources
from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Check,
    ConfigPath,
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
    Residue,
    Ruling,
    Settings,
    Sighting,
    Step,
    Unreachable,
)

if TYPE_CHECKING:
    from overdracht_imap.disk import Place

if TYPE_CHECKING:
    from overdracht_imap.disk_erase import DiskErasure

IMPORTER = "importeer_mail.py"
ALL_LEFT_OUT = "`exclude` leaves out every folder that there is"
NO_MAIL = "no Maildir folder and no mbox file was found there"


class MailFilesSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "mailfiles"`."""

    path: tuple[ConfigPath, ...] = Field(
        min_length=1,
        description="The directory with the mail (Maildir, Maildir++ or a tree of mbox files), or an mbox file; or a list of them.",
    )
    exclude: tuple[str, ...] = Field(
        (), description='Folders to leave out, by name or pattern: ["Junk", "*/Spam"].'
    )

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_more(cls, given: object) -> object:
        return given if isinstance(given, list | tuple) else (given,)


class MailFilesConnector(Connector[MailFilesSettings]):
    """Reads mail on disk."""

    name: ClassVar[str] = "mailfiles"
    summary: ClassVar[str] = "Mail on disk: Maildir, Maildir++, nested Maildirs, mbox files."
    settings_type: ClassVar[type[Settings]] = MailFilesSettings
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CORRESPONDENCE})
    extras: ClassVar[dict[str, str]] = {
        "mboxrd": "one mbox file a folder beside the .eml files, for mail programs (loses line ends)"
    }

    def check(self) -> Iterator[Check]:
        """Look at the configured paths."""
        from overdracht_imap.reading import leaves_no_trace

        for path in self.settings.path:
            if not path.exists():
                yield Check("reachable", ok=False, detail=f"{path} does not exist, check `path`")
                return
        yield Check("reachable", ok=True)
        yield from self._check_folders()
        if all(map(leaves_no_trace, map(str, self.settings.path))):
            yield Check(
                "read-only", ok=True, detail="files are opened for reading, their access times stay"
            )
        else:
            yield Check(
                "read-only",
                ok=True,
                detail="files are opened for reading; access times may change, because the files are another user's",
            )

    def _check_folders(self) -> Iterator[Check]:
        from overdracht_imap.maildir import Maildir

        found = list(self._all_places())
        chosen = [one for one in found if not self._is_left_out(one[1])]
        folders = sum(place.form is not None for _, place in chosen)
        left_out = len(found) - len(chosen)
        detail = f"{folders} folders" + (f", {left_out} left out by `exclude`" if left_out else "")
        if not folders:
            detail = ALL_LEFT_OUT if left_out and not chosen else NO_MAIL
        yield Check("folders", ok=bool(folders), detail=detail)
        for part, place in chosen:
            reason = place.reason
            if place.form == "maildir":
                reason = Maildir(place.path).obstacle()
            if reason:
                yield Check(f"folder {part}", ok=False, detail=reason)

    def describe(self) -> Iterable[Processing]:
        """Say what is done with the correspondence."""
        from overdracht_imap.mailitems import PROCESSING

        return PROCESSING

    def find(self, question: Question) -> Iterator[Finding]:
        """Yield the messages about the subject, folder by folder."""
        from overdracht_imap.left_out import noted

        self._require()
        found = list(self._all_places())
        chosen = [one for one in found if not self._is_left_out(one[1])]
        if not chosen:
            yield Gap("", ALL_LEFT_OUT if found else NO_MAIL)
        yield from noted(self._search(chosen, question), len(found) - len(chosen))

    def _search(
        self, chosen: Iterable[tuple[str, "Place"]], question: Question
    ) -> Iterator[Finding]:
        from overdracht_imap.disk_search import FolderSearch
        from overdracht_imap.searching import Wanted

        subject = question.subject
        wanted = Wanted(subject.identifiers, subject.excluded, question.own, question.thorough)
        search = FolderSearch(wanted, question.pool)
        for part, place in chosen:
            if place.form:
                yield from search.folder(part, place, question.cursors.get(part, ""))
            else:
                yield Gap(part, place.reason)

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Yield each message as one `.eml` file, its bytes as the disk holds them, and its line in the index."""
        from overdracht_imap.disk_export import FolderExport

        self._require()
        script = resources.files(__package__).joinpath(IMPORTER).read_bytes()
        yield File(IMPORTER, script, "text/x-python")
        folders = {part: place for part, place in self._places() if place.form}
        yield from FolderExport(folders, mboxrd="mboxrd" in extras).pieces(items)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Say that the file of a message that may go is removed, or its mbox written anew without it."""
        from overdracht_imap.disk_erase import action
        from overdracht_imap.residue import proposed

        return proposed(item, ruling, action(item))

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look whether every folder can be written and is not locked, and whether the messages are still the planned ones."""
        yield from self._erasure().objections(steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Remove exactly the planned messages, durably."""
        yield from self._erasure().outcomes(steps)

    def removing(self, part: str) -> str:
        """Return what removes a folder in which no message and no other folder is."""
        place = dict(self._places()).get(part)
        if place is None or not place.form or place.path in self.settings.path:
            return ""
        path = quote(str(place.path))
        if place.form == "mbox":
            return f"find {path} -maxdepth 0 -type f -empty -delete"
        # What a mail server keeps beside the mail goes along; any other file is a reason to stop.
        return f"[ -z \"$(find {path} -type f ! -name 'dovecot*' ! -name maildirfolder)\" ] && rm -r -- {path}"

    def residue(self) -> Iterator[Residue]:
        """Say what stays of removed files, and what others keep beside them."""
        from overdracht_imap.residue import of_files

        yield from of_files()

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Yield every address in an address field of every message."""
        from overdracht_imap.disk_sightings import on_disk
        from overdracht_imap.sightings import sightings

        self._require()
        yield from sightings(on_disk(self._places()))

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Yield the messages from before the day for correspondence."""
        from overdracht_imap.disk_sightings import on_disk
        from overdracht_imap.sightings import aged

        self._require()
        yield from aged(on_disk(self._places()), before)

    def _erasure(self) -> "DiskErasure":
        from overdracht_imap.disk_erase import DiskErasure

        self._require()
        return DiskErasure(dict(self._places()))

    def _require(self) -> None:
        for path in self.settings.path:
            if not path.exists():
                raise Unreachable(
                    "the mail's path does not exist", remedy=f"check `path` of source {self.source}"
                )

    def _places(self) -> Iterator[tuple[str, "Place"]]:
        """Yield the folders, and the places that may be folders, but those that are left out."""
        return (one for one in self._all_places() if not self._is_left_out(one[1]))

    def _is_left_out(self, place: "Place") -> bool:
        from overdracht_imap.disk import is_left_out

        return is_left_out(place, self.settings.exclude)

    def _all_places(self) -> Iterator[tuple[str, "Place"]]:
        from overdracht_imap.disk import named

        return named(self._found())

    def _found(self) -> Iterator["Place"]:
        from overdracht_imap.disk import Place, places

        roots = self.settings.path
        for root in roots:
            alone = len(roots) == 1 or not root.is_dir()
            nothing = True
            for place in places(root, () if alone else (root.name,)):
                nothing = False
                yield place
            if nothing and not alone:
                yield Place((root.name,), root, reason=NO_MAIL)

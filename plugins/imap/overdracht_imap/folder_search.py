"""Search one folder for what it holds about a subject."""

from collections.abc import Iterator

from overdracht import WEAK, Extent, Finding, Gap, Item, Match, Progress, Question
from overdracht_imap.answers import fingerprint, internal_date, size_of
from overdracht_imap.archive import Archive
from overdracht_imap.bodies import Bodies, criteria, spellings
from overdracht_imap.candidates import HEADER, Scan
from overdracht_imap.download import BATCH, Download, Lost
from overdracht_imap.folders import Folder
from overdracht_imap.glance import NONE, Glance
from overdracht_imap.headers import LONGEST
from overdracht_imap.mailitems import mail_item
from overdracht_imap.marks import may_carry_files, names_in_structure
from overdracht_imap.matching import FIELDS, Letterhead, Matcher
from overdracht_imap.mime import UNREAD
from overdracht_imap.seen import Seen
from overdracht_imap.session import Session, State
from overdracht_imap.stream import MAX_HEADER
from overdracht_imap.tokens import Skipped
from overdracht_imap.wire import Fetched

ITEMS = (
    b"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (%s)])"
    % " ".join(FIELDS).upper().encode()
)
STRUCTURE = b"(UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])"
"""The names of attached files; the header field with it, because by that an answer is told from what a server volunteers."""
SEARCH_PATIENCE = 3600.0
"""Seconds to wait for a server's own search: without an index it reads all mail, and may say nothing meanwhile."""


class FolderSearch:
    """Yields what *folder* holds; raises SourceError when it cannot be searched on."""

    def __init__(
        self, archive: Archive, folder: Folder, question: Question, matcher: Matcher, seen: Seen
    ) -> None:
        self._archive = archive
        self._folder = folder
        self._question = question
        self._matcher = matcher
        self._seen = seen
        self._bodies = seen.bodies
        self._gaps = False
        self._glances: dict[int, Glance] = {}
        """What was seen in letters that the person sent, where it was anything."""

    def findings(self) -> Iterator[Finding]:
        """Yield the items, and at the end that the folder was searched."""
        state = self._archive.examine(self._folder)
        since = self._since(state)
        yield from self._search(state, since)
        extent = Extent.WHOLE if since == 1 else Extent.ADDED
        yield self._seen.searched(state, extent, again=self._gaps)

    def _since(self, state: State) -> int:
        """Return the first UID to look at: 1, or the first new one when nothing went since the last time."""
        old = self._seen.known
        if old is None or old.uidvalidity != state.uidvalidity:
            return 1
        if not 0 < old.uidnext < state.uidnext:
            return 1
        added = [
            uid for uid in self._uids(state, old.uidnext, state.uidnext - 1) if uid >= old.uidnext
        ]
        return old.uidnext if old.exists + len(added) == state.exists else 1

    def _uids(self, state: State, low: int, high: int) -> list[int]:
        def work(_: Session) -> list[int]:
            return self._archive.inside(self._folder, state).search(["UID", f"{low}:{high}"])

        return [uid for uid in self._archive.persist(work) if low <= uid <= high]

    def _search(self, state: State, since: int) -> Iterator[Finding]:
        scan = Scan(self._archive, self._folder, state, self._matcher, since)
        for seen in scan.run():
            yield Progress(self._folder.name, min(seen, state.exists), state.exists)
        yield from self._check_count(scan, state, since)
        hits: list[int] = []
        for span in scan.spans:
            hits += self._uids(state, span.low, span.high) if span.unread else sorted(span.hits)
        mentions: dict[int, tuple[Match, ...]] = {}
        yield from self._read_bodies(state, since, mentions)
        uids = sorted({*hits, *mentions}) if mentions else hits
        yield from self._items(state, uids, mentions)

    def _check_count(self, scan: Scan, state: State, since: int) -> Iterator[Gap]:
        """Tell when the server left messages out of its answers."""
        if since != 1 or scan.seen >= state.exists or any(span.unread for span in scan.spans):
            return
        self._archive.forget(0)
        left_out = self._archive.examine(self._folder).exists - scan.seen
        if left_out > 0:
            self._gaps = True
            yield Gap(
                self._folder.name, f"the server left out {left_out} messages when asked for all"
            )

    def _read_bodies(
        self, state: State, since: int, mentions: dict[int, tuple[Match, ...]]
    ) -> Iterator[Finding]:
        """Note in *mentions* what bodies mention, as far as the question asks for it."""
        uids = self._worth_reading(state, since)
        if not uids:
            return
        download = Download(self._archive, self._folder, state)
        bodies = Bodies(download, self._question.subject.identifiers, self._question.pool)
        same: dict[tuple[Match, ...], tuple[Match, ...]] = {}
        for one in bodies.mentions(uids):
            if isinstance(one, int):
                yield Progress(self._folder.name, one, len(uids))
            elif isinstance(one, Lost):
                yield from self._lost(one, state)
            else:
                if one.unread:
                    yield from self._lost(Lost(one.uid, UNREAD), state)
                if one.matches:
                    mentions[one.uid] = same.setdefault(one.matches, one.matches)
                if one.seen != NONE:
                    self._glances[one.uid] = one.seen

    def _worth_reading(self, state: State, since: int) -> list[int]:
        last = state.uidnext - 1 if state.uidnext else (1 << 32) - 1
        if self._bodies == "never" or not state.exists or since > last:
            return []
        if self._bodies == "all":
            return self._uids(state, since, last)
        forms = [
            form
            for identifier in self._question.subject.identifiers
            if identifier.kind not in WEAK
            for form in spellings(identifier)
        ]
        if not forms:
            return []

        def work(_: Session) -> list[int]:
            session = self._archive.inside(self._folder, state)
            return session.search(
                ["UID", f"{since}:{last}", *criteria(forms)], patience=SEARCH_PATIENCE
            )

        return [uid for uid in self._archive.persist(work) if uid >= since]

    def _items(
        self, state: State, uids: list[int], mentions: dict[int, tuple[Match, ...]]
    ) -> Iterator[Finding]:
        download = Download(self._archive, self._folder, state)
        for at in range(0, len(uids), BATCH):
            batch: list[tuple[Fetched, Letterhead]] = []
            for answer in download.messages(uids[at : at + BATCH], ITEMS, limit=MAX_HEADER):
                if isinstance(answer, Lost):
                    yield from self._lost(answer, state)
                    continue
                header = answer.values.get(HEADER)
                if isinstance(header, Skipped):
                    yield from self._lost(Lost(answer.uid, "its header section is too long"), state)
                    continue
                header = header if isinstance(header, bytes) else b""
                if len(header) > LONGEST:
                    yield from self._lost(Lost(answer.uid, UNREAD), state)
                letterhead = self._matcher.read(header, mentions.get(answer.uid, ()))
                if letterhead.matches:
                    batch.append((answer, letterhead))
            yield from self._finished(state, download, batch)

    def _finished(
        self, state: State, download: Download, batch: list[tuple[Fetched, Letterhead]]
    ) -> Iterator[Item]:
        """Yield the items of a *batch* of messages, asking of those that may carry files what these are called."""
        carriers = [
            one.uid for one, head in batch if may_carry_files(head.content_type, size_of(one))
        ]
        files: dict[int, tuple[str, ...]] = {}
        for answer in download.messages(carriers, STRUCTURE):
            if isinstance(answer, Fetched):
                files[answer.uid] = tuple(names_in_structure(answer.values.get(b"BODYSTRUCTURE")))
        for answer, letterhead in batch:
            yield self._item(answer, state, letterhead, files.get(answer.uid, ()))

    def _lost(self, lost: Lost, state: State) -> Iterator[Gap]:
        if lost.reason:
            self._gaps = True
            yield Gap(self._folder.name, lost.reason, self._folder.key(state.uidvalidity, lost.uid))

    def _item(
        self, answer: Fetched, state: State, letterhead: Letterhead, files: tuple[str, ...]
    ) -> Item:
        size = size_of(answer)
        return mail_item(
            key=self._folder.key(state.uidvalidity, answer.uid),
            part=self._folder.name,
            fingerprint=fingerprint(state.uidvalidity, answer.uid, size),
            size=size,
            received=internal_date(answer),
            letterhead=letterhead,
            files=files,
            seen=self._glances.get(answer.uid, NONE),
        )

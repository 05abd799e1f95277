"""A conversation with a mail server that may change what its folders hold; the steps of an approved plan alone get to use it."""

import imaplib
from dataclasses import dataclass
from typing import ClassVar

from overdracht_imap.archive import Archive
from overdracht_imap.faults import translated
from overdracht_imap.folders import Folder
from overdracht_imap.session import Session, State

_EXPUNGES_BY_UID = ("UIDPLUS", "IMAP4REV2")
_OLD_RIGHT, _RIGHTS = "d", frozenset("te")
"""May flag as deleted and expunge: one letter in RFC 2086, two in RFC 4314, whose servers tell the old one for any of the new."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder as it was opened for writing, and what stands in the way, if anything."""

    state: State
    refusal: str = ""


class WritingSession(Session):
    """A conversation that opens folders with SELECT. It never says CLOSE, which expunges whatever anybody has flagged."""

    @property
    def expunges_by_uid(self) -> bool:
        """Say whether the server can expunge the messages it is told to and no others (RFC 4315)."""
        with translated(self.place):
            return any(map(self._client.has_capability, _EXPUNGES_BY_UID))

    def select(self, folder: Folder) -> Opened:
        """Open *folder* for writing."""
        with translated(self.place):
            if refusal := self._refused_by_rights(folder):
                return Opened(State(0, 0, 0), refusal)
            try:
                told = self._client.select_folder(folder.raw)
            except imaplib.IMAP4.readonly:
                return Opened(State(0, 0, 0), "the server opens the folder for reading only")
        state = State(*(told.get(key, 0) for key in (b"UIDVALIDITY", b"UIDNEXT", b"EXISTS")))
        return Opened(state, _why_not(told, state))

    def _refused_by_rights(self, folder: Folder) -> str:
        if not self._client.has_capability("ACL"):
            return ""
        # IMAPClient has no MYRIGHTS; imaplib beneath it does, and wants the name quoted.
        imap, name = self._client._imap, self._client._normalise_folder(folder.raw)  # noqa: SLF001
        status, told = imap.myrights(name)
        if status != "OK" or not told or not isinstance(told[-1], bytes):
            return ""  # SELECT will tell
        words = told[-1].decode("latin-1").split()
        rights = set(words[-1]) if words else set()
        if rights >= _RIGHTS or (_OLD_RIGHT in rights and not rights & _RIGHTS):
            return ""
        return "the account may not delete messages there: it lacks the ACL rights t and e"


def _why_not(told: dict[bytes, object], state: State) -> str:
    if b"READ-WRITE" not in told:
        return "the server opens the folder for reading only"
    flags = told.get(b"PERMANENTFLAGS")
    if isinstance(flags, tuple) and b"\\deleted" not in {bytes(flag).lower() for flag in flags}:
        return "the server keeps no \\Deleted flag there"
    if not state.uidvalidity:
        return "the server gives messages no lasting numbers (UIDVALIDITY)"
    return ""


class WritingArchive(Archive):
    """An archive that may be changed."""

    conversation: ClassVar[type[Session]] = WritingSession

    def writing(self) -> WritingSession:
        """Return the conversation."""
        session = self.session()
        assert isinstance(session, WritingSession)  # noqa: S101 - `conversation` says so
        return session

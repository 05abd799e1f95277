"""Remember what a folder was when it was last searched, so that one that is still the same is not searched again."""

from dataclasses import dataclass
from typing import Self

from overdracht import Extent, Question, Searched, Text
from overdracht_imap.archive import Archive
from overdracht_imap.folders import Folder
from overdracht_imap.mailitems import NOT_SEEN
from overdracht_imap.session import State

NOT_SEARCHED = Text(
    "alleen afzender, ontvangers en onderwerp zijn doorzocht, niet de berichten zelf en hun bijlagen",
    'bodies and attachments were not searched; --thorough does, or bodies = "server" in the configuration',
)
BY_SERVER = Text(
    "in de berichten zocht de server zelf: die kan missen wat anders geschreven is (een IBAN met spaties, een accent) en wat in bijlagen staat",
    "bodies were searched by the server, which may miss what is written otherwise (an IBAN with spaces, an accent) and what is in "
    "attachments; --thorough reads them all",
)

_READING = "2"
"""What cursors begin with. A new number where a folder that has not changed must be searched again, for it is read otherwise now."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a folder was when it was last searched whole, and how its bodies were searched."""

    state: State
    bodies: str

    def __str__(self) -> str:
        state = self.state
        return f"{_READING} {state.uidvalidity} {state.uidnext} {state.exists} {self.bodies}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the cursor that *text* is, None when it is none of ours."""
        try:
            version, uidvalidity, uidnext, exists, bodies = text.split(" ")
            state = State(int(uidvalidity), int(uidnext), int(exists))
        except ValueError:
            return None
        return cls(state, bodies) if version == _READING else None


class Seen:
    """What is known of *folder* from the last time it was asked this *question*; *bodies* says how its bodies are searched."""

    def __init__(self, folder: Folder, question: Question, bodies: str) -> None:
        self._folder = folder
        self.bodies = bodies
        cursor = Cursor.read(question.cursors.get(folder.name, ""))
        self.known = cursor.state if cursor and cursor.bodies == bodies else None
        """The state in which it was searched whole; None when it was not."""

    def unchanged(self, archive: Archive) -> Searched | None:
        """Return that the folder was searched, when it is still what it was."""
        if self.known is None:
            return None
        now = archive.persist(lambda session: session.status(self._folder))
        return self.searched(now, Extent.UNCHANGED) if now == self.known else None

    def searched(self, state: State, extent: Extent, *, again: bool = False) -> Searched:
        """Return that the folder was searched in this *state*; it is to be searched *again* next time where something was left out."""
        lasting = state.uidvalidity and state.uidnext and not again
        cursor = str(Cursor(state, self.bodies)) if lasting else ""
        note = {"all": NOT_SEEN, "server": BY_SERVER}.get(self.bodies, NOT_SEARCHED)
        return Searched(self._folder.name, state.exists, cursor, extent, note)

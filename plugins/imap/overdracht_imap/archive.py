"""A mail server that is asked over and over: conversations that are opened when needed and opened again when they break off."""

import threading
import time
from collections.abc import Callable, Collection
from typing import ClassVar, Self, TypeVar

from overdracht import Refused, Secret, SourceError, Unreachable
from overdracht_imap.folders import Choice, Folder, chosen
from overdracht_imap.session import Session, State, login_by_password, login_by_token
from overdracht_imap.settings import ImapSettings

BACKOFF = (0.5, 2.0, 8.0)
"""Seconds to wait after each failure in a row; after as many, a server is taken to be gone."""

Found = TypeVar("Found")


class Moved(SourceError):
    """A folder is not the one any more whose messages are being read: it was made anew, or its UIDs were."""


class Patience:
    """Waits longer after each failure in a row, and then gives up; at once when there is nothing to wait for."""

    def __init__(self, archive: "Archive") -> None:
        self._archive = archive
        self._failures = 0

    def renew(self) -> None:
        """Take note of progress."""
        self._failures = 0

    def after(self, error: Exception) -> None:
        """Wait, or raise *error* when it has been enough."""
        if self._failures == len(BACKOFF) or not self._archive.answered:
            raise error
        self._archive.pause(BACKOFF[self._failures])
        self._failures += 1


class Archive:
    """The conversations with one server. Each number is used by one thread at a time."""

    conversation: ClassVar[type[Session]] = Session
    """What is held with the server: by default one that can only read."""

    def __init__(self, settings: ImapSettings, pause: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self.pause = pause
        self.answered = False
        """Somebody was there once; a server that never answered is not waited for."""
        self._sessions: dict[int, Session] = {}
        self._open: dict[int, tuple[Folder, State]] = {}
        self._secret: Secret | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self, *, politely: bool = True) -> None:
        """End all conversations, *politely* or without a word that has to be answered."""
        for number in tuple(self._sessions):
            self.forget(number, politely=politely)

    def session(self, number: int = 0) -> Session:
        """Return conversation *number*, opened if it is not."""
        session = self._sessions.get(number)
        if session is not None and session.wire.busy:
            self.forget(number)
            session = None
        if session is None:
            session = self._sessions[number] = self.conversation(self.settings, self._login())
            self.answered = True
        return session

    def forget(self, number: int, *, politely: bool = True) -> None:
        """Close conversation *number*."""
        self._open.pop(number, None)
        session = self._sessions.pop(number, None)
        if session is not None:
            session.close(politely=politely)

    def persist(self, work: Callable[[Session], Found], number: int = 0) -> Found:
        """Return what *work* does in a conversation, begun anew when that breaks off."""
        patience = Patience(self)
        while True:
            try:
                return work(self.session(number))
            except Unreachable as error:
                self.forget(number)
                patience.after(error)

    def folders(self) -> tuple[Folder, ...]:
        """Return the folders that the settings choose."""
        return self.choice().folders

    def choice(self) -> Choice:
        """Return which folders the settings choose, and what they ask for in vain."""
        return self._choice(self.persist(lambda session: session.folders()))

    def chosen(self, folders: Collection[Folder]) -> tuple[Folder, ...]:
        """Return those of *folders* that the settings choose."""
        return self._choice(folders).folders

    def _choice(self, folders: Collection[Folder]) -> Choice:
        return chosen(folders, self.settings.folders, self.settings.exclude)

    def examine(self, folder: Folder) -> State:
        """Open *folder* and return its state now."""

        def work(session: Session) -> State:
            self._open.pop(0, None)
            state = session.examine(folder)
            self._open[0] = folder, state
            return state

        return self.persist(work)

    def inside(self, folder: Folder, state: State, number: int = 0) -> Session:
        """Return conversation *number* with *folder* open; Moved when it is not that of *state* any more."""
        session = self.session(number)
        opened = self._open.get(number)
        if opened is None or opened[0] != folder:
            self._open.pop(number, None)
            self._open[number] = opened = folder, session.examine(folder)
        if opened[1].uidvalidity != state.uidvalidity:
            raise Moved("the folder was made anew while it was being read")
        return session

    def alive(self, number: int = 0) -> bool:
        """Say whether the server can be talked to now."""
        try:
            self.session(number)
        except SourceError:
            return False
        return True

    def _login(self) -> Callable[..., None]:
        settings = self.settings
        if settings.token is not None:
            return login_by_token(settings.username, settings.token.get)
        if settings.password is None:
            raise Refused(f"{settings.place} needs a password")
        with self._lock:  # a command that asks somebody is run once
            if self._secret is None:
                self._secret = settings.password.get()
        return login_by_password(settings.username, self._secret)

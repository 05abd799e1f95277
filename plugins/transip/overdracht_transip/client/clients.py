"""The client: one class that can only read, and one that can also write."""

from copy import copy
from types import TracebackType
from typing import Self

from overdracht_transip.client.access import Login
from overdracht_transip.client.accounts import AccountReading, AccountWriting
from overdracht_transip.client.address import TRANSIP, opened
from overdracht_transip.client.domains import DomainReading, DomainWriting
from overdracht_transip.client.servers import ServerReading, ServerWriting
from overdracht_transip.client.session import Patience, Session

TIMEOUT = 60.0


class Reader(DomainReading, ServerReading, AccountReading):
    """Reads the account of *login* at *url*, with a token that can do nothing else. May be used by several threads."""

    def __init__(
        self,
        login: Login,
        url: str = TRANSIP,
        *,
        patience: Patience | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._session = Session(opened(url, timeout), login, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


class Writer(Reader, DomainWriting, ServerWriting, AccountWriting):
    """Also changes things, with a second token that is asked for when the first change is."""

    def rehearsal(self) -> "Writer":
        """Return a client that asks for the same but has the API validate only and change nothing (`test=1`).

        It shares this one's connections. What the API refuses it refuses here too, as far as is known: an answer without an error is no promise.
        """
        twin = copy(self)
        twin._session = self._session.rehearsal()  # noqa: SLF001  # its own class
        return twin

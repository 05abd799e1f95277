"""One logged-in conversation with a mail server, held by the library IMAPClient, that can only read."""

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from overdracht import Misbehaving, Refused, Secret
from overdracht_imap.faults import translated
from overdracht_imap.folders import Folder, listed
from overdracht_imap.settings import ImapSettings
from overdracht_imap.wire import Wire

if TYPE_CHECKING:
    from imapclient import IMAPClient


@dataclass(frozen=True, slots=True)
class State:
    """What a folder holds: the same state is the same set of messages. A UID is never given twice under one UIDVALIDITY."""

    uidvalidity: int
    uidnext: int
    """0 when the server does not tell."""
    exists: int


class Session:
    """A conversation; *login* says who we are. Raises SourceError and nothing else."""

    def __init__(self, settings: ImapSettings, login: Callable[["IMAPClient"], None]) -> None:
        self.place = settings.place
        self._settings = settings
        self.read_only = False
        """The server has confirmed that the open folder cannot be changed."""
        with translated(self.place):
            self._client = _connected(settings)
            try:
                login(self._client)
                self._wire = _wire(self._client)
            except BaseException:
                self.close()
                raise

    @property
    def wire(self) -> Wire:
        """Return the bulk reader of this conversation."""
        return self._wire

    @property
    def tls(self) -> str:
        """Return the TLS version, empty when there is none."""
        sock = self._client.socket()
        return sock.version() or "" if isinstance(sock, ssl.SSLSocket) else ""

    def folders(self) -> list[Folder]:
        """Return all folders that hold messages, of every namespace, sorted by name."""
        with translated(self.place):
            prefixes = [""]
            if self._client.has_capability("NAMESPACE"):
                spaces = self._client.namespace()
                prefixes += [
                    prefix
                    for kind in (spaces.personal, spaces.other, spaces.shared)
                    for prefix, _ in kind or ()
                ]
            found: list[Any] = []
            for prefix in dict.fromkeys(prefixes):
                found += self._client.list_folders(prefix, "*")
            return listed(found)

    def status(self, folder: Folder) -> State | None:
        """Return the *folder*'s state without opening it, None when the server does not tell all of it."""
        with translated(self.place):
            told = self._client.folder_status(folder.raw, ("MESSAGES", "UIDNEXT", "UIDVALIDITY"))
            state = State(
                *(int(told.get(key, 0)) for key in (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"))
            )
            return state if state.uidvalidity and state.uidnext else None

    def examine(self, folder: Folder) -> State:
        """Open the *folder* for reading only, and return its state."""
        with translated(self.place):
            told = self._client.select_folder(folder.raw, readonly=True)
        if b"READ-WRITE" in told:
            raise Misbehaving(f"{self.place} opens a folder for writing that was asked read-only")
        self.read_only = b"READ-ONLY" in told
        return State(*(told.get(key, 0) for key in (b"UIDVALIDITY", b"UIDNEXT", b"EXISTS")))

    def search(self, criteria: list[Any], *, patience: float | None = None) -> list[int]:
        """Return the UIDs that the server's own search finds in the open folder, waiting up to *patience* seconds for it."""
        sock = self._client.socket()
        with translated(self.place):
            sock.settimeout(patience or self._settings.timeout)
            found = [int(uid) for uid in self._client.search(criteria)]
            sock.settimeout(self._settings.timeout)
        return sorted(set(found))

    def stir(self) -> None:
        """Say NOOP, to know whether a conversation that was let rest is still there."""
        with translated(self.place):
            self._client.noop()

    def close(self, *, politely: bool = True) -> None:
        """End the conversation, *politely* if it can still be."""
        try:
            if politely and hasattr(self, "_wire") and not self._wire.busy:
                self._client.logout()
            else:
                self._client.shutdown()
        except Exception:  # noqa: BLE001 - it is over either way, and nothing was being written
            with contextlib.suppress(OSError):
                self._client.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _connected(settings: ImapSettings) -> "IMAPClient":
    from imapclient import IMAPClient

    host, port = settings.address
    context = None if settings.tls == "none" else _context(settings)
    client = IMAPClient(
        host,
        port,
        ssl=settings.tls == "tls",
        ssl_context=context,
        timeout=settings.timeout,
    )
    try:
        # A command of two writes would else wait for the server's delayed acknowledgement of the first, 40 ms each time.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.folder_encode = False  # names stay as the server writes them: see folders.py
        if settings.tls == "starttls":
            client.starttls(context)
        elif settings.tls == "none":
            _insist_on_loopback(client, settings.place)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong is said by what is raised
            client.shutdown()
        raise
    return client


def _context(settings: ImapSettings) -> ssl.SSLContext:
    if settings.ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Refused(
            f"the ca_file {settings.ca_file} cannot be used", remedy="give a readable PEM file"
        ) from error


def _insist_on_loopback(client: "IMAPClient", place: str) -> None:
    """The name was checked in the settings; a name can still be made to point elsewhere."""
    peer = client.socket().getpeername()[0]
    if not ipaddress.ip_address(str(peer).partition("%")[0]).is_loopback:
        raise Refused(f"{place} is another machine, and plain text stays on this one")


def _wire(client: "IMAPClient") -> Wire:
    # imaplib reads through a buffer of its own; Python 3.14 keeps it under another name.
    imap = client._imap  # noqa: SLF001 - IMAPClient has no public way to the reader beneath it
    return Wire(client.socket(), getattr(imap, "_file", None) or imap.file)


def login_by_password(username: str, secret: Secret) -> Callable[["IMAPClient"], None]:
    """Return the login with a password: in base64 where the server takes that, since LOGIN is for ASCII only."""

    def login(client: "IMAPClient") -> None:
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(username, secret.reveal())
        elif client.has_capability("LOGINDISABLED"):
            raise Refused(f"{client.host} takes no password here", remedy='use tls = "starttls"')
        else:
            client.login(username, secret.reveal())

    return login


def login_by_token(username: str, fetch: Callable[[], Secret]) -> Callable[["IMAPClient"], None]:
    """Return the login with an OAuth2 token, fetched anew each time, since it expires."""

    def login(client: "IMAPClient") -> None:
        token = fetch().reveal()
        if client.has_capability("AUTH=OAUTHBEARER"):
            client.oauthbearer_login(username, token)
        elif client.has_capability("AUTH=XOAUTH2"):
            client.oauth2_login(username, token)
        else:
            raise Refused(f"{client.host} takes no OAuth2 token", remedy="use a password")

    return login

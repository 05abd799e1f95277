"""The mail archive: `imap` reads it from the server, `mailfiles` from Maildir and mbox on disk."""

from collections.abc import Iterable
from typing import Any

from overdracht import Connector, World, hookimpl

__all__ = ["overdracht_connectors", "overdracht_demo"]


@hookimpl
def overdracht_connectors() -> Iterable[type[Connector[Any]]]:
    """Return the connectors for mail."""
    from overdracht_imap.imap import ImapConnector
    from overdracht_imap.mailfiles import MailFilesConnector

    return [ImapConnector, MailFilesConnector]


@hookimpl
def overdracht_demo(world: World) -> str:
    """Write the mail of the demo's world."""
    from overdracht_imap.demo import write_mail

    return write_mail(world)

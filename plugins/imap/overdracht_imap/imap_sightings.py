"""Read whom each message on a mail server is from and for."""

from collections.abc import Iterator

from overdracht import Gap, SourceError, Unreachable
from overdracht_imap.answers import fingerprint, internal_date, size_of
from overdracht_imap.archive import Archive
from overdracht_imap.candidates import HEADER
from overdracht_imap.download import Download, Lost
from overdracht_imap.faults import LoginRefused
from overdracht_imap.folder_search import ITEMS
from overdracht_imap.folders import Folder
from overdracht_imap.mailitems import mail_item
from overdracht_imap.session import Session, State
from overdracht_imap.sightings import Known, letterhead_of
from overdracht_imap.stream import MAX_HEADER
from overdracht_imap.tokens import Skipped
from overdracht_imap.wire import Fetched


def on_server(archive: Archive) -> Iterator[Known | Gap]:
    """Yield every message of the folders that the settings choose, and a gap for each folder or message that cannot be read."""
    choice = archive.choice()
    folders = choice.folders
    if choice.reason:
        yield Gap("", choice.reason)
    for number, folder in enumerate(folders):
        try:
            yield from _messages(archive, folder)
        except (Unreachable, LoginRefused) as error:
            yield from (Gap(rest.name, error.message) for rest in folders[number:])
            return
        except SourceError as error:
            archive.forget(0)
            yield Gap(folder.name, error.message)


def _messages(archive: Archive, folder: Folder) -> Iterator[Known | Gap]:
    state = archive.examine(folder)

    def work(_: Session) -> list[int]:
        return archive.inside(folder, state).search(["ALL"])

    uids = archive.persist(work) if state.exists else []
    if len(uids) < state.exists:
        yield Gap(folder.name, f"the server left out {state.exists - len(uids)} messages")
    for answer in Download(archive, folder, state).messages(uids, ITEMS, limit=MAX_HEADER):
        if isinstance(answer, Lost):
            if answer.reason:
                yield Gap(folder.name, answer.reason, folder.key(state.uidvalidity, answer.uid))
            continue
        header = answer.values.get(HEADER)
        if isinstance(header, Skipped):
            key = folder.key(state.uidvalidity, answer.uid)
            yield Gap(folder.name, "its header section is too long", key)
        else:
            yield _known(answer, folder, state, header if isinstance(header, bytes) else b"")


def _known(answer: Fetched, folder: Folder, state: State, header: bytes) -> Known:
    letterhead, addresses = letterhead_of(header)
    size = size_of(answer)
    item = mail_item(
        key=folder.key(state.uidvalidity, answer.uid),
        part=folder.name,
        fingerprint=fingerprint(state.uidvalidity, answer.uid, size),
        size=size,
        received=internal_date(answer),
        letterhead=letterhead,
    )
    return Known(item, addresses)

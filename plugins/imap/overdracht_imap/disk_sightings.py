"""Read whom each message on disk is from and for."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from overdracht import Gap
from overdracht_imap import maildir, mbox
from overdracht_imap.boundaries import Doubts, stretches
from overdracht_imap.disk import Place
from overdracht_imap.disk_search import once
from overdracht_imap.headers import LONGEST, section_end
from overdracht_imap.maildir import Maildir, message_key
from overdracht_imap.mailitems import mail_item
from overdracht_imap.mime import skip_empty_lines
from overdracht_imap.reading import head, opened, why
from overdracht_imap.searching import FIRST_READ
from overdracht_imap.sightings import Known, letterhead_of


def on_disk(found: Iterable[tuple[str, Place]]) -> Iterator[Known | Gap]:
    """Yield every message in the places *found*, and a gap for each place or message that cannot be read."""
    for part, place in found:
        try:
            if place.form == "maildir":
                yield from _maildir(part, place)
            elif place.form == "mbox":
                yield from _mbox(part, place)
            else:
                yield Gap(part, place.reason)
        except OSError as error:
            yield Gap(part, f"the folder {why(error)}")


def _maildir(part: str, place: Place) -> Iterator[Known | Gap]:
    folder = Maildir(place.path)
    before = folder.state()[0]
    seen: set[int] = set()
    yield from _messages(part, folder, seen)
    if folder.state()[0] != before:
        # Messages were moved or renamed meanwhile, and a listing may miss such.
        yield from _messages(part, folder, seen)


def _messages(part: str, folder: Maildir, seen: set[int]) -> Iterator[Known | Gap]:
    """Yield the messages of *folder* but those of which the hash of the key was *seen*."""
    for directory, name in folder.names():
        key = message_key(part, name)
        if hash(key) in seen:
            continue
        try:
            with opened(f"{directory}/{name}") as descriptor:
                status = os.fstat(descriptor)
                letterhead, addresses = letterhead_of(_header(descriptor))
        except FileNotFoundError:
            continue
        except OSError as error:
            yield Gap(part, f"a message {why(error)}", key)
            continue
        seen.add(hash(key))
        item = mail_item(
            key=key,
            part=part,
            fingerprint=maildir.fingerprint(name, status.st_size),
            size=status.st_size,
            received=datetime.fromtimestamp(int(status.st_mtime), UTC),
            letterhead=letterhead,
        )
        yield Known(item, addresses)


def _header(descriptor: int) -> bytes:
    start = head(descriptor, FIRST_READ)
    first = skip_empty_lines(start, 0, len(start))
    end = section_end(start, first, len(start))
    if end < 0 and len(start) == FIRST_READ:
        start = head(descriptor, LONGEST)
        end = section_end(start, first, len(start))
    return start[first : end if end >= 0 else len(start)]


def _mbox(part: str, place: Place) -> Iterator[Known | Gap]:
    seen: set[int] = set()
    doubts = Doubts()
    with opened(str(place.path)) as descriptor:
        for stretch in doubts.sure(stretches(descriptor, 0, os.fstat(descriptor).st_size)):
            where = mbox.bounds(descriptor, stretch.start, stretch.end)
            fingerprint = mbox.fingerprint(descriptor, where)
            letterhead, addresses = letterhead_of(mbox.header_of(descriptor, where))
            item = mail_item(
                key=mbox.message_key(part, fingerprint),
                part=part,
                fingerprint=fingerprint,
                size=where.end - where.start,
                received=where.received,
                letterhead=letterhead,
            )
            for one in once((item,), seen):
                yield Known(one, addresses)
    if doubts.reason:
        yield Gap(part, doubts.reason)

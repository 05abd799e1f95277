"""Find a person in an audit file: the customer, and the transactions that are theirs or mention them."""

from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from overdracht import (
    Category,
    Certainty,
    Extent,
    Finding,
    Gap,
    Identifier,
    Item,
    Match,
    Origin,
    Progress,
    Question,
    Revealed,
    Searched,
    one_line,
)
from overdracht_accounting.identities import identifiers_in, strong
from overdracht_accounting.xaf_file import Entry, OpenFile, Unreadable, digest, opened, state
from overdracht_accounting.xaf_people import Matcher, identities

if TYPE_CHECKING:
    from pyxaf import Journal, Relation, Transaction

PROGRESS_EVERY = 10_000
CUSTOMER, TRANSACTION = "customer", "transaction"


def customer_key(part: str, number: str) -> str:
    """Return the key of a customer in the file *part*."""
    return orjson.dumps([part, CUSTOMER, number]).decode()


def entry_key(part: str, entry: Entry) -> str:
    """Return the key of a transaction in the file *part*."""
    return orjson.dumps([part, TRANSACTION, entry.journal, entry.number, entry.occurrence]).decode()


def search(part: str, path: Path, question: Question) -> Iterator[Finding]:
    """Yield what the audit file at *path* holds about the person, and that it was searched."""
    try:
        now = state(path)
    except OSError as error:
        yield Gap(part, f"it cannot be read: {error.strerror}")
        return
    known = _count(question.cursors.get(part, ""), now)
    if known is not None:
        yield Searched(part, known, question.cursors[part], Extent.UNCHANGED)
        return
    try:
        with opened(path) as file:
            looked_at = yield from _Search(part, file, question).findings()
    except Unreadable as error:
        yield Gap(part, str(error))
        return
    yield Searched(part, looked_at, f"{looked_at} {now}")


def _count(cursor: str, now: str) -> int | None:
    count, _, known = cursor.partition(" ")
    return int(count) if known == now and count.isdecimal() else None


class _Search:
    def __init__(self, part: str, file: OpenFile, question: Question) -> None:
        self._part = part
        self._file = file
        subject = question.subject
        self._matcher = Matcher(subject.identifiers, subject.excluded, file.relations)

    def findings(self) -> Generator[Finding, None, int]:
        """Yield the items; return how much was looked at."""
        for number, matches in self._matcher.customers.items():
            yield self._customer(self._file.relations[number], matches)
        looked_at = len(self._file.relations)
        for entry in self._file.entries():
            looked_at += 1
            matches = self._matcher.transaction(entry.transaction)
            if matches:
                yield self._transaction(entry, matches)
            if looked_at % PROGRESS_EVERY == 0:
                yield Progress(self._part, looked_at)
        return looked_at

    def _customer(self, relation: "Relation", matches: tuple[Match, ...]) -> Item:
        told = identities(relation) if _exact(matches) else ()
        return Item(
            key=customer_key(self._part, relation.id),
            part=self._part,
            category=Category.CONTACT,
            matches=matches,
            fingerprint=digest(relation.raw),
            title=one_line(f"{relation.id} {relation.name or ''}"),
            holder=holder(relation.id),
            reveals=tuple(
                Revealed(one, Certainty.EXACT if strong(one) else Certainty.POSSIBLE, where)
                for one, where in told
            ),
        )

    def _transaction(self, entry: Entry, matches: tuple[Match, ...]) -> Item:
        one = entry.transaction
        numbers = list(dict.fromkeys(line.relation_id for line in one.lines if line.relation_id))
        theirs = [number for number in numbers if number in self._matcher.customers]
        owner = theirs[0] if len(theirs) == 1 else numbers[0] if len(numbers) == 1 else ""
        journal = self._file.journal(entry.journal)
        return Item(
            key=entry_key(self._part, entry),
            part=self._part,
            category=category(journal),
            matches=matches,
            fingerprint=digest(one.raw),
            title=one_line(f"{entry.number} {one.description or _described(one)}") or entry.journal,
            when=moment(one.date),
            origin=Origin.OBSERVED,
            holder=holder(owner) if owner else None,
            reveals=tuple(self._revealed(one, theirs)) if _exact(matches) else (),
            third_parties=len(set(numbers) - set(theirs)),
        )

    def _revealed(self, one: "Transaction", theirs: list[str]) -> Iterator[Revealed]:
        """Tell the customer's number; the account that paid may be somebody else's: it is only suggested."""
        for number in theirs:
            for identifier in identifiers_in("customer", number):
                yield Revealed(identifier, Certainty.EXACT, "custSupID")
        accounts = dict.fromkeys(line.offset_bank_account for line in one.lines)
        for text in filter(None, accounts):
            for identifier in identifiers_in("iban", text):
                yield Revealed(identifier, Certainty.MENTION, "offsetBankAccNr")


def _exact(matches: tuple[Match, ...]) -> bool:
    return any(one.certainty is Certainty.EXACT for one in matches)


def _described(transaction: "Transaction") -> str:
    return next((line.description for line in transaction.lines if line.description), "")


def holder(number: str) -> Identifier | None:
    """Return the customer with this *number*."""
    return next(iter(identifiers_in("customer", number)), None)


def moment(day: date | None) -> datetime | None:
    """Return *day* as a moment that is on that day in the Netherlands; a file keeps no hours."""
    return None if day is None else datetime.combine(day, time(12), UTC)


def category(journal: "Journal | None") -> Category:
    """Return what the transactions of *journal* are: bank and cash hold payments, all else is about invoices."""
    from pyxaf import JournalKind

    money = {JournalKind.BANK, JournalKind.CASH}
    return Category.PAYMENT if journal and journal.journal_type.kind in money else Category.INVOICE

"""Fetch what an order asks for from the sources, one piece at a time, and put it into the bag.

One source's fault is its own: it becomes a gap, and the others go on. A file is fetched whole before it goes into the bag, so that
a connection lost halfway leaves no half a file; and a file that holds what was not asked for does not go in at all.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from operator import itemgetter

from overdracht.connector import Connector, Settings
from overdracht.errors import BundleError, SourceError
from overdracht.export.delivery import Delivery, Listener
from overdracht.export.ledger import Ledger
from overdracht.export.order import Bag, Haul, Order, Purpose, Shortfall, Summary
from overdracht.export.room import REMEDY, check_room
from overdracht.items import Gap, Item, Origin, Piece
from overdracht.names import SafeNames
from overdracht.retention import CountsFrom, ends, local_day

UNDELIVERED = "the connector did not hand it over"
NO_CONNECTOR = "its connector is not there"


@contextmanager
def collect(bag: Bag, order: Order, listen: Listener = lambda _: None) -> Iterator[Haul]:
    """Put the data that *order* asks for into *bag*, and give the account of it."""
    try:
        with Ledger() as ledger:
            collecting = _Collecting(bag, order, ledger, listen)
            for source, pairs in groupby(order.items(), key=itemgetter(0)):
                collecting.source(source, (item for _, item in pairs))
            yield collecting.haul()
    except sqlite3.Error as error:
        raise BundleError(
            f"the account of the export cannot be kept: {error}",
            remedy=REMEDY,
        ) from error


def _day(item: Item) -> date | None:
    try:
        return None if item.when is None else local_day(item.when)
    except OverflowError:
        return None


class _Collecting:
    def __init__(self, bag: Bag, order: Order, ledger: Ledger, listen: Listener) -> None:
        self._bag = bag
        self._order = order
        self._ledger = ledger
        self._listen = listen
        self._names = SafeNames()
        self._folders = {name: self._names(name) for name in order.sources}
        self._derived = 0
        self._last_contact = order.last_contact

    def source(self, source: str, items: Iterator[Item]) -> None:
        """Export the *items* of one source."""
        first = self._ledger.count
        folder = self._folders.setdefault(source, self._names(source))
        feed = _Feed(self, source, items)
        connector = self._order.sources.get(source)
        if connector is None:
            self._ledger.add_gap(source, "", NO_CONNECTOR)
        else:
            delivery = Delivery(self._bag, self._ledger, source, folder, self._listen)
            delivery.take(_pieces(connector, feed, self._order.extras))
        feed.finish()
        for number in list(self._ledger.uncovered(first)):
            self._ledger.add_gap(source, "", UNDELIVERED, number)

    def admit(self, source: str, item: Item) -> bool:
        """Write *item* down, unless the order's purpose leaves it out."""
        if self._order.purpose is Purpose.OVERDRACHT and item.origin is Origin.DERIVED:
            self._derived += 1
            return False
        day = _day(item)
        if item.is_contact and day is not None:
            self._last_contact = max(day, self._last_contact or day)
        rule = self._order.rules.get(item.category)
        # A term that counts from the last contact has the same end for all, known when all have been seen.
        known = rule is not None and rule.counts_from is not CountsFrom.LAST_CONTACT
        self._ledger.add_item(source, item, day, ends(rule, item, None) if known and rule else None)
        return True

    def haul(self) -> Haul:
        shortfalls = self._shortfalls()
        files, size = next(self._ledger.rows("SELECT count(*), coalesce(sum(size), 0) FROM file"))
        complete = (
            not shortfalls
            and not self._order.awaiting_review
            and all(one.complete for one in self._order.coverage)
        )
        items = sum(self._ledger.delivered().values())
        summary = Summary(complete, items, files, size, shortfalls, self._derived)
        return Haul(self._order, self._ledger, summary, self._folders, self._last_contact)

    def _shortfalls(self) -> tuple[Shortfall, ...]:
        rows = self._ledger.rows(
            "SELECT source, reason, count(*) FROM gap GROUP BY source, reason ORDER BY source, reason"
        )
        return tuple(Shortfall(*row) for row in rows)


class _Feed:
    """Hands the items of one source to its connector, and keeps apart what is no fault of that connector."""

    def __init__(self, collecting: _Collecting, source: str, items: Iterator[Item]) -> None:
        self._collecting = collecting
        self._source = source
        self._items = items
        self._broken: BaseException | None = None

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        try:
            while not self._collecting.admit(self._source, item := next(self._items)):
                pass
        except StopIteration:
            raise
        except BaseException as error:
            self._broken = error
            raise
        return item

    def check(self) -> None:
        """Raise what broke while the items were read."""
        if self._broken is not None:
            raise self._broken

    def finish(self) -> None:
        """Account for the items that the connector did not come to."""
        self.check()
        for _ in self:
            pass


def _pieces(
    connector: Connector[Settings], items: _Feed, extras: frozenset[str]
) -> Iterator[Piece]:
    """Yield what *connector* exports; a fault of it is the last piece."""
    try:
        yield from connector.export(items, extras & connector.extras.keys())
    except SourceError as error:
        items.check()
        check_room(error)
        yield Gap("", str(error))
    except Exception as error:  # noqa: BLE001 - a connector may fault in any way, and only its own source suffers
        items.check()
        check_room(error)
        yield Gap("", f"the connector {connector.name} failed ({type(error).__name__})")

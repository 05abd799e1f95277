"""Records and answers that are not as they should be: nothing is missed in silence, and nothing goes that is not meant."""

from datetime import date
from typing import Any

import pytest

from overdracht import Aged, Category, Gap, Item, Searched
from overdracht.testing.acting import ERASE, approved, erase
from overdracht_rest.connector import RestConnector
from tests.rest.test_api import RECORDS, found, numbers, server, settings

ME = "klant7@elders.example"
Answer = tuple[int, dict[str, str], Any]


def _one_list(*records: dict[str, Any]) -> Any:
    return lambda *_: (200, {}, list(records))


@pytest.mark.parametrize("by", ["page", "offset"])
@pytest.mark.parametrize("ends", [200, 404])
def test_a_page_that_is_not_full_is_no_end(by: str, ends: int) -> None:
    """A server that gives fewer than were asked for is asked on, until it gives nothing or says that there is no such page."""

    def sparing(_: str, query: dict[str, list[str]], __: Any) -> Answer:
        start = numbers(query, "offset", 0) or (numbers(query, "page", 1) - 1) * 3
        rows = RECORDS[start : start + 3]
        return (200, {}, rows) if rows or ends == 200 else (404, {}, {})

    with server(sparing) as url:
        item, searched = found(url, paging={"by": by, "name": by, "size": 500})
    assert item.key == "klanten/7"
    assert searched == Searched("klanten", 7)


def test_a_server_that_knows_no_pages_is_a_gap() -> None:
    """The same page again and again is no end of a list, and no loop."""
    with server(_one_list(*RECORDS)) as url:
        *_, gap = found(url, paging={"by": "page", "name": "pagina", "size": 3})
    assert isinstance(gap, Gap)
    assert "does not end" in gap.reason


@pytest.mark.parametrize("id_", [None, {"n": 7}, "", "..", "\ud83d"])
def test_a_record_that_nothing_asks_for_is_a_gap(id_: object) -> None:
    """A record of the person's without an id that can stand in an address cannot be exported or erased: that is said, also to retention."""
    record = {"id": id_, "mail": ME, "since": "2020-01-01"}
    with server(_one_list(record, RECORDS[0])) as url:
        (gap,) = found(url)
        connector = RestConnector("portaal", settings(url))
        aged = list(connector.aged({Category.CONTACT: date(2021, 1, 1)}))
        *_, last = connector.identifiers()
    assert isinstance(gap, Gap)
    assert aged == [gap]
    assert last == gap


@pytest.mark.parametrize("unset", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", 0, -1, "0000"])
def test_a_time_that_was_never_filled_in_is_none(unset: object) -> None:
    """What systems write where there is no time makes no record old."""
    with server(_one_list({"id": 7, "mail": ME, "since": unset})) as url:
        item, _ = found(url)
        connector = RestConnector("portaal", settings(url))
        assert list(connector.aged({Category.CONTACT: date(2021, 1, 1)})) == []
    assert item.when is None


def test_an_old_record_is_aged() -> None:
    """What has a time to be believed is."""
    with server(_one_list({"id": 7, "mail": ME, "since": "2020-01-01"})) as url:
        connector = RestConnector("portaal", settings(url))
        (one,) = connector.aged({Category.CONTACT: date(2021, 1, 1)})
    assert isinstance(one, Aged)


@pytest.mark.parametrize("odd", ["half \ud83d of one", 1 << 70])
def test_what_another_json_cannot_hold_is_no_error(odd: object) -> None:
    """Half a surrogate pair, or a number beyond 64 bits: the record is found, and differs when it does."""
    prints = []
    for note in (odd, f"{odd!r}"):
        with server(_one_list({"id": 7, "mail": ME, "note": note})) as url:
            item, _ = found(url, title="note", text=["note"], fields={"email": ["mail", "note"]})
        assert isinstance(item, Item)
        assert item.title
        prints.append(item.fingerprint)
    assert len(set(prints)) == 2


def test_one_record_that_cannot_be_deleted_holds_up_no_other() -> None:
    """The server stumbles over one: that step failed, and the next one is carried out."""
    there = {one: {"id": one, "mail": ME} for one in (1, 2)}

    def stumbling(path: str, _: Any, request: Any) -> Answer:
        number = int(path.rpartition("/")[2]) if path[-1].isdigit() else 0
        if not number:
            return 200, {}, list(there.values())
        if request.command == "DELETE":
            if number == 1:
                return 500, {}, {}
            del there[number]
            return 200, {}, {}
        return (200, {}, there[number]) if number in there else (404, {}, {})

    with server(stumbling) as url:
        connector = RestConnector("portaal", settings(url))
        items = [one for one in found(url) if isinstance(one, Item)]
        done = erase(connector, [approved(connector.propose(one, ERASE)) for one in items])
    assert done.error is None
    assert dict(done.results) == {"klanten/1": "failed", "klanten/2": "erased"}
    assert list(there) == [1]

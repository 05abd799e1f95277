"""The files beside a GnuCash book: only the person's own lines go, and each file by a key of its own."""

import gzip
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from overdracht import Gap, Item, Result, Verdict
from tests.accounting.asking import change, erase, find, findings, gnucash, proposed
from tests.accounting.bookshop import OLD, Shop, open_shop

NAME = "boek.gnucash.20260101120000.log"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The book."""
    return open_shop(tmp_path)


def files(items: list[Item]) -> list[Item]:
    """Return those of *items* that are files."""
    return [one for one in items if one.part == "files"]


def test_a_short_customer_number_takes_no_line_of_another(shop: Shop) -> None:
    """Customer 12 has the lines with the key of a record of his; a line of the twelfth of January is anybody's."""
    key = shop.keys["old"]
    change(shop.path, "UPDATE customers SET id = '12' WHERE guid = ?", key)
    others = f"C\t{'a' * 32}\tPiet de Wit factuur 12 jan 2026\nC\t{'b' * 32}\t2026-01-12\tAnna\n"
    log = shop.path.with_name(NAME)
    log.write_text(f"C\t{key}\tiets van hem\n{others}")
    found = files(find(gnucash(shop.path), OLD, "customer:12"))
    outcomes = erase(gnucash(shop.path), found)
    assert [one.result for one in outcomes.values()] == [Result.ERASED]
    assert log.read_text() == others


def test_a_record_of_several_lines_goes_whole(shop: Shop) -> None:
    """A memo with line ends in it is one record: it goes with all its lines, or stays with all of them when it is another's."""
    key, mine, theirs = (
        "a" * 32,
        f"see {OLD}\nLaan 99\n\nC\tthis is\n",
        "Markt 1\n===== 2x\n2611 GP\n",
    )
    head, start, end = "mod\ttrans_guid\n-----\n", "===== START\n", "===== END\n"
    kept = [f"C\t{'b' * 32}\t{theirs}", f"B\t{'c' * 32}\tno more\n"]
    log = shop.path.with_name(NAME)
    text = f"{head}{start}{kept[0]}{end}{start}C\t{key}\t{mine}{end}{start}D\t{key}\t{mine}{kept[1]}{end}"
    log.write_text(text)
    (found,) = files(find(gnucash(shop.path), OLD))
    erase(gnucash(shop.path), [found])
    assert log.read_text() == f"{head}{start}{kept[0]}{end}{start}{end}{start}{kept[1]}{end}"


def test_every_copy_and_log_beside_the_book_is_found_or_told(shop: Shop) -> None:
    """Logs and copies of the XML book that was converted are searched; what a person or an editor copied is a gap; the rest is neither."""
    mine = ["boek.xml.gnucash.20190101120000.log", "boek.gnucash.20190101120000.gnucash"]
    told = ["boek.gnucash~", "boek.gnucash.bak", "boek (kopie).gnucash", "boek.xml", "boek.bak"]
    told += ["boek.gnucash.20180101120000.gnucash.gz", "prive.gnucash.20190101120000.log"]
    others = ["boek.gnucash.LCK", "boek.gnucash-wal", "boekje.txt", "prive.gnucash", "boek.pdf"]
    for name in (*mine, *told, *others):
        shop.path.with_name(name).write_text(OLD)
    shop.path.with_name("boek.gnucash-wal").write_bytes(b"")
    said = findings(gnucash(shop.path), OLD)
    assert {one.key for one in said if isinstance(one, Item) and one.part == "files"} == {
        f"files:{one}" for one in mine
    }
    gaps = [one.key for one in said if isinstance(one, Gap) and one.part == "files"]
    assert sorted(gaps) == sorted(f"files:{one}" for one in told)


def test_a_damaged_copy_is_a_gap_and_the_others_are_searched(shop: Shop) -> None:
    """A copy that was cut off, or is not what it begins as, is told with its reason, and the log after it is searched."""
    whole = gzip.compress(b"<gnc-v2>" + os.urandom(5000))
    copies = {"20180101120000": whole[:2000], "20180201120000": whole[:10] + b"\xff" * 2000}
    copies["20180301120000"] = b"\x1f\x8bno gzip at all"
    for day, content in copies.items():
        shop.path.with_name(f"boek.gnucash.{day}.gnucash").write_bytes(content)
    shop.path.with_name(NAME).write_text(f"C\t{OLD}\n")
    said = findings(gnucash(shop.path), OLD)
    gaps = {one.key: one.reason for one in said if isinstance(one, Gap)}
    reason = "the file cannot be read: it is damaged or cut off"
    assert gaps == {f"files:boek.gnucash.{day}.gnucash": reason for day in copies}
    assert [one.key for one in files([one for one in said if isinstance(one, Item)])] == [
        f"files:{NAME}"
    ]


def test_files_of_one_name_are_two(shop: Shop) -> None:
    """A log beside the book and one of the same name in the further directory have a key each, and both are written anew."""
    logs = [shop.path.with_name(NAME), shop.path.parent / "logs" / NAME]
    logs[1].parent.mkdir()
    for one in logs:
        one.write_text(f"C\t{OLD}\nC\tniets\n")
    connector = gnucash(shop.path, logs=logs[1].parent)
    found = files(find(connector, OLD))
    assert [one.key for one in found] == [f"files:{NAME}", f"files:logs/{NAME}"]
    outcomes = erase(connector, found)
    assert [one.result for one in outcomes.values()] == [Result.ERASED, Result.ERASED]
    assert [one.read_text() for one in logs] == ["C\tniets\n"] * 2


def test_files_older_than_the_term_are_told(shop: Shop) -> None:
    """The retention sweep says of each old log and copy that it is there, and nothing of one that is not old."""
    old = "boek.gnucash.20180101120000.gnucash"
    for name in (old, NAME):
        shop.path.with_name(name).write_text(OLD)
    connector = gnucash(shop.path)
    told = connector.aged(dict.fromkeys(connector.categories, date(2019, 1, 1)))
    assert [one.key for one in told if isinstance(one, Gap)] == [f"files:{old}"]


def test_a_file_without_what_was_found_in_it_is_for_somebody_to_look_at(shop: Shop) -> None:
    """Kept for later without the matches, a log cannot be written anew: that is said, and no line of it is called gone."""
    shop.path.with_name(NAME).write_text(f"C\t{OLD}\n")
    found = files(find(gnucash(shop.path), OLD))
    (step,) = proposed(gnucash(shop.path), [replace(one, matches=()) for one in found])
    assert (step.disposition.verdict, step.action) == (Verdict.REVIEW, "")

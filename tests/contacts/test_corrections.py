"""What is corrected is the one value, wherever it stands in its field, and nobody else's that looks like it."""

from pathlib import Path
from typing import Any

import pytest

from overdracht import ApprovedStep, Change, Result, Step, Verdict
from tests.contacts.asking import KINDS, agenda, erased, notes, only


def corrected(connector: Any, old: str, new: str) -> Result:
    """Have the one item with the value *old* corrected to *new*, and return what came of it."""
    change = Change(KINDS.parse(old), KINDS.parse(new), new.partition(":")[2])
    (step,) = connector.corrections([only(connector, old)], [change])
    assert isinstance(step, Step)
    approved = ApprovedStep(step.item, step.disposition, step.action, edits=step.edits)
    (outcome,) = erased(connector, [approved])
    result: Result = outcome.result
    return result


@pytest.mark.parametrize(
    ("head", "old", "new", "after"),
    [
        (
            "Mail: marjan@x.example, jan@x.example, jan@x.example.org, jan@x.example",
            "email:jan@x.example",
            "email:piet@y.example",
            "Mail: marjan@x.example, piet@y.example, jan@x.example.org, piet@y.example",
        ),
        (
            "Klant: K1002, K100, AK100",
            "customer:K100",
            "customer:K777",
            "Klant: K1002, K777, AK100",
        ),
        ("Klant: k100.", "customer:K100", "customer:K777", "Klant: K777."),
        (
            "Domein: x.example (was max.example)",
            "domain:x.example",
            "domain:y.example",
            "Domein: y.example (was max.example)",
        ),
        (
            "Tel: 06-12345678, 06-12345679",
            "phone:06-12345678",
            "phone:06-87654321",
            "Tel: 06-87654321, 06-12345679",
        ),
    ],
)
def test_a_value_inside_somebody_elses_stays(
    tmp_path: Path, head: str, old: str, new: str, after: str
) -> None:
    """In the head of a note the value is put right where it stands by itself, and not where it is the end or the start of another."""
    path = tmp_path / "a.md"
    path.write_text(f"{head}\n\nGebeld.\n")
    assert corrected(notes(tmp_path), old, new) is Result.RECTIFIED
    assert path.read_text() == f"{after}\n\nGebeld.\n"


@pytest.mark.parametrize("called", ["jan@x.example", '"jan@x.example"', "Jan"])
def test_a_partys_address_is_corrected_whatever_the_party_is_called(
    tmp_path: Path, called: str
) -> None:
    """A program that knows no name writes the address for it: then both are put right, and of a name only the address."""
    path = tmp_path / "a.ics"
    before = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260301T090000Z\r\n"
        f"ATTENDEE;CN={called}:mailto:jan@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    path.write_bytes(before.encode())
    assert corrected(agenda(tmp_path), "email:jan@x.example", "email:piet@y.example") is (
        Result.RECTIFIED
    )
    left = path.read_bytes().decode()
    assert "jan@x.example" not in left
    assert left.replace('"', "") == before.replace('"', "").replace("jan@x", "piet@y")


def _step(connector: Any, old: str, new: str) -> Step:
    change = Change(KINDS.parse(old), KINDS.parse(new), new.partition(":")[2])
    (step,) = connector.corrections([only(connector, old)], [change])
    assert isinstance(step, Step)
    return step


def test_what_only_mentions_the_wrong_value_is_left_to_people_and_named(tmp_path: Path) -> None:
    """In running text nothing is written over: a list of numbers and a remark on a card are to be corrected by hand."""
    (tmp_path / "bellijst.txt").write_text("Bellijst\n\n- 06-12345678, na vijven\n")
    step = _step(notes(tmp_path), "phone:06-12345678", "phone:06-87654321")
    assert step.disposition.verdict is Verdict.REVIEW
    assert "by hand" in step.disposition.ground.en


def test_a_value_that_stands_in_the_text_too_is_said_to_stay_there(tmp_path: Path) -> None:
    """The head of a note is put right; of the sentence below it is said that somebody has to see to it."""
    (tmp_path / "a.md").write_text("Tel: 06-12345678\n\nBel 06-12345678 na vijven.\n")
    step = _step(notes(tmp_path), "phone:06-12345678", "phone:06-87654321")
    assert step.disposition.verdict is Verdict.RECTIFY
    assert "running text" in step.disposition.ground.en

"""Addresses that differ by what follows a plus: possibly the same person, in a field of a record and in running text."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from overdracht import Certainty, Identifier, Result
from overdracht_accounting.changes import mask
from overdracht_accounting.labels import Labelled
from tests.accounting.asking import erase, find, rows, sql

TABLES: list[dict[str, Any]] = [
    {
        "table": "klanten",
        "category": "contact",
        "title": "naam",
        "identifies": {"customer": "nr", "email": "email", "name": "naam"},
        "columns": {"nr": "contact", "naam": "contact", "email": "contact"},
    },
    {
        "table": "bonnen",
        "category": "note",
        "belongs_to": {"klanten": "klant"},
        "columns": {"tekst": "note"},
    },
]
PLAIN, LABELLED = "zoe@ozdemir.example", "zoe+winkel@ozdemir.example"


def database(path: Path, email: str, note: str) -> Any:
    """Return a connector to a customer with this *email* and a *note* at somebody else's."""
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(
            "CREATE TABLE klanten (id INTEGER PRIMARY KEY, nr TEXT, naam TEXT, email TEXT)"
        )
        made.execute("CREATE TABLE bonnen (id INTEGER PRIMARY KEY, klant INTEGER, tekst TEXT)")
        made.execute("INSERT INTO klanten VALUES (1, 'K-1001', 'Zoë', ?)", (email,))
        made.execute("INSERT INTO klanten VALUES (2, 'K-1002', 'Piet', 'piet@dewit.example')")
        made.execute("INSERT INTO bonnen VALUES (1, 1, 'wifi'), (2, 2, ?)", (note,))
    return sql(f"sqlite:///{path}", TABLES)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (PLAIN, LABELLED),
        (PLAIN, LABELLED.upper()),
        (LABELLED, PLAIN),
        (LABELLED, "zoe+b@ozdemir.example"),
    ],
)
def test_an_address_with_another_label_is_possible(tmp_path: Path, wanted: str, there: str) -> None:
    """The record of such an address, what belongs to it, and a passage elsewhere with it are possible; the same address is exact."""
    source = database(tmp_path / "x.db", there, f"vraag het aan <{there}>, zei Piet")
    found = {one.key: one.certainty for one in find(source, wanted)}
    assert found == dict.fromkeys(("klanten:1", "bonnen:1", "bonnen:2"), Certainty.POSSIBLE)
    assert find(source, there)[0].certainty is Certainty.EXACT
    assert find(source, wanted, excluded=["customer:K-1001"]) == [
        one for one in find(source, wanted) if one.key == "bonnen:2"
    ]


def test_a_passage_that_somebody_confirmed_is_masked(tmp_path: Path) -> None:
    """What was found is what goes: the whole address with its label, and no other character."""
    path = tmp_path / "x.db"
    source = database(path, PLAIN, f"vraag het aan <{LABELLED}>, 06+x@ozdemir.example")
    items = [one for one in find(source, PLAIN) if one.key == "bonnen:2"]
    assert [one.result for one in erase(source, items).values()] == [Result.ANONYMISED]
    assert rows(path, "SELECT tekst FROM bonnen WHERE id = 2") == [
        ("vraag het aan <[gewist]>, 06+x@ozdemir.example",)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "xzoe+a@ozdemir.example",
        "jan.zoe+a@ozdemir.example",
        "zoe+a@ozdemir.example.org",
        "zoe+a@elders.example",
        "zoe + a@ozdemir.example",
        "zoe+31612345678",
        PLAIN,
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    """Another local part or domain is somebody else, and the address itself is no other one."""
    assert list(Labelled([Identifier("email", PLAIN)]).found(text)) == []
    assert text == PLAIN or mask(text, [Identifier("email", PLAIN)]) == text

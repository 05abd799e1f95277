"""Audit files as they come: hostile, damaged, packed, of many customers in one transaction."""

import gzip
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from overdracht import Certainty, Erases, File, Gap, Item, Kinds, Line, Question, Searched, Subject
from overdracht.testing import RECORDS
from overdracht_accounting.xaf import XafConnector, XafSettings
from tests.accounting.xaf.written import BANK, DEBTORS, SALES, VAT, Book, Posting, Side

SANNE = RECORDS[0].person
PIET = next(one.person for one in RECORDS if one.person.id == "piet")
INVOICE = Posting(
    "1",
    "2024-03-01",
    (
        Side(DEBTORS, "157.30", "Factuur F1", SANNE.customer, "F1"),
        Side(SALES, "-130.00", "Onderhoud wifi, samen met Piet de Wit", rate=21),
        Side(VAT, "-27.30"),
    ),
    "Factuur F1",
)
STATEMENT = Posting(
    "9",
    "2024-03-09",
    (
        Side(BANK, "207.30"),
        Side(DEBTORS, "-157.30", "S VAN DER BERG F1", SANNE.customer, "F1", SANNE.iban),
        Side(DEBTORS, "-50.00", "P DE WIT F2", PIET.customer, "F2", PIET.iban),
    ),
    "Afschrift 9: Piet de Wit en anderen",
    "B",
)
MENTION = Posting(
    "10",
    "2024-03-10",
    (
        Side(DEBTORS, "10.00", "Piets zaak", PIET.customer, "F3"),
        Side(SALES, "-10.00", f"Doorgestuurd voor {SANNE.email} en {PIET.email}"),
    ),
    journal="M",
)


def _book(version: str = "4.0") -> Book:
    book = Book(version, postings=[INVOICE, STATEMENT, MENTION])
    book.add(SANNE)
    book.add(PIET)
    return book


def _connector(path: Path | list[Path]) -> XafConnector:
    return XafConnector("boekhouding", XafSettings.model_validate({"path": path}))


def _find(connector: XafConnector, *texts: str) -> tuple[list[Item], list[Gap], list[Searched]]:
    subject = Subject("t", tuple(map(Kinds().parse, texts or (SANNE.email,))))
    found = list(connector.find(Question(subject)))
    items = [one for one in found if isinstance(one, Item)]
    gaps = [one for one in found if isinstance(one, Gap)]
    return items, gaps, [one for one in found if isinstance(one, Searched)]


def _export(connector: XafConnector, items: list[Item]) -> dict[str, list[object]]:
    """Return the records by table, and the files by name."""
    found: dict[str, list[object]] = {}
    for piece in connector.export(items):
        assert isinstance(piece, File | Line)
        content: object = piece.record if isinstance(piece, Line) else piece.content
        if isinstance(piece, File) and not isinstance(piece.content, bytes):
            content = b"".join(map(bytes, piece.content))
        found.setdefault(piece.path, []).append(content)
    return found


@pytest.mark.parametrize("version", ["3.2", "4.0"])
def test_it_finds_the_customer_and_the_transactions(tmp_path: Path, version: str) -> None:
    """The customer record reveals the number, the transactions are found by it, a text makes a mention; whose it is is told."""
    (tmp_path / "2024.xaf").write_bytes(_book(version).content())
    items, gaps, searched = _find(_connector(tmp_path))
    assert gaps == []
    assert [(one.part, one.looked_at) for one in searched] == [("2024.xaf", 5)]
    customer, invoice, statement, mention = items
    revealed = {str(one.identifier) for one in customer.reveals if one.certainty is Certainty.EXACT}
    assert f"customer:{SANNE.customer.lower()}" in revealed
    assert {one.certainty for one in (customer, invoice, statement)} == {Certainty.EXACT}
    assert mention.certainty is Certainty.MENTION
    assert (invoice.third_parties, statement.third_parties) == (0, 1)
    assert str(statement.holder) == f"customer:{SANNE.customer.lower()}"
    assert [str(one.category) for one in items] == ["contact", "invoice", "payment", "invoice"]


def test_only_the_persons_lines_leave(tmp_path: Path) -> None:
    """Of a bank statement with two customers the person's payment leaves, balanced against the bank, and nothing of the other; of somebody
    else's transaction only the passage, without the other."""
    (tmp_path / "2024.xaf").write_bytes(_book().content())
    connector = _connector(tmp_path)
    exported = _export(connector, _find(connector)[0])
    (payment,) = exported["betalingen.jsonl"]
    assert isinstance(payment, dict)
    assert (payment["amount"], payment["invoices"], payment["iban"]) == ("157.30", "F1", SANNE.iban)
    (invoice,) = exported["facturen.jsonl"]
    assert isinstance(invoice, dict)
    assert (invoice["number"], invoice["net"], invoice["total"]) == ("F1", "130.00", "157.30")
    assert "not the invoice itself" in str(invoice["why_no_file"])
    (passage,) = exported["vermeldingen.jsonl"]
    assert isinstance(passage, dict)
    assert passage["trLine.desc"] == f"Doorgestuurd voor {SANNE.email} en [iemand anders]"
    everything = str(exported)
    for other in (PIET.name, PIET.email, PIET.iban, PIET.customer, "P DE WIT", "207.30", "50.00"):
        assert other not in everything
    bookings = [one for one in exported["boekingen.jsonl"] if isinstance(one, dict)]
    for number in {one["booking"] for one in bookings}:
        amounts = [Decimal(str(one["amount"])) for one in bookings if one["booking"] == number]
        assert sum(amounts) == 0


def test_what_leaves_is_an_audit_file_again(tmp_path: Path) -> None:
    """The ledger part of the export is read by the connector itself, and holds the same for the person."""
    (tmp_path / "2024.xaf").write_bytes(_book().content())
    connector = _connector(tmp_path)
    (content,) = _export(connector, _find(connector)[0])["grootboek/2024.xaf"]
    assert isinstance(content, bytes)
    again = tmp_path / "again.xaf"
    again.write_bytes(content)
    items, gaps, _ = _find(_connector(again))
    assert gaps == []
    assert len(items) == 3


BOMB = """<?xml version="1.0"?><!DOCTYPE auditfile [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY f SYSTEM "file:///etc/passwd">]><auditfile xmlns="http://www.auditfiles.nl/XAF/3.2"><header><fiscalYear>&b;&f;</fiscalYear>
</header></auditfile>"""


def _cut(content: bytes) -> bytes:
    return content[: content.index(b"<nr>9</nr>")]


def _deep(content: bytes) -> bytes:
    return content.replace(b"<company>", b"<company>" + b"<x>" * 5_000, 1)


@pytest.mark.parametrize(
    ("name", "spoil", "reason"),
    [
        ("bomb.xaf", lambda _: BOMB.encode(), "DOCTYPE"),
        ("cut.xaf", _cut, "damaged"),
        ("deep.xaf", _deep, "deeper"),
        ("letter.xml", lambda _: b"<letter/>", "no audit file"),
        ("nothing.xaf", lambda _: b"", "no audit file"),
        ("secret.xac", lambda content: content, "encrypted"),
        ("packed.xaf.gz", lambda content: gzip.compress(content)[:-30], ""),
    ],
)
def test_a_bad_file_is_a_gap(
    tmp_path: Path, name: str, spoil: Callable[[bytes], bytes], reason: str
) -> None:
    """Entities, a file that was cut off, nested without end, no audit file, an encrypted one: a gap that says why; the others are searched."""
    (tmp_path / "2024.xaf").write_bytes(_book().content())
    (tmp_path / name).write_bytes(spoil(_book().content()))
    _, gaps, searched = _find(_connector(tmp_path))
    assert [one.part for one in searched] == ["2024.xaf"]
    assert {one.part for one in gaps} == {name}
    assert all(reason in one.reason for one in gaps)
    checks = {one.name: one.ok for one in _connector(tmp_path).check()}
    assert checks["file 2024.xaf"]


def test_packed_files_are_read(tmp_path: Path) -> None:
    """What was packed with gzip or zip is read without being unpacked first."""
    content = _book().content()
    (tmp_path / "a.xaf.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("2024.xaf", content)
    (tmp_path / "c.xaf").write_bytes(content.decode().encode("utf-16"))
    (tmp_path / "notes.txt").write_text("no audit file")
    items, gaps, searched = _find(_connector(tmp_path))
    assert {one.part for one in searched} | {one.part for one in gaps} >= {"a.xaf.gz", "b.zip"}
    assert {one.part for one in items} >= {"a.xaf.gz", "b.zip"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link to a file elsewhere is a gap, not read."""
    (tmp_path / "secret").write_bytes(_book().content())
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "2024.xaf").symlink_to(tmp_path / "secret")
    items, gaps, searched = _find(_connector(folder))
    assert (items, searched) == ([], [])
    assert [one.part for one in gaps] == ["2024.xaf"]


def test_an_empty_directory_is_a_gap(tmp_path: Path) -> None:
    """No audit file is no empty answer."""
    items, gaps, searched = _find(_connector(tmp_path))
    assert (items, searched) == ([], [])
    assert [one.reason for one in gaps] == ["no audit file was found there"]


def test_one_of_several_directories_without_any_is_a_gap(tmp_path: Path) -> None:
    """Files in one directory are no answer for the other: `find` and `check` name it."""
    roots = [tmp_path / "a", tmp_path / "b"]
    for root in roots:
        root.mkdir()
    (roots[0] / "2024.xaf").write_bytes(_book().content())
    connector = _connector(roots)
    assert [one.part for one in _find(connector)[1]] == ["b"]
    assert [one.name for one in connector.check() if not one.ok] == ["folder b"]


def test_numbers_used_twice_are_told_apart(tmp_path: Path) -> None:
    """Two transactions of one number in one journal are two items, and each is exported as itself."""
    book = _book()
    book.postings = [INVOICE, replace(INVOICE, text="Factuur F1 nogmaals")]
    (tmp_path / "2024.xaf").write_bytes(book.content())
    connector = _connector(tmp_path)
    _, first, second = _find(connector)[0]
    assert first.key != second.key
    for item, text in ((second, "Factuur F1 nogmaals"), (first, "Factuur F1")):
        rows = _export(connector, [item])["boekingen.jsonl"]
        assert {one["description"] for one in rows if isinstance(one, dict)} == {text}


def test_several_paths_have_parts_of_their_own(tmp_path: Path) -> None:
    """Files of one name in two directories are two parts."""
    roots = [tmp_path / "a", tmp_path / "b"]
    for root in roots:
        root.mkdir()
        (root / "2024.xaf").write_bytes(_book().content())
    _, gaps, searched = _find(_connector(roots))
    assert gaps == []
    assert [one.part for one in searched] == ["a/2024.xaf", "b/2024.xaf"]


def test_it_cannot_erase() -> None:
    """An audit file is a copy: what is in it is erased in the service, and the core says so before and not during."""
    assert not issubclass(XafConnector, Erases)

"""Records leave as files and lines that say whose they are, and only the person's."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from overdracht import File, Gap, Item, Line, Piece, SafeNames
from overdracht_accounting.invoices import Customer, InvoiceKind, Party, Payment, Record, Row
from overdracht_accounting.leaving import Leaving
from overdracht_accounting.masking import HIDDEN, Mask
from tests.accounting.export.samples import (
    PLAIN,
    SANNE,
    SELLER,
    VALID,
    booking,
    invoice,
    item,
    line,
)


def _pieces(
    *records: Record, mask: Mask | None = None, seller: Party = SELLER
) -> list[File | Line | Gap]:
    """Return what *records* leave as, every content read."""
    found: list[File | Line | Gap] = []
    for piece in Leaving(seller, mask).pieces((item(one.key), [one]) for one in records):
        if isinstance(piece, File) and not isinstance(piece.content, bytes):
            found.append(replace(piece, content=b"".join(map(bytes, piece.content))))
        else:
            found.append(piece)
    return found


def _lines(pieces: list[Piece], path: str) -> list[dict[str, object]]:
    return [one.record for one in pieces if isinstance(one, Line) and one.path == path]


def test_nothing_leaves_as_nothing() -> None:
    """An export of no records has no files, not even empty tables; a gap is passed on."""
    gap = Gap("invoices", "it is gone", "invoices:1")
    assert list(Leaving(SELLER).pieces([])) == []
    assert list(Leaving(SELLER).pieces([gap])) == [gap]


def test_each_piece_says_whose_it_is() -> None:
    """The document and every line of a record carry its key; the tables that hold all of them carry none."""
    pieces = _pieces(PLAIN, booking("1", PLAIN.issued or PLAIN.due))  # type: ignore[arg-type]
    for piece in pieces:
        assert isinstance(piece, File | Line)
        together = piece.path.endswith((".csv", ".json", ".xaf"))
        assert bool(piece.keys) is not together
    document = next(one for one in pieces if isinstance(one, File) and one.keys)
    assert (document.path, document.keys) == ("facturen/2026-0007.xml", (PLAIN.key,))


@pytest.mark.parametrize(
    "numbers",
    [
        ("2026/1", "2026:1", "2026?1"),
        ("A1", "a1", "\uff21\uff11"),
        ("../../x", "..", "CON", "con"),
        ("1", "1", "(2) 1"),
        ("x" * 300, "x" * 299),
    ],
)
def test_every_invoice_has_a_file_of_its_own(numbers: tuple[str, ...]) -> None:
    """Numbers that are alike, hostile or the same give different names, safe on every system."""
    invoices = [
        replace(PLAIN, key=f"invoices:{at}", number=number) for at, number in enumerate(numbers)
    ]
    paths = [one.path for one in _pieces(*invoices) if isinstance(one, File) and one.keys]
    assert len({path.casefold() for path in paths}) == len(numbers)
    for path in paths:
        assert [SafeNames()(name) for name in path.split("/")] == path.split("/")


@pytest.mark.parametrize(
    ("one", "seller", "why"),
    [
        (replace(PLAIN, kind=InvoiceKind.DRAFT), SELLER, "draft"),
        (PLAIN, Party(""), "issuer"),
        (replace(PLAIN, total=Decimal(1)), SELLER, "add up"),
    ],
)
def test_an_invoice_without_a_document_says_why(one: Record, seller: Party, why: str) -> None:
    """What cannot be written as UBL leaves in the tables all the same, and its row says why there is no document."""
    pieces = _pieces(one, seller=seller)
    (row,) = _lines(pieces, "facturen.jsonl")
    assert row["file"] == ""
    assert why in str(row["why_no_file"])
    assert len(_lines(pieces, "factuurregels.jsonl")) == 2


def test_others_are_hidden_everywhere() -> None:
    """In the document, the tables and the audit file no name, address or account of somebody else is left; the person's stay."""
    text = "Namens Anna de Vries (anna@devries.example, NL91ABNA0417164300) voor Sanne van der Berg"
    mask = Mask(["Anna de Vries", "Sanne van der Berg"])
    mask.spare(["Sanne van der Berg"])
    moved = replace(booking("1", PLAIN.issued or PLAIN.due), description=text)  # type: ignore[arg-type]
    pieces = _pieces(
        replace(invoice(line(text, "1", "1", "1.00")), notes=text, reference=text),
        replace(moved, lines=tuple(replace(one, description=text) for one in moved.lines)),
        Payment("t:1", None, Decimal(1), iban="NL10VICT0000123456", description=text),
        Customer("c:1", SANNE, notes=text),
        Row("r:1", "tickets", {"text": text}),
        mask=mask,
    )
    everything = "\n".join(
        bytes(one.content).decode() if isinstance(one, File) else str(one)  # type: ignore[arg-type]
        for one in pieces
    )
    for secret in ("Anna", "devries", "NL91"):
        assert secret not in everything
    assert everything.count("Sanne van der Berg") > 10
    assert HIDDEN in everything


def test_the_persons_own_account_stays() -> None:
    """The account that a payment came from stands in its text too, and is no stranger's."""
    text = "NL10VICT0000123456 S VAN DER BERG factuur 2026-0007"
    one = Payment("t:1", None, Decimal(1), iban="NL10VICT0000123456", description=text)
    (row,) = _lines(_pieces(one, mask=Mask([])), "betalingen.jsonl")
    assert row["description"] == text


def test_a_table_named_like_ours_is_another(tmp_path: object) -> None:
    """A table of the source that is called like one of ours does not mix with it."""
    pieces = _pieces(
        Customer("c:1", SANNE), Row("r:1", "Klanten", {"a": 1}), Row("r:2", "klanten", {"a": 2})
    )
    paths = {one.path.casefold() for one in pieces if isinstance(one, Line)}
    assert "klanten.jsonl" in paths
    assert len(_lines(pieces, "klanten.jsonl")) == 1
    assert sum(isinstance(one, Line) for one in pieces) == 3


def _peak(work: Callable[[], None]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _export(count: int) -> None:
    def records() -> Iterator[tuple[Item, list[Record]]]:
        for number in range(count):
            one = replace(PLAIN, key=f"i:{number}", number=f"{number}")
            moved = booking(f"{number}", PLAIN.issued or PLAIN.due)  # type: ignore[arg-type]
            yield item(one.key), [one, moved, *([VALID["club"]] if number % 9 == 0 else [])]

    for piece in Leaving(SELLER, Mask(["Anna de Vries"])).pieces(records()):
        if isinstance(piece, File) and not isinstance(piece.content, bytes):
            for _ in piece.content:
                pass


def test_memory_is_flat() -> None:
    """Ten times as many invoices take no more memory than remembering which there were: tables and ledger wait outside memory."""
    _export(20)
    few, many = _peak(lambda: _export(100)), _peak(lambda: _export(1_000))
    assert many - few < 1_000 * 400 + (1 << 20)

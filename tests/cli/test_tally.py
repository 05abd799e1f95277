"""What is suggested: an address for all the days on which it was seen, and never hidden because one of them is known."""

from datetime import date

from overdracht import Category, Certainty, Identifier, Item, Kinds, Period, Revealed
from overdracht.cli.tally import Tally
from overdracht.review import Inclusion, Reviewed

ADDRESS = Kinds().parse("203.0.113.9")


def _login(day: int) -> Reviewed:
    at = date(2026, 11, day)
    address = Identifier(ADDRESS.kind, ADDRESS.value, Period(at, at))
    item = Item(
        key=str(day),
        part="mail.log",
        category=Category.TRAFFIC,
        matches=(),
        fingerprint="",
        title="",
        reveals=(Revealed(address, Certainty.POSSIBLE, "login"),),
    )
    return Reviewed(day, "logs", item, Certainty.EXACT, Inclusion.INCLUDED)


def _suggested(*days: int, known: Period | None = None) -> list[tuple[str, int]]:
    tally = Tally()
    for day in days:
        tally.suggest(_login(day), {} if known is None else {ADDRESS: known})
    return [(str(one.identifier), one.times) for one in tally.top()]


def test_an_address_of_several_days_is_suggested_for_all_of_them() -> None:
    """Whoever takes it along as it is shown finds the lines of each day between the first and the last."""
    assert _suggested(10, 1, 20) == [("ip:203.0.113.9[2026-11-01/2026-11-20]", 3)]


def test_days_outside_the_known_window_are_still_suggested() -> None:
    """The window that is suggested then takes in what was known: it replaces it."""
    first = Period(date(2026, 11, 1), date(2026, 11, 1))
    assert _suggested(1, 10, 20, known=first) == [("ip:203.0.113.9[2026-11-01/2026-11-20]", 2)]
    assert _suggested(1, 10, 20, known=Period(date(2026, 11, 1))) == []

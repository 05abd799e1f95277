"""Finding one person in every source: identity, coverage, isolation."""

import threading
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overdracht import (
    Category,
    Certainty,
    Finding,
    Gap,
    Item,
    Match,
    Question,
    Searched,
    Unreachable,
)
from overdracht.coverage import Reach
from overdracht.review import Decision, Inclusion, Review
from overdracht.state import Given, RequestFile, Role, Store
from overdracht.survey import Event, EventKind, Organisation, Pool, Standing, Survey, survey
from tests.core.sources import KINDS, Configured, Record, Told, configured, identifier

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SANNE = "email:sanne@bloemen.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state directory of its own."""
    with Store(tmp_path / "state") as store:
        yield store


@pytest.fixture
def request_file(store: Store) -> RequestFile:
    """A request that begins with one e-mail address."""
    return store.new_request([Given(identifier(SANNE))], NOW)


def run(
    request: RequestFile, *sources: Told | Configured, organisation: Organisation | None = None
) -> Survey:
    """Survey *sources* for *request*."""
    entries = [
        source if isinstance(source, Configured) else configured(source)[0] for source in sources
    ]
    with Pool() as pool:
        return survey(request, entries, organisation or Organisation(), KINDS, pool=pool)


def keys(request: RequestFile, result: Survey, *inclusions: Inclusion) -> list[str]:
    """Return the keys of the request's items with one of *inclusions*."""
    return sorted(one.item.key for one in Review(request, result.identity).items(*inclusions))


def books() -> Told:
    """A customer record that knows more than the address it was found by."""
    return Told(
        "books",
        [
            Record(
                "customer 7",
                (SANNE, "phone:+31612345678", "customer:000007"),
                holder="customer:000007",
            ),
            Record(
                "customer 8",
                ("email:piet@elders.example", "customer:000008"),
                holder="customer:000008",
            ),
        ],
    )


class TestIdentity:
    def test_revealed_identifiers_are_followed_everywhere(self, request_file: RequestFile) -> None:
        """A strong identifier that an exact item reveals is looked for in every source, until nothing new appears."""
        notes = Told("notes", [Record("call 1", ("phone:+31612345678", "domain:bloemen.example"))])
        domains = Told("domains", [Record("bloemen.example", ("domain:bloemen.example",))])
        result = run(request_file, books(), notes, domains)
        assert keys(request_file, result, Inclusion.INCLUDED) == [
            "bloemen.example",
            "call 1",
            "customer 7",
        ]
        assert result.rounds == 3

    def test_provenance_is_kept(self, request_file: RequestFile) -> None:
        """Every identifier keeps the item and the identifier that led to it."""
        result = run(request_file, books())
        phone = next(one for one in result.identity.known if one.identifier.kind == "phone")
        assert phone.standing is Standing.REVEALED
        assert phone.clue is not None
        assert (phone.clue.source, phone.clue.where, phone.parent) == (
            "books",
            "phone",
            identifier(SANNE),
        )

    def test_possible_reveals_never_expand(self, request_file: RequestFile) -> None:
        """What an item only suggests is not looked for."""
        mail = Told(
            "mail", [Record("m1", (SANNE,), reveals_possible=("email:partner@thuis.example",))]
        )
        other = Told("other", [Record("o1", ("email:partner@thuis.example",))])
        result = run(request_file, mail, other)
        assert keys(request_file, result) == ["m1"]

    def test_weak_kinds_expand_only_when_given(self, request_file: RequestFile) -> None:
        """A name in a customer record is known as such and looked for when the administrator says so."""
        card = Told("cards", [Record("card", (SANNE, "name:Sanne van der Berg"))])
        notes = Told("notes", [Record("note", ("name:Sanne van der Berg",))])
        result = run(request_file, card, notes)
        name = identifier("name:Sanne van der Berg")
        assert (
            next(one for one in result.identity.known if one.identifier == name).standing
            is Standing.WEAK
        )
        assert name not in result.identity.sought
        request_file.give([Given(name)])
        result = run(request_file, card, notes)
        assert name in result.identity.sought
        assert keys(request_file, result) == ["card", "note"]

    def test_own_identifiers_never_expand(self, request_file: RequestFile) -> None:
        """The organisation's own address on a customer's record leads nowhere, nor does an address at its domain."""
        record = Record(
            "customer 7", (SANNE, "email:info@provider.example", "email:jan@mail.provider.example")
        )
        other = Told("mail", [Record("m", ("email:jan@mail.provider.example",))])
        own = Organisation(own=frozenset({identifier("domain:provider.example")}))
        result = run(request_file, Told("books", [record]), other, organisation=own)
        assert keys(request_file, result) == ["customer 7"]
        assert {one.standing for one in result.identity.known} == {Standing.GIVEN, Standing.OWN}

    def test_an_identifier_of_two_customers_is_shared(self, store: Store) -> None:
        """An address that stands in two customers' records makes neither exact and reveals neither's phone number."""
        request = store.new_request([Given(identifier("email:info@club.example"))], NOW)
        club = Told(
            "books",
            [
                Record(
                    "customer 1",
                    ("email:info@club.example", "phone:+31611111111"),
                    holder="customer:1",
                ),
                Record(
                    "customer 2",
                    ("email:info@club.example", "phone:+31622222222"),
                    holder="customer:2",
                ),
            ],
        )
        result = run(request, club)
        assert [one.standing for one in result.identity.known] == [Standing.SHARED]
        assert keys(request, result, Inclusion.INCLUDED) == []
        assert keys(request, result, Inclusion.AWAITING) == ["customer 1", "customer 2"]

    def test_shared_by_configuration(self, request_file: RequestFile) -> None:
        """What the configuration calls shared is shared from the start."""
        shared = Organisation(shared=frozenset({identifier(SANNE)}))
        result = run(request_file, books(), organisation=shared)
        assert keys(request_file, result, Inclusion.AWAITING) == ["customer 7"]

    def test_what_a_shared_identifier_led_to_is_dropped(self, store: Store) -> None:
        """When a later source shows that an identifier is shared, what was reached through it no longer is the subject's."""
        request = store.new_request([Given(identifier(SANNE))], NOW)
        first = Told("books", [Record("c1", (SANNE, "domain:club.example"), holder="customer:1")])
        second = Told(
            "domains",
            [Record("d1", ("domain:club.example", "phone:+31611111111"), holder="customer:1")],
        )
        third = Told(
            "tickets",
            [Record("t2", ("domain:club.example", "phone:+31622222222"), holder="customer:2")],
        )
        result = run(request, first, second, third)
        known = {str(one.identifier): one.standing for one in result.identity.known}
        assert known["domain:club.example"] is Standing.SHARED
        assert "phone:+31622222222" not in {str(one) for one in result.identity.sought}
        assert keys(request, result, Inclusion.INCLUDED) == ["c1"]

    def test_an_excluded_identifier_is_not_followed(self, request_file: RequestFile) -> None:
        """A namesake's number that stands on the subject's record by mistake is not looked for."""
        request_file.give([Given(identifier("phone:+31612345678"), Role.EXCLUDED)])
        notes = Told("notes", [Record("call 1", ("phone:+31612345678",))])
        result = run(request_file, books(), notes)
        assert keys(request_file, result) == ["customer 7"]


class TestCoverage:
    def test_empty_differs_from_failed(self, request_file: RequestFile) -> None:
        """A source that holds nothing is empty; one that could not be asked has failed; the others are unharmed."""

        def gone(_: Question) -> Iterable[Finding]:
            raise Unreachable("no connection to mail.example:993", remedy="is it running?")

        result = run(request_file, Told("empty"), Told("gone", before=gone), books())
        assert [one.reach for one in result.coverage] == [Reach.EMPTY, Reach.FAILED, Reach.WHOLE]
        assert result.coverage[1].gaps == (
            Gap("", "no connection to mail.example:993 (is it running?)"),
        )
        assert not result.complete

    def test_a_fault_of_a_connector_tells_nothing_personal(self, request_file: RequestFile) -> None:
        """An unforeseen exception becomes a gap that names its type, not its text."""

        def fault(_: Question) -> Iterable[Finding]:
            raise KeyError("sanne@bloemen.example")

        result = run(request_file, Told("faulty", before=fault))
        (gap,) = result.coverage[0].gaps
        assert "KeyError" in gap.reason
        assert "sanne" not in gap.reason

    def test_a_missing_connector_is_a_gap(self, request_file: RequestFile) -> None:
        """A source whose plugin is not there is named, and the result is incomplete."""
        missing = Configured(None, "crm", "crm", "no connector is called crm")
        result = run(request_file, books(), missing)
        assert [one.reach for one in result.coverage] == [Reach.WHOLE, Reach.MISSING]
        assert not result.complete

    def test_a_part_that_cannot_be_searched(self, request_file: RequestFile) -> None:
        """What a source found is kept when a part of it is a gap."""
        partial = books()
        partial.before = lambda _: [Gap("archive", "permission denied")]
        result = run(request_file, partial)
        assert result.coverage[0].reach is Reach.PARTIAL
        assert keys(request_file, result) == ["customer 7"]

    def test_silence_is_not_an_answer(self, request_file: RequestFile) -> None:
        """A connector that accounts for no part has failed, even without an error."""

        class Silent(Told):
            def find(self, question: Question) -> Iterator[Finding]:
                yield from ()

        result = run(request_file, Silent("silent"))
        assert result.coverage[0].reach is Reach.FAILED

    def test_coverage_is_kept_with_the_request(
        self, request_file: RequestFile, store: Store
    ) -> None:
        """The statement of the last run can be read back later."""
        result = run(request_file, books(), Told("empty"))
        kept = store.request(request_file.reference).coverage()
        assert {one.source: one for one in kept} == {one.source: one for one in result.coverage}

    def test_sources_run_side_by_side(self, request_file: RequestFile) -> None:
        """Two sources that wait for each other both end."""
        barrier = threading.Barrier(2, timeout=20)

        def meet(_: Question) -> Iterable[Finding]:
            barrier.wait()
            return ()

        result = run(request_file, Told("one", before=meet), Told("two", before=meet))
        assert result.complete

    def test_progress_is_told_as_events(self, request_file: RequestFile) -> None:
        """Every source starts and ends, and the end says what it yielded."""
        events: list[Event] = []
        with Pool() as pool:
            survey(
                request_file,
                configured(books()),
                Organisation(),
                KINDS,
                pool=pool,
                listen=events.append,
            )
        assert events[0].kind is EventKind.STARTED
        assert (events[-1].kind, events[-1].items) == (EventKind.ENDED, 1)


class TestFindingAgain:
    def test_cursors_are_handed_back(self, request_file: RequestFile) -> None:
        """An unchanged part is not read again, and its items stay."""
        source = Told("mail", [Record("m1", (SANNE,))])
        run(request_file, source)
        result = run(request_file, source)
        assert source.asked[0].cursors == {}
        assert set(source.asked[1].cursors) == {"records"}
        assert keys(request_file, result) == ["m1"]

    def test_another_question_gets_no_cursors(self, request_file: RequestFile) -> None:
        """A cursor is good for the identifiers it was made with, and for no others."""
        source = Told("mail", [Record("m1", (SANNE,)), Record("m2", ("email:s@thuis.example",))])
        run(request_file, source)
        request_file.give([Given(identifier("email:s@thuis.example"))])
        result = run(request_file, source)
        assert source.asked[1].cursors == {}
        assert keys(request_file, result) == ["m1", "m2"]

    def test_what_is_gone_is_forgotten(self, request_file: RequestFile) -> None:
        """An item that the source no longer holds, and a part that no longer exists, leave the state file."""
        source = Told(
            "mail",
            [Record("m1", (SANNE,)), Record("m2", (SANNE,)), Record("m3", (SANNE,), part="old")],
        )
        run(request_file, source)
        source.records = [source.records[0]]
        result = run(request_file, source)
        assert keys(request_file, result) == ["m1"]

    def test_a_failing_source_keeps_what_was_known(self, request_file: RequestFile) -> None:
        """A source that fails today does not take along what it told yesterday."""
        source = Told("mail", [Record("m1", (SANNE,))])
        run(request_file, source)

        def gone(_: Question) -> Iterable[Finding]:
            raise Unreachable("gone")

        source.before = gone
        result = run(request_file, source)
        assert keys(request_file, result) == ["m1"]
        assert not result.complete

    def test_item_numbers_stay(self, request_file: RequestFile) -> None:
        """The number by which the administrator knows an item is the same after a change to it."""
        source = Told("mail", [Record("m1", (SANNE,)), Record("m2", (SANNE,))])
        result = run(request_file, source)
        before = {one.item.key: one.number for one in Review(request_file, result.identity).items()}
        source.records[0].title = "edited"
        result = run(request_file, source)
        after = {one.item.key: one.number for one in Review(request_file, result.identity).items()}
        assert after == before


class TestReview:
    @pytest.fixture
    def found(self, request_file: RequestFile) -> Survey:
        """One exact item and three that are not."""
        return run(
            request_file,
            Told(
                "mail",
                [
                    Record("exact", (SANNE,)),
                    Record("mention 1", text="sanne@bloemen.example belde", part="INBOX"),
                    Record("mention 2", text="cc sanne@bloemen.example", part="Archief"),
                    Record(
                        "mention 3",
                        text="sanne@bloemen.example",
                        reveals_possible=("email:ander@elders.example",),
                    ),
                ],
            ),
        )

    def test_only_exact_items_are_in(self, request_file: RequestFile, found: Survey) -> None:
        """Whatever is not exact waits for a decision."""
        assert keys(request_file, found, Inclusion.INCLUDED) == ["exact"]
        assert len(keys(request_file, found, Inclusion.AWAITING)) == 3

    def test_one_item_and_rule(self, request_file: RequestFile, found: Survey) -> None:
        """An item is accepted by name, the rest rejected by rule; the later decision about an item counts."""
        review = Review(request_file, found.identity)
        review.decide(
            [
                Decision(accept=False, certainty="mention"),
                Decision(accept=True, source="mail", key="mention 1"),
            ]
        )
        assert keys(request_file, found, Inclusion.INCLUDED) == ["exact", "mention 1"]
        assert keys(request_file, found, Inclusion.AWAITING) == []

    @pytest.mark.parametrize(
        ("decision", "included"),
        [
            (Decision(accept=True, part="Archief"), ["exact", "mention 2"]),
            (
                Decision(accept=True, identifier=SANNE),
                ["exact", "mention 1", "mention 2", "mention 3"],
            ),
            (Decision(accept=True, source="elsewhere"), ["exact"]),
            (Decision(accept=False), []),
        ],
    )
    def test_rules(
        self, request_file: RequestFile, found: Survey, decision: Decision, included: list[str]
    ) -> None:
        """A rule decides about what meets all of it, exact items as well."""
        Review(request_file, found.identity).decide([decision])
        assert keys(request_file, found, Inclusion.INCLUDED) == included

    def test_decisions_are_kept(
        self, request_file: RequestFile, store: Store, found: Survey
    ) -> None:
        """A decision holds for the next process too."""
        Review(request_file, found.identity).decide([Decision(accept=True)])
        again = store.request(request_file.reference)
        assert len(list(Review(again, found.identity).items(Inclusion.INCLUDED))) == 4

    def test_a_namesake_is_left_out(self, request_file: RequestFile, found: Survey) -> None:
        """An item that is not exact and carries somebody else's identifier needs no decision."""
        request_file.give([Given(identifier("email:ander@elders.example"), Role.EXCLUDED)])
        result = run(request_file, Told("mail", []))
        source = Told(
            "mail",
            [
                Record(
                    "m",
                    text="sanne@bloemen.example",
                    reveals_possible=("email:ander@elders.example",),
                )
            ],
        )
        result = run(request_file, source)
        assert keys(request_file, result, Inclusion.LEFT_OUT) == ["m"]


def test_memory_does_not_grow_with_the_items(store: Store) -> None:
    """A person with many items costs no more memory than one with few: none is held."""

    class Many(Told):
        amount = 0

        def find(self, question: Question) -> Iterator[Finding]:
            match = Match(question.subject.identifiers[0], Certainty.EXACT, "From")
            for number in range(self.amount):
                yield Item(f"{number}", "INBOX", Category.CORRESPONDENCE, (match,), "f", "t" * 200)
            yield Searched("INBOX", self.amount)

    def peak(amount: int) -> int:
        request = store.new_request([Given(identifier(f"email:p{amount}@x.example"))], NOW)
        source = Many("mail")
        source.amount = amount
        tracemalloc.start()
        result = run(request, source)
        assert sum(1 for _ in Review(request, result.identity).items()) == amount
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    few, many = peak(5_000), peak(20_000)
    assert many < few * 1.3

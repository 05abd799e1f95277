"""What the API answers becomes typed records, or an error that names the place and no value."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict

from overdracht_transip.client import (
    BadAnswer,
    BadRequest,
    Blocked,
    Busy,
    CancellationPending,
    CapabilityMissing,
    Conflict,
    Contact,
    CustomerLocked,
    DnsEntry,
    Domain,
    Forbidden,
    Invalid,
    Mailbox,
    MissingKey,
    Nameserver,
    NoSingleMatch,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotPossible,
    ProductsAttached,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    TransferLocked,
    TransipError,
    written,
)
from overdracht_transip.client.domains import domain_of
from overdracht_transip.client.errors import blanked, refusal
from overdracht_transip.client.reading import (
    CAMEL,
    Day,
    Moment,
    read,
    read_all,
    taken,
    taken_by_any,
    without_secrets,
)

NAME = "vanderberg.example"


@dataclass(frozen=True, slots=True)
class Dated:
    """Something with a day and a moment."""

    __pydantic_config__: ClassVar[ConfigDict] = CAMEL
    some_day: Day = None
    some_moment: Moment = None


@pytest.mark.parametrize("empty", ["", " ", None, "0000-00-00", "0000-00-00 00:00:00"])
def test_every_empty_date_is_none(empty: str | None) -> None:
    """The API writes it in four ways, and sometimes not at all."""
    assert read(Dated, {"someDay": empty, "someMoment": empty}, "x") == read(Dated, {}, "x")


def test_dates_are_read_with_and_without_seconds() -> None:
    """And a day where a moment should be begins at midnight."""
    assert read(Dated, {"someDay": "2027-01-01"}, "x").some_day == date(2027, 1, 1)
    for text, moment in (
        ("2022-08-31 07:58", datetime(2022, 8, 31, 7, 58)),  # noqa: DTZ001  # as it is written
        ("2022-08-31 07:58:09", datetime(2022, 8, 31, 7, 58, 9)),  # noqa: DTZ001
        ("2022-08-31", datetime(2022, 8, 31)),  # noqa: DTZ001
    ):
        assert read(Dated, {"someMoment": text}, "x").some_moment == moment


def test_a_domain_is_read_from_what_was_recorded() -> None:
    """Undocumented keys do no harm, and what was left out has its usual value."""
    domain = domain_of(
        {
            "name": NAME,
            "authCode": "geheim-123",
            "cancellationDate": "",
            "cancellationStatus": None,
            "supportsLocking": False,
            "nameservers": [{"hostname": "ns0.transip.nl", "ipv4": None, "ipv6": ""}],
            "nieuw": {"authCode": "geheim-123"},
        }
    )

    assert domain.nameservers == (Nameserver("ns0.transip.nl"),)
    assert domain.contacts is None
    assert not domain.is_cancelled
    assert domain.raw["supportsLocking"] is False


def test_the_auth_code_is_nowhere_but_where_it_was_asked_for() -> None:
    """It is said that there is one; it stands in no field, at no depth, and in no text of the domain."""
    value = {"name": NAME, "authCode": "geheim-123", "x": [{"authCode": "geheim-123", "y": 1}]}

    domain = domain_of(value)

    assert domain.has_auth_code
    assert "geheim-123" not in repr(domain) + repr(domain.raw) + str(written(Contact("x")))
    assert domain.raw["x"] == [{"y": 1}]
    assert not domain_of({"name": NAME, "authCode": ""}).has_auth_code
    assert value["authCode"] == "geheim-123"


def test_numbers_and_truths_may_be_text() -> None:
    """As they are in the API's own examples."""
    box = read(
        Mailbox,
        {"identifier": "a@b.example", "isLocked": "true", "usedDiskSpace": "0.5", "imapPort": "1"},
        "mailbox",
    )
    assert (box.is_locked, box.used_disk_space) == (True, 0.5)


def test_a_missing_key_is_an_error_and_never_nothing() -> None:
    """Whether the answer is empty, is about something else, or is no object."""
    assert taken({"domains": []}, "domains") == []
    answers: list[dict[str, object]] = [{}, {"lists": []}]
    for answer in answers:
        with pytest.raises(MissingKey, match="lacks domains"):
            taken(answer, "domains")
    others: list[object] = [[], None, "tekst"]
    for other in others:
        with pytest.raises(BadAnswer):
            taken(other, "domains")
    assert taken_by_any({"lists": [1]}, ("mailLists", "lists")) == [1]
    assert taken_by_any({"mailLists": [2], "lists": [1]}, ("mailLists", "lists")) == [2]
    with pytest.raises(MissingKey, match="lacks mailLists"):
        taken_by_any({}, ("mailLists", "lists"))


def test_an_error_names_the_place_and_no_value() -> None:
    """For the values are people's."""
    with pytest.raises(MissingKey, match=r"dnsEntries\[1\]\.content") as caught:
        read_all(
            DnsEntry,
            [
                {"name": "x", "expire": 1, "type": "A", "content": "192.0.2.1"},
                {"name": "sanne", "expire": 1, "type": "A"},
            ],
            "dnsEntries",
        )
    assert "sanne" not in str(caught.value)
    with pytest.raises(BadAnswer, match=r"domain\.tags") as other:
        read(Domain, {"name": NAME, "tags": "sanne"}, "domain")
    assert "sanne" not in str(other.value)
    assert other.value.__cause__ is None
    with pytest.raises(BadAnswer, match="no list"):
        read_all(DnsEntry, {"0": {}}, "dnsEntries")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "tags", "contacts", "authCode", "x"]), inner)
    ),
    max_leaves=12,
)


@given(json_values)
def test_whatever_comes_is_read_or_refused(value: object) -> None:
    """Nothing that is JSON makes anything but a domain or an error of ours, and never with the auth code in it."""
    try:
        domain = domain_of(value)
    except BadAnswer:
        return
    assert domain.raw == without_secrets(value)


@given(st.builds(Contact, *[st.text(max_size=8)] * 14))
def test_a_contact_survives_the_way_there_and_back(contact: Contact) -> None:
    """What is written is read as the same."""
    assert read(Contact, written(contact), "contact") == contact


TEXTS: list[tuple[int, str, type[TransipError]]] = [
    (400, "Invalid API version", BadRequest),
    (422, "Malformed JSON", BadRequest),
    (401, "Invalid signature", NotAuthenticated),
    (403, f"The domain '{NAME}' has additional products attached, and thus can't be cancelled", ProductsAttached),
    (403, "VPS 'x' is blocked, no modification is allowed", Blocked),
    (403, "HA-IP 'x' is blocked, no modification is allowed", Blocked),
    (403, "You do not have a whitelabel account yet, please order one first", Forbidden),
    (403, "DNS Entry changes have temporarily been disabled", Busy),
    (403, "License with id '1' is not cancellable", Forbidden),
    (404, f"Domain with name '{NAME}' not found", NotFound),
    (405, "Tld '.be' does not allow this action", NotAllowed),
    (406, "Domain TLD doesn't support 'x' capability", CapabilityMissing),
    (406, "Domain TLD doesn't support branding", CapabilityMissing),
    (406, "Multiple matches found for DNS entry 'test 300 A'", NoSingleMatch),
    (406, "No matches found for DNS entry 'test 300 A'", NoSingleMatch),
    (406, "This is not a valid cancellation time: 'now', please use either 'end' or 'immediately'", Invalid),
    (408, "Timeout", TimedOut),
    (409, f"Domain '{NAME}' has action 'changeNameservers' running, no modification is allowed", Busy),
    (409, f"Domain '{NAME}' has action 'changeNameservers' running, no modification is allowed.", Busy),
    (409, "HA-IP 'x' has an action running, no modification is allowed", Busy),
    (409, "The PrivateNetwork 'x' is already locked to another action", Busy),
    (409, "Actions on VPS 'x' are temporary disabled", Busy),
    (409, "Actions on Backup '123' are temporary disabled", Busy),
    (409, "Error fetching Dns Entries: DNS Entries are currently being saved", Busy),
    (409, "Error setting Dns Entries", Busy),
    (409, "Mailbox Locked, Modification not allowed", Busy),
    (409, "Mail forward locked, modification not allowed", Busy),
    (409, "Mail list Locked, modification not allowed", Busy),
    (409, f"Unable to cancel the running action for '{NAME}' at this time", Busy),
    (409, f"Domain '{NAME}' is locked, no modification is allowed", TransferLocked),
    (409, "VPS 'x' is customer locked, no modification is allowed", CustomerLocked),
    (409, f"The domain '{NAME}' already has a cancellation pending", CancellationPending),
    (409, "Product already has cancellation pending", CancellationPending),
    (409, "Target user 'y' is not capable of receiving handover", NotPossible),
    (409, f"DNSSEC Entries for domain '{NAME}' cannot be edited.", NotPossible),
    (409, "Authentication failed, API is not enabled for customer", NotPossible),
    (409, "Mail forward limit reached, not permitted", NotPossible),
    (409, "This project is locked, no modification is allowed", Conflict),
    (409, "iets nieuws", Conflict),
    (429, "Too many requests", RateLimited),
    (500, "Internal error occurred, please contact our support", ServerFault),
    (501, "Not implemented", ServerFault),
    (503, "", ServerFault),
    (302, "", Refused),
]  # fmt: skip
"""The texts that are documented or were seen, as somebody who reads them would sort them."""


@pytest.mark.parametrize(("status", "text", "kind"), TEXTS)
def test_every_error_is_a_typed_one(status: int, text: str, kind: type[TransipError]) -> None:
    """By status and words, of which 409 has five meanings; words that are not known are of no kind that is acted on."""
    error = refusal("GET /domains/…", status, text)
    assert type(error) is kind
    assert error.text == text
    assert NAME not in str(error)
    assert str(error).startswith(f"GET /domains/…: {status}")


def test_what_is_in_doubt_is_known_by_its_kind() -> None:
    """A refusal never is; a fault or a timeout always is."""
    doubtful = {kind for status, text, kind in TEXTS if refusal("x", status, text).in_doubt}
    assert doubtful == {TimedOut, ServerFault}


@given(st.text(), st.text())
def test_names_in_an_error_are_blanked(name: str, rest: str) -> None:
    """What stands in quotes, and every address."""
    quoted = name.replace("'", "")
    assert blanked(f"Domain '{quoted}' not found") == "Domain '…' not found"
    assert "sanne@" not in blanked(f"{rest} sanne@vanderberg.example {rest}")

"""The sandbox's servers, mail and the rest of an account behave as TransIP's do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from overdracht_transip.client import (
    Blocked,
    Busy,
    CancellationPending,
    CustomerLocked,
    EndTime,
    FirewallRule,
    Invalid,
    MonitoringContact,
    NotFound,
    OpenStackUser,
    Refused,
    Writer,
)
from overdracht_transip.sandbox import World
from tests.transip.conftest import LOGIN, Raw

NAME = "voorbeeld-vps"
DOMAIN = "vanderberg.example"


@pytest.fixture(autouse=True)
def filled(world: World) -> None:
    """The first of March 2026; a server, a disk and mail."""
    world.set_clock(datetime(2026, 3, 1, 12, tzinfo=UTC), stands_still=True)
    world.add_account("andere")
    world.add_server(
        LOGIN,
        NAME,
        description="Sanne van der Berg",
        tags=["K10023"],
        termEnds="2026-06-01 00:00:00",
        snapshots=[{"name": "1572607577", "description": "voor de verhuizing"}],
        backups=[{"id": 712332, "status": "active"}],
        firewall={
            "isEnabled": True,
            "ruleSet": [
                {
                    "description": "SSH thuis",
                    "startPort": 22,
                    "endPort": 22,
                    "protocol": "tcp",
                    "whitelist": ["198.51.100.7/32"],
                }
            ],
        },
    )
    world.add_storage(LOGIN, "voorbeeld-schijf", description="foto's", vpsName=NAME)
    world.add_mail(
        LOGIN,
        DOMAIN,
        mailboxes=[{"localPart": "sanne"}],
        forwards=[{"localPart": "", "forwardTo": "s.vanderberg@post.example"}],
        lists=[
            {"emailAddress": f"bestuur@{DOMAIN}", "entries": ["sanne@a.example", "piet@b.example"]}
        ],
    )


def test_a_server_is_found_by_name_and_by_uuid(writer: Writer) -> None:
    """And by its tag in a list."""
    (server,) = writer.servers()
    assert server == writer.server(NAME) == writer.server(server.uuid)
    assert [one.name for one in writer.servers(tags=["K10023", "x"])] == [NAME]
    assert list(writer.servers(tags=["K1"])) == []
    assert list(writer.servers(page_size=1)) == [server]
    assert not [key for key in server.raw if key.startswith("_")]


def test_no_answer_shows_that_a_server_was_cancelled(
    writer: Writer, raw: Raw, world: World
) -> None:
    """Nothing of it is different, until it is wiped with all that hangs on it."""
    parts = ("", "/ip-addresses", "/snapshots", "/backups", "/firewall", "/addons", "/tcp-monitors")

    def seen() -> list[object]:
        return [raw("GET", f"/vps/{NAME}{part}").json() for part in parts]

    before = seen()
    writer.cancel_server(NAME, EndTime.END)

    assert seen() == before
    (change,) = world.changes()
    assert change["changed"] == [f"{LOGIN}/vps/{NAME}#cancelledFor"]
    with pytest.raises(CancellationPending):
        writer.cancel_server(NAME, EndTime.IMMEDIATELY)
    world.set_clock(datetime(2026, 6, 1, tzinfo=UTC), stands_still=True)
    assert writer.server(NAME).status == "running"
    world.pass_by(minutes=5)
    with pytest.raises(NotFound):
        writer.server(NAME)
    assert list(writer.servers()) == []


def test_a_cancellation_that_does_not_say_when_is_at_the_end(raw: Raw, world: World) -> None:
    """So it is documented of servers."""
    assert raw("DELETE", f"/vps/{NAME}").status_code == 204
    assert world.objects(LOGIN)["vps"][NAME]["_cancelledFor"] == "2026-06-01 00:00:00"
    assert raw("DELETE", f"/vps/{NAME}", {"endTime": "now"}).status_code == 406


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ({"isBlocked": True}, Blocked),
        ({"isCustomerLocked": True}, CustomerLocked),
        ({"isLocked": True}, Busy),
    ],
)
def test_a_locked_server_refuses_every_change(
    writer: Writer, world: World, state: dict[str, bool], error: type[Refused]
) -> None:
    """Blocked by TransIP, locked by a person, or busy: three different errors, and nothing changes."""
    world.add_server(LOGIN, NAME, **state)
    address = writer.addresses(NAME)[0]
    changes: list[Callable[[], None]] = [
        lambda: writer.cancel_server(NAME, EndTime.END),
        lambda: writer.describe_server(NAME, "weg"),
        lambda: writer.hand_over_server(NAME, "andere"),
        lambda: writer.set_reverse_dns(NAME, address, "weg.example"),
        lambda: writer.replace_firewall(NAME, writer.firewall(NAME)),
        lambda: writer.delete_snapshot(NAME, "1572607577"),
    ]
    for change in changes:
        with pytest.raises(error):
            change()
    assert world.changes() == []


def test_a_persons_lock_is_taken_off_first(writer: Writer, world: World) -> None:
    """Which is a change of its own that nothing else can be hidden in."""
    world.add_server(LOGIN, NAME, isCustomerLocked=True)

    writer.set_customer_lock(NAME, locked=False)
    writer.describe_server(NAME, "K10023")

    assert writer.server(NAME).description == "K10023"
    with pytest.raises(Invalid):
        writer.describe_server(NAME, "x" * 33)


def test_a_handed_over_server_is_shut_down_and_goes_when_the_other_accepts(
    writer: Writer, raw: Raw, world: World
) -> None:
    """The answer says where the action can be followed."""
    body = {"action": "handover", "targetCustomerName": "andere"}
    place = raw("PATCH", f"/vps/{NAME}", body).headers["Content-Location"]
    assert raw("GET", "/actions/" + place.rpartition("/")[2]).json()["action"]["name"] == "handover"
    assert writer.server(NAME).status == "stopped"

    world.accept_hand_over(NAME)

    with pytest.raises(NotFound):
        writer.server(NAME)
    assert NAME in world.objects("andere")["vps"]


def test_what_hangs_on_a_server_is_changed(writer: Writer, world: World) -> None:
    """Reverse DNS, firewall, snapshots, tags; each changes that and nothing else."""
    address = writer.addresses(NAME)[0]
    writer.set_reverse_dns(NAME, address, "server.voorbeeld-ict.example")
    firewall = writer.firewall(NAME)
    assert firewall.rule_set[0].whitelist == ("198.51.100.7/32",)
    writer.replace_firewall(
        NAME, replace(firewall, rule_set=(FirewallRule("HTTP", 80, 80, "tcp"),))
    )
    writer.delete_snapshot(NAME, "1572607577")
    writer.set_server_tags(NAME, [])
    writer.describe_storage("voorbeeld-schijf", "schijf 1")

    assert [change["changed"] for change in world.changes()] == [
        [f"{LOGIN}/vps/{NAME}#addresses"],
        [f"{LOGIN}/vps/{NAME}#firewall"],
        [f"{LOGIN}/vps/{NAME}#snapshots", f"{LOGIN}/vps/{NAME}#currentSnapshots"],
        [f"{LOGIN}/vps/{NAME}#tags"],
        [f"{LOGIN}/storages/voorbeeld-schijf#description"],
    ]
    assert writer.addresses(NAME)[0].reverse_dns == "server.voorbeeld-ict.example"
    assert writer.snapshots(NAME) == ()
    with pytest.raises(NotFound):
        writer.delete_snapshot(NAME, "1572607577")


def test_a_disk_is_wiped_with_its_cancellation(writer: Writer, world: World) -> None:
    """And it too shows nothing of it before."""
    writer.cancel_storage("voorbeeld-schijf", EndTime.IMMEDIATELY)
    assert [one.name for one in writer.storages()] == ["voorbeeld-schijf"]
    with pytest.raises(CancellationPending):
        writer.cancel_storage("voorbeeld-schijf", EndTime.END)
    world.pass_by(minutes=5)
    assert writer.storages() == ()


def test_deleted_mail_stays_a_while_and_is_locked(writer: Writer, world: World) -> None:
    """A second deletion is refused for as long as the first runs, and then there is nothing."""
    writer.delete_mailbox(DOMAIN, f"sanne@{DOMAIN}")
    writer.delete_forward(DOMAIN, 1)
    writer.delete_mail_list(DOMAIN, 1)
    assert [one.is_locked for one in writer.mailboxes(DOMAIN)] == [True]
    deletions: list[Callable[[], None]] = [
        lambda: writer.delete_mailbox(DOMAIN, f"sanne@{DOMAIN}"),
        lambda: writer.delete_forward(DOMAIN, 1),
        lambda: writer.delete_mail_list(DOMAIN, 1),
    ]
    for again in deletions:
        with pytest.raises(Busy):
            again()

    world.pass_by(minutes=10)

    assert (writer.mailboxes(DOMAIN), writer.forwards(DOMAIN), writer.mail_lists(DOMAIN)) == (
        (),
        (),
        (),
    )
    with pytest.raises(NotFound):
        writer.delete_mailbox(DOMAIN, f"sanne@{DOMAIN}")


@pytest.mark.parametrize("missing", [False, True])
def test_no_mail_is_no_mail_however_it_is_said(
    writer: Writer, world: World, *, missing: bool
) -> None:
    """An empty list or a 404 in the words for it; a domain without mail is something else."""
    world.add_mail(LOGIN, "leeg.example")
    world.set(emptyMailIsNotFound=missing)

    assert writer.mailboxes("leeg.example") == ()
    assert writer.forwards("leeg.example") == ()
    assert writer.mail_lists("leeg.example") == ()
    assert writer.mail_addons("leeg.example") == ()
    with pytest.raises(NotFound):
        writer.mailboxes("elders.example")


def test_one_leaves_a_list_and_the_others_stay(writer: Writer, world: World) -> None:
    """The list keeps its address and its other members."""
    (mail_list,) = writer.mail_lists(DOMAIN)
    others = [one for one in mail_list.entries if one != "sanne@a.example"]

    writer.replace_list_entries(DOMAIN, mail_list, others)

    assert writer.mail_lists(DOMAIN)[0].entries == ("piet@b.example",)
    (change,) = world.changes()
    assert change["changed"] == [f"{LOGIN}/mail/{DOMAIN}#mail-lists"]


def test_mail_settings_are_made_and_changed(raw: Raw) -> None:
    """As a client would that manages them."""
    forwards = f"/email/{DOMAIN}/mail-forwards"
    sent = {"localPart": "info", "forwardTo": "info@post.example"}
    assert raw("POST", forwards, sent).json() == []
    response = raw("POST", forwards, sent)
    assert (response.status_code, response.json()["error"]) == (406, "Mail forward already exists")
    assert raw("PUT", forwards + "/2", {**sent, "forwardTo": "x@y.example"}).status_code == 204
    assert raw("GET", forwards + "/2").json()["forward"]["forwardTo"] == "x@y.example"
    boxes = f"/email/{DOMAIN}/mailboxes"
    raw("POST", boxes, {"localPart": "zoe", "password": "geheim", "maxDiskUsage": 10})
    assert raw("GET", f"{boxes}/zoe@{DOMAIN}").json()["mailbox"]["identifier"] == f"zoe@{DOMAIN}"
    lists = f"/email/{DOMAIN}/mail-lists"
    raw("POST", lists, {"name": "x", "emailAddress": f"x@{DOMAIN}", "entries": []})
    assert raw("GET", lists).json()["mailLists"][1]["id"] == 2
    assert raw("GET", f"/email/{DOMAIN}/mail-addons").json()["addons"] == []
    assert raw("GET", "/email").json()["packages"] == [{"domain": DOMAIN, "status": "created"}]


def test_who_is_warned_and_who_may_log_in_are_people(writer: Writer, world: World) -> None:
    """Monitoring contacts, OpenStack users and public keys are read, changed and deleted one by one."""
    contact = {"id": 1, "name": "Sanne", "telephone": "+31612345678", "email": "s@a.example"}
    world.add(LOGIN, "monitoringContacts", "1", contact)
    user = {"id": "u1", "username": "sanne", "description": "Sanne", "email": "s@a.example"}
    world.add(LOGIN, "openstackUsers", "u1", user)
    ssh = {"id": 7, "key": "ssh-rsa AAAA sanne@laptop", "description": "laptop van Sanne"}
    world.add(LOGIN, "sshKeys", "7", ssh)

    writer.replace_monitoring_contact(MonitoringContact(1, "Beheer", "", "beheer@a.example"))
    writer.replace_openstack_user(OpenStackUser("u1", "sanne", "", "beheer@a.example"))
    writer.describe_ssh_key(7, "laptop")
    assert writer.monitoring_contacts()[0].name == "Beheer"
    assert writer.openstack_users()[0].email == "beheer@a.example"
    assert writer.ssh_keys()[0].description == "laptop"
    with pytest.raises(Invalid):
        writer.replace_monitoring_contact(MonitoringContact(1, "x", "", "geen adres"))
    writer.delete_monitoring_contact(1)
    writer.delete_openstack_user("u1")
    writer.delete_ssh_key(7)

    left = world.objects(LOGIN)
    assert not left["monitoringContacts"] | left["openstackUsers"] | left["sshKeys"]
    with pytest.raises(NotFound):
        writer.delete_monitoring_contact(1)


def test_certificates_and_invoices_are_read_only(writer: Writer, raw: Raw, world: World) -> None:
    """An SSL certificate says who ordered it; an invoice line names the server."""
    details = {"firstName": "Sanne", "lastName": "van der Berg", "email": "s@a.example"}
    certificate = {
        "certificateId": 12,
        "commonName": DOMAIN,
        "expirationDate": "0000-00-00 00:00:00",
        "canReissue": "true",
        "_details": details,
    }
    world.add(LOGIN, "certificates", "12", certificate)
    item = {"product": "VPS", "description": f"VPS ({NAME})", "price": 1000, "date": "2026-01-01"}
    world.add(LOGIN, "invoices", "F0000.1", {"invoiceNumber": "F0000.1", "_items": [item]})

    assert writer.ssl_certificates()[0].can_reissue is True
    assert writer.ssl_certificates()[0].expiration_date is None
    assert writer.certificate_details(12).last_name == "van der Berg"
    assert writer.invoices()[0].invoice_number == "F0000.1"
    assert writer.invoice_items("F0000.1")[0].description == f"VPS ({NAME})"
    assert raw("DELETE", "/invoices/F0000.1").status_code == 405
    for missing in ("/invoices/F1", "/ssl-certificates/1", "/ssl-certificates/1/details"):
        assert raw("GET", missing).status_code == 404


def test_every_change_of_a_server_or_mail_can_be_rehearsed(writer: Writer, world: World) -> None:
    """With `test=1` nothing changes."""
    before = world.objects(LOGIN)
    api = writer.rehearsal()
    (mail_list,) = api.mail_lists(DOMAIN)

    api.cancel_server(NAME, EndTime.IMMEDIATELY)
    api.hand_over_server(NAME, "andere")
    api.describe_server(NAME, "weg")
    api.set_server_tags(NAME, [])
    api.set_customer_lock(NAME, locked=True)
    api.set_reverse_dns(NAME, api.addresses(NAME)[0], "weg.example")
    api.replace_firewall(NAME, api.firewall(NAME))
    api.delete_snapshot(NAME, "1572607577")
    api.describe_storage("voorbeeld-schijf", "weg")
    api.cancel_storage("voorbeeld-schijf", EndTime.IMMEDIATELY)
    api.delete_mailbox(DOMAIN, f"sanne@{DOMAIN}")
    api.delete_forward(DOMAIN, 1)
    api.delete_mail_list(DOMAIN, 1)
    api.replace_list_entries(DOMAIN, mail_list, [])

    assert world.objects(LOGIN) == before
    assert world.changes() == []

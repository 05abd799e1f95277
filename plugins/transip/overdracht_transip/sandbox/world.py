"""Fill a sandbox, move its clock, let things go wrong in it, and see what happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from overdracht_transip.sandbox import domain_life, servers
from overdracht_transip.sandbox.core import Sandbox, empty_objects, now_of, pass_by, set_clock
from overdracht_transip.sandbox.exchange import Record
from overdracht_transip.sandbox.faults import Fault
from overdracht_transip.sandbox.samples import domain_record, mail_record, server_record
from overdracht_transip.sandbox.state import copied

WHITELIST = ("127.0.0.1", "::1")

BUSY_TEXTS = {
    "domains": "Domain '{name}' has action '{action}' running, no modification is allowed",
    "dns": "Error fetching Dns Entries: DNS Entries are currently being saved",
    "vps": "Actions on VPS '{name}' are temporary disabled",
}


class World:
    """What is in *sandbox*. Records are as the API shows them; what it does not show in one piece begins with an underscore."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def add_account(
        self,
        login: str,
        *public_keys: str,
        whitelist: Iterable[str] = WHITELIST,
        enabled: bool = True,
        only_tests: bool = False,
    ) -> None:
        """Add an account that whoever holds one of the *public_keys*' private keys may use, from the addresses in *whitelist*."""
        with self.sandbox.state() as state:
            state["accounts"][login] = {
                "cid": str(60000 + len(state["accounts"])),
                "keys": list(public_keys),
                "whitelist": list(whitelist),
                "enabled": enabled,
                "onlyTests": only_tests,
            }
            state["objects"][login] = empty_objects()

    def add_domain(self, login: str, name: str, **changes: Any) -> None:
        """Add the domain *name* to the account *login*, with *changes* to how a domain usually is: `tags`, `isTransferLocked`, `renewalDate`, …

        Also `contacts`, `nameservers`, `dns`, `dnssec`, `ssl` and `branding` may be given, and `products=True` for one that has hosting attached.
        """
        self.add(login, "domains", name, domain_record(name, changes))

    def add_server(self, login: str, name: str, **changes: Any) -> None:
        """Add the server *name* to the account *login*; also `addresses`, `snapshots`, `backups`, `firewall`, `addons` and `monitors` may be given, and `termEnds`."""
        self.add(login, "vps", name, server_record(name, changes))

    def add_mail(
        self,
        login: str,
        domain: str,
        mailboxes: Iterable[Mapping[str, Any]] = (),
        forwards: Iterable[Mapping[str, Any]] = (),
        lists: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Add mail to *domain* of the account *login*."""
        self.add(login, "mail", domain, mail_record(domain, mailboxes, forwards, lists))

    def add_storage(self, login: str, name: str, **changes: Any) -> None:
        """Add a disk to the account *login*."""
        record: Record = {
            "name": name,
            "description": "",
            "size": 2147483648,
            "productType": "fast-storage",
            "offsiteBackups": True,
            "vpsName": "",
            "status": "active",
            "isLocked": False,
            "availabilityZone": "ams0",
            "serial": "e7e12b3c7c6602973ac7",
            "_cancelledFor": "",
            "_termEnds": "2027-06-01 00:00:00",
        }
        self.add(login, "storages", name, record | changes)

    def add(self, login: str, collection: str, name: str, record: Record) -> None:
        """Add a *record* to a *collection* of the account *login*, or replace the one with its *name*."""
        with self.sandbox.state() as state:
            state["objects"][login][collection][name] = record

    def set_default_contacts(self, login: str, contacts: Iterable[Record]) -> None:
        """Give new domains of the account *login* these contacts."""
        with self.sandbox.state() as state:
            state["objects"][login]["defaults"] = {"contacts": list(contacts)}

    def set(self, **settings: Any) -> None:
        """Change how the sandbox behaves; see `state.SETTINGS`."""
        with self.sandbox.state() as state:
            unknown = settings.keys() - state["settings"].keys()
            if unknown:
                raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
            state["settings"].update(settings)
            if "rateWindow" in settings or "rateLimit" in settings:
                state["windows"].clear()

    def set_clock(self, moment: datetime, *, stands_still: bool = False) -> None:
        """Let it be *moment* there."""
        with self.sandbox.state() as state:
            set_clock(state, moment, stands_still=stands_still)

    def pass_by(self, **span: float) -> None:
        """Let time pass there: `days=40`, `minutes=15`, …"""
        with self.sandbox.state() as state:
            pass_by(state, timedelta(**span))

    def break_down(self, *coming: Fault) -> None:
        """Let the faults in *coming* happen."""
        with self.sandbox.state() as state:
            state["faults"].extend(fault.as_record() for fault in coming)

    def mend(self) -> None:
        """Let no more go wrong."""
        with self.sandbox.state() as state:
            state["faults"].clear()
            state["busy"].clear()

    def keep_busy(
        self,
        key: str,
        name: str = "changeNameservers",
        times: int = 1,
        status: int = 409,
        text: str | None = None,
    ) -> None:
        """Refuse changes of *key* so many *times* (-1: always): `domains/NAME`, `dns/NAME` or `vps/NAME`; *name* is the action's."""
        kind, _, thing = key.partition("/")
        words = text or BUSY_TEXTS[kind].format(name=thing, action=name)
        with self.sandbox.state() as state:
            state["busy"][key] = {"left": times, "status": status, "text": words, "name": name}

    def revoke_tokens(self) -> None:
        """Revoke all tokens."""
        with self.sandbox.state() as state:
            for token in state["tokens"].values():
                token["revoked"] = True

    def accept_hand_over(self, name: str) -> None:
        """Let the target of the pending hand-over of the domain or server *name* accept it."""
        with self.sandbox.state() as state:
            for login, account in list(state["objects"].items()):
                if "_handover" in account["domains"].get(name, {}):
                    domain_life.hand_over(state["objects"], login, name, now_of(state))
                    return
                if "_handover" in account["vps"].get(name, {}):
                    servers.hand_over(state["objects"], login, name)
                    return
        raise ValueError("there is no such hand-over")

    def transfer_out(self, login: str, domain: str, code: str) -> str | None:
        """Let *domain* of the account *login* be transferred to another registrar with the auth *code*; return why it cannot be, or None."""
        with self.sandbox.state() as state:
            record = state["objects"][login]["domains"][domain]
            return domain_life.transfer_out(record, code, now_of(state))

    def objects(self, login: str) -> dict[str, Any]:
        """Return all that the account *login* has, by collection and name."""
        with self.sandbox.state() as state:
            result: dict[str, Any] = copied(state["objects"][login])
            return result

    def changes(self) -> list[dict[str, Any]]:
        """Return what changed, by whom, in order."""
        with self.sandbox.state() as state:
            return list(copied(state["changes"]))

    def requests(self) -> list[dict[str, Any]]:
        """Return what was asked, in order."""
        with self.sandbox.state() as state:
            return list(copied(state["requests"]))

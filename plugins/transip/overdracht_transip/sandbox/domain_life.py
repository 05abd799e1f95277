"""What becomes of a domain: cancelled, dropped, gone, in quarantine; handed over or transferred out."""

from datetime import datetime, timedelta
from typing import Any

from overdracht_transip.sandbox.exchange import Record
from overdracht_transip.sandbox.moments import DAY, moment_of, text_of
from overdracht_transip.sandbox.tlds import tld_of

DROP_TAKES = timedelta(hours=1)
"""How long the registry takes from the cancellation's date until the domain is gone."""


def cancel(domain: Record, when: str, now: datetime) -> None:
    """Cancel *domain* at the end of its term or immediately; what happens then, `advance` does."""
    end = domain["renewalDate"] + " 00:00:00" if when == "end" else text_of(now)
    domain["cancellationDate"] = end
    domain["cancellationStatus"] = "signed"
    if when == "immediately":
        domain["status"] = "dropinprogress"


def due(account: dict[str, Any], now: datetime) -> list[Record]:
    """Return the domains of *account* whose cancellation's date has come."""
    return [
        one
        for one in account["domains"].values()
        if one["cancellationDate"]
        and one["status"] != "gone"
        and now >= moment_of(one["cancellationDate"])
    ]


def advance(account: dict[str, Any], now: datetime) -> None:
    """Let the time until *now* pass for all domains of *account*."""
    for domain in due(account, now):
        _drop(domain, now)


def _drop(domain: Record, now: datetime) -> None:
    end = moment_of(domain["cancellationDate"])
    if now >= end + DROP_TAKES:
        leave(
            domain,
            end + DROP_TAKES,
            "cancelled",
            quarantine=tld_of(domain["name"])[1]["_quarantine"],
        )
    else:
        domain["status"] = "dropinprogress"


def leave(domain: Record, at: datetime, why: str, quarantine: int = 0) -> None:
    """Let *domain* be gone from the account since *at*, and held by the registry for *quarantine* days."""
    domain["status"] = "gone"
    domain["cancellationStatus"] = why
    if not domain["cancellationDate"]:
        domain["cancellationDate"] = text_of(at)
    domain["_quarantineUntil"] = (at + timedelta(days=quarantine)).strftime(DAY)


def hand_over(everyone: dict[str, Any], login: str, name: str, now: datetime) -> None:
    """Let the target of the pending hand-over of *login*'s domain *name* accept it."""
    domain = everyone[login]["domains"][name]
    target = domain.pop("_handover")
    everyone[target]["domains"][name] = {**domain, "tags": []}
    leave(domain, now, "handover")


def transfer_out(domain: Record, code: str, now: datetime) -> str | None:
    """Let *domain* be transferred to another registrar with *code*, or return why that cannot be."""
    if domain["isTransferLocked"]:
        return "the domain is locked"
    if domain["_ownerLockUntil"] and now < moment_of(domain["_ownerLockUntil"]):
        return f"the registrant was changed: locked until {domain['_ownerLockUntil']}"
    if code != domain["authCode"]:
        return "the auth code is wrong"
    leave(domain, now, "transferred")
    return None


def registrant_changed(domain: Record, now: datetime) -> None:
    """Let the transfer lock begin that some top-level domains have after a change of registrant."""
    days = tld_of(domain["name"])[1]["_ownerLock"]
    if days:
        domain["_ownerLockUntil"] = text_of(now + timedelta(days=days))

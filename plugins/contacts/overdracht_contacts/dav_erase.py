"""Remove or replace one resource on a server, on the condition that it is still the one that was looked at (`If-Match`)."""

from collections.abc import Callable

from overdracht import Outcome, Result
from overdracht_contacts.dav import Server, Status, why
from overdracht_contacts.multistatus import Dialect
from overdracht_contacts.shelves import CHANGED, Entry, Rewrite, digest

_WEAK = "the server gives no strong ETag, without which nothing is changed: see whether a proxy weakens it"
_TWO_WAYS = "the server shows it in two ways, so that it cannot be edited without loss"

_SILENTLY = "F"
"""For `Schedule-Reply`: without it a calendar server may tell the other parties by mail that the appointment is off (RFC 6638, 8.1)."""

Again = Callable[[str], Entry | None]


def carry_out(server: Server, dialect: Dialect, change: Rewrite, again: Again) -> Outcome:
    """Make *change* and return what came of it; *again* reads a resource once more."""
    key, tag = change.entry.key, change.entry.tag
    if not tag or tag.startswith("W/"):
        return Outcome(key, Result.REFUSED, _WEAK)
    try:
        if change.content is None:
            with server.asked("DELETE", key, If_Match=tag, Schedule_Reply=_SILENTLY):
                return Outcome(key, Result.ERASED)
        refusal = _put(server, dialect, change, tag)
    except Status as error:
        return _failed(key, error.code)
    if refusal:
        return Outcome(key, Result.REFUSED, refusal)
    now = again(key)
    return Outcome(key, change.done, fingerprint=now.fingerprint if now else "")


def _put(server: Server, dialect: Dialect, change: Rewrite, tag: str) -> str:
    """Replace the resource by the change's content, its lines ending as they do on the server; return why not."""
    content = change.content or b""
    with server.asked("GET", change.entry.key) as answer:
        there = answer.read()
    if digest(there) != change.entry.fingerprint:
        if answer.headers.get("ETag") == tag:
            return _TWO_WAYS
        raise Status(412)
    if b"\r\n" not in there:
        content = content.replace(b"\r\n", b"\n")
    with server.asked(
        "PUT",
        change.entry.key,
        content,
        If_Match=tag,
        Content_Type=dialect.media_type,
        Schedule_Reply=_SILENTLY,
    ):
        return ""


def _failed(key: str, code: int) -> Outcome:
    if code in {404, 410}:
        return Outcome(key, Result.ALREADY_GONE)
    if code == 412:
        return Outcome(key, Result.CHANGED, CHANGED)
    if code in {403, 405}:
        return Outcome(key, Result.REFUSED, why(code))
    return Outcome(key, Result.FAILED, why(code))

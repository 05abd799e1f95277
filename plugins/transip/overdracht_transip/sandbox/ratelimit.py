"""Count an account's requests, and say in every answer how many are left."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.exchange import Refusal


def counted(state: dict[str, Any], login: str, now: datetime) -> dict[str, str]:
    """Count a request of *login* and return the headers that say so."""
    settings = state["settings"]
    stamp = int(now.timestamp())
    window = state["windows"].get(login)
    if window is None or stamp >= window["reset"]:
        # It behaves as a fixed window, though it is documented as a sliding one.
        window = {"reset": stamp + settings["rateWindow"], "used": 0}
        state["windows"][login] = window
    window["used"] += 1
    return {
        "X-Rate-Limit-Limit": str(settings["rateLimit"]),
        "X-Rate-Limit-Remaining": str(max(0, settings["rateLimit"] - window["used"])),
        "X-Rate-Limit-Reset": str(window["reset"]),
    }


def refuse_beyond(state: dict[str, Any], login: str) -> None:
    """Refuse where *login* has asked more than it may."""
    if state["windows"][login]["used"] > state["settings"]["rateLimit"]:
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests")

"""Say in one line, without names, why TransIP does not do something, and what a person can do about it."""

from overdracht_transip import client
from overdracht_transip.faults import translated

BEGUN = "overdracht-cancelling"
"""The tag on a server whose cancellation was asked for."""

CHANGED = "it is no longer what was found: look again and make a new plan"
BUSY = "an action is running on it at TransIP: wait until that has ended"
IN_TRANSFER = "it is being registered or transferred: wait until that has ended"
LOCKED = "TransIP has locked it: look in the control panel why, and wait until that has ended"
HANDED_OVER = "a hand-over of the domain waits to be accepted: wait until it is, or have it withdrawn in the control panel"
STAYS = "the settings say that it stays (`stays`): make a new plan"
LOST = "TransIP's answer was lost: look in the control panel whether it is cancelled, for nothing else shows it"
LOST_SERVER = f"{LOST}; where it is not, take the tag {BEGUN} off the server and try again"
UNSEEN = "TransIP took it and does not show it: look in the control panel, and try again"

_WORDS: tuple[tuple[type[client.TransipError], str], ...] = (
    (
        client.ProductsAttached,
        "hosting or mail is attached to the domain: end that in the control panel first, for TransIP does not cancel the domain before",
    ),
    (
        client.TransferLocked,
        "the domain is locked: switch its lock off in the control panel first",
    ),
    (
        client.CustomerLocked,
        "somebody has locked the server on purpose: unlock it in the control panel, if it may go",
    ),
    (client.Blocked, "TransIP has blocked it: ask TransIP's support"),
    (
        client.ReadOnly,
        "the token may only read: allow it to write in the control panel, or use a key",
    ),
    (
        client.CapabilityMissing,
        "the registry of this top-level domain does not allow it: ask TransIP's support",
    ),
    (client.Busy, BUSY),
)


def words(error: client.TransipError) -> str:
    """Return why *error* came, and what to do."""
    for kind, said in _WORDS:
        if isinstance(error, kind):
            return said
    return str(translated(error))

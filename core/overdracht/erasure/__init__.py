"""Erase what a plan says, everywhere, and prove it: plan, prepare, execute, verify, certify, forget."""

from overdracht.erasure.certificate import (
    FORMAT,
    comment_of,
    encode,
    facts,
    is_complete,
    residues,
    signature_path,
    write,
    write_signed,
)
from overdracht.erasure.clock import ClockJumped, check_clock
from overdracht.erasure.closing import Whom, close
from overdracht.erasure.confirming import ACTING, check_confirmed, unconfirmed
from overdracht.erasure.executing import (
    Means,
    NotReady,
    abandon,
    execute,
    prepare,
    retry,
)
from overdracht.erasure.final import final_counts, final_steps, left_to_people, open_steps
from overdracht.erasure.named import NAMES, NamedPart, named_after, residue_of
from overdracht.erasure.outdated import Outdated, outdated
from overdracht.erasure.planning import (
    BY_HAND,
    CHANGING,
    UNDECIDED,
    Limits,
    UnsafePlan,
    plan_erasure,
    propose,
)
from overdracht.erasure.reapply import Return, Returned, returned
from overdracht.erasure.settling import settle_schedule
from overdracht.erasure.sweep import Scope, Sweep, sweep
from overdracht.erasure.verifying import (
    Verification,
    hold,
    unfinished,
    vanished,
    verify,
    verify_gone,
)

__all__ = [
    "ACTING",
    "BY_HAND",
    "CHANGING",
    "FORMAT",
    "NAMES",
    "UNDECIDED",
    "ClockJumped",
    "Limits",
    "Means",
    "NamedPart",
    "NotReady",
    "Outdated",
    "Return",
    "Returned",
    "Scope",
    "Sweep",
    "UnsafePlan",
    "Verification",
    "Whom",
    "abandon",
    "check_clock",
    "check_confirmed",
    "close",
    "comment_of",
    "encode",
    "execute",
    "facts",
    "final_counts",
    "final_steps",
    "hold",
    "is_complete",
    "left_to_people",
    "named_after",
    "open_steps",
    "outdated",
    "plan_erasure",
    "prepare",
    "propose",
    "residue_of",
    "residues",
    "retry",
    "returned",
    "settle_schedule",
    "signature_path",
    "sweep",
    "unconfirmed",
    "unfinished",
    "vanished",
    "verify",
    "verify_gone",
    "write",
    "write_signed",
]

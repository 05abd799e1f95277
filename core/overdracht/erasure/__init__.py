"""Erase what a plan says, everywhere, and prove it: plan, prepare, execute, verify, certify, forget."""

from overdracht.erasure.certificate import FORMAT, encode, facts, signature_path, write
from overdracht.erasure.closing import close
from overdracht.erasure.executing import Means, NotReady, execute, prepare, retry, unconfirmed
from overdracht.erasure.planning import CHANGING, Limits, UnsafePlan, plan_erasure, propose
from overdracht.erasure.reapply import Return, Returned, returned
from overdracht.erasure.sweep import Sweep, settle_schedule, sweep
from overdracht.erasure.verifying import Verification, unfinished, verify, verify_gone

__all__ = [
    "CHANGING",
    "FORMAT",
    "Limits",
    "Means",
    "NotReady",
    "Return",
    "Returned",
    "Sweep",
    "UnsafePlan",
    "Verification",
    "close",
    "encode",
    "execute",
    "facts",
    "plan_erasure",
    "prepare",
    "propose",
    "retry",
    "returned",
    "settle_schedule",
    "signature_path",
    "sweep",
    "unconfirmed",
    "unfinished",
    "verify",
    "verify_gone",
    "write",
]

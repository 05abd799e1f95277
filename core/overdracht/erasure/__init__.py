"""Erase what a plan says, everywhere, and prove it: plan, prepare, execute, verify, certify, forget."""

from overdracht.erasure.certificate import FORMAT, encode, facts, signature_path, write
from overdracht.erasure.closing import close
from overdracht.erasure.executing import Means, NotReady, execute, prepare, retry, unconfirmed
from overdracht.erasure.planning import CHANGING, Limits, UnsafePlan, plan_erasure, propose
from overdracht.erasure.verifying import Verification, unfinished, verify

__all__ = [
    "CHANGING",
    "FORMAT",
    "Limits",
    "Means",
    "NotReady",
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
    "signature_path",
    "unconfirmed",
    "unfinished",
    "verify",
    "write",
]

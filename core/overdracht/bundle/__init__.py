"""Bundles: one signed, encrypted, checkable file for one person."""

from overdracht.bundle.opener import open_bundle
from overdracht.bundle.reader import Closed, closed_with
from overdracht.bundle.unpacked import clear
from overdracht.bundle.verification import Verification, verify
from overdracht.bundle.writer import BagWriter, Written, create

__all__ = [
    "BagWriter",
    "Closed",
    "Verification",
    "Written",
    "clear",
    "closed_with",
    "create",
    "open_bundle",
    "verify",
]

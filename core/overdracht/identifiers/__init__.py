"""Identifiers: kinds, normalised values, and the forms in which text is compared."""

from overdracht.identifiers.folding import fold, squeeze
from overdracht.identifiers.kinds import BUILTIN_KINDS, Kinds
from overdracht.identifiers.mail_address import base_address, split_address
from overdracht.identifiers.model import ALWAYS, Identifier, Kind, Period
from overdracht.identifiers.ownership import belongs
from overdracht.identifiers.parse import doubt

__all__ = [
    "ALWAYS",
    "BUILTIN_KINDS",
    "Identifier",
    "Kind",
    "Kinds",
    "Period",
    "base_address",
    "belongs",
    "doubt",
    "fold",
    "split_address",
    "squeeze",
]

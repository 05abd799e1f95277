"""The state directory: what was asked, found and decided, encrypted with a key per request."""

from overdracht.state.request import Clue, Given, RequestFile, Role, Stored
from overdracht.state.store import Store

__all__ = ["Clue", "Given", "RequestFile", "Role", "Store", "Stored"]

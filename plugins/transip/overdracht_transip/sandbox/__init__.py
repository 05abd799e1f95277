"""An API that behaves like TransIP's, for the demo and for tests: nothing in it is real, and nothing leaves this machine."""

from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.faults import Fault, Kind
from overdracht_transip.sandbox.samples import contact, contacts, record
from overdracht_transip.sandbox.tokens import new_key_pair
from overdracht_transip.sandbox.world import World

__all__ = ["Fault", "Kind", "Sandbox", "World", "contact", "contacts", "new_key_pair", "record"]

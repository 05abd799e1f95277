"""The state directory: what was asked, found and decided, encrypted with a key per request."""

from overdracht.state.plans import Count, Phase, PlanFile, Planned, StepState
from overdracht.state.request import Clue, Given, RequestFile, Role, Stored
from overdracht.state.store import Store

__all__ = [
    "Clue",
    "Count",
    "Given",
    "Phase",
    "PlanFile",
    "Planned",
    "RequestFile",
    "Role",
    "StepState",
    "Store",
    "Stored",
]

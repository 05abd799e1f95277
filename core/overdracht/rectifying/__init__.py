"""Put a right value in the place of a wrong one, everywhere: plan, prepare, execute, look again, certify (GDPR Art. 16 and 19)."""

from overdracht.rectifying.changes import changes_of, revealed_in, wrong_values
from overdracht.rectifying.concluding import RECTIFIED, Checked, facts, look_again
from overdracht.rectifying.planning import BY_HAND, RIGHT, Proposal, plan_rectification

__all__ = [
    "BY_HAND",
    "RECTIFIED",
    "RIGHT",
    "Checked",
    "Proposal",
    "changes_of",
    "facts",
    "look_again",
    "plan_rectification",
    "revealed_in",
    "wrong_values",
]

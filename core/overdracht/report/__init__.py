"""What a person reads: the documents in a bundle that say what it holds, for people and for machines."""

from overdracht.report.fill import fill

__all__ = ["fill"]

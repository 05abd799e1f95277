"""Hold a connector against its contract on a source that is there: a test source of its author's own, with test data in it."""

from overdracht.trial.forgetting import forget
from overdracht.trial.promises import Held, Promise, untried
from overdracht.trial.reading import Trial, read

__all__ = ["Held", "Promise", "Trial", "forget", "read", "untried"]

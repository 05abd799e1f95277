"""Ask every source, resolve the person's identity, and say what was and was not searched."""

from overdracht.survey.engine import Event, EventKind
from overdracht.survey.identity import Identity, Known, Standing, resolve
from overdracht.survey.pool import Pool
from overdracht.survey.survey import Organisation, Source, Survey, identity_of, survey

__all__ = [
    "Event",
    "EventKind",
    "Identity",
    "Known",
    "Organisation",
    "Pool",
    "Source",
    "Standing",
    "Survey",
    "identity_of",
    "resolve",
    "survey",
]

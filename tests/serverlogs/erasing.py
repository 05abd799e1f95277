"""Erase whom a log surely is about, as often as a test likes, while a server writes it."""

from collections import Counter
from collections.abc import Collection

from overdracht import Certainty, Result, Subject
from overdracht.testing.acting import ERASE, approved, erase
from overdracht.testing.watching import find
from overdracht_serverlogs.connector import ServerLogs

SURE = (Certainty.EXACT,)


def erase_all(
    connector: ServerLogs, subject: Subject, certainties: Collection[Certainty] = SURE
) -> Counter[str]:
    """Erase all that *connector* finds of *subject* with one of the *certainties*; return how many items had which result, each of which must be good."""
    items = [one for one in find(connector, subject).items if one.certainty in certainties]
    done = erase(connector, [approved(connector.propose(one, ERASE)) for one in items])
    assert done.error is None
    assert set(done.results.values()) <= {Result.ERASED}, done.outcomes
    return Counter(done.results.values())

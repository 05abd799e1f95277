"""Try what finding needs: a token, an answer, and the parts of the account."""

from collections.abc import Callable, Iterator

from overdracht import Check
from overdracht_transip.account import PAGE
from overdracht_transip.client import Reader, TransipError
from overdracht_transip.domain_holdings import DOMAINS
from overdracht_transip.faults import translated
from overdracht_transip.people_holdings import MONITORING, OPENSTACK
from overdracht_transip.server_holdings import SERVERS
from overdracht_transip.settings import TransipSettings


def checks(api: Reader, settings: TransipSettings) -> Iterator[Check]:
    """Yield what was tried; after the first that makes the rest pointless no more."""
    try:
        api.ping()
    except TransipError as error:
        yield Check("reachable", ok=False, detail=str(translated(error)))
        return
    yield Check("reachable", ok=True, detail="with a token that can only read")
    parts: dict[str, Callable[[], object]] = {
        DOMAINS: lambda: next(api.domains(gone=False, page_size=PAGE), None),
        SERVERS: lambda: next(api.servers(page_size=1), None),
        MONITORING: api.monitoring_contacts,
        OPENSTACK: api.openstack_users,
    }
    for part, read in parts.items():
        if part in settings.exclude:
            continue
        try:
            read()
        except TransipError as error:
            yield Check(part, ok=False, detail=str(translated(error)))
        else:
            yield Check(part, ok=True)

"""From what was typed to a request, and from a request to what the sources say: `find` and `export` both begin so."""

import re
from collections.abc import Collection, Sequence

from overdracht.cli.progress import searching
from overdracht.cli.session import Session
from overdracht.config import Source
from overdracht.errors import UsageError
from overdracht.identifiers import Identifier
from overdracht.state import Given, RequestFile, Role, Store
from overdracht.survey import Pool, Survey, survey

REFERENCE = re.compile(r"[0-9]{4}-[0-9]{4,}")
_NOT_ASKED = "not asked in this run (--source)"


def request_for(session: Session, store: Store, persons: Sequence[str]) -> RequestFile:
    """Return the request that *persons* names by its reference or its identifiers; a new one when there is none yet."""
    references = [one for one in persons if REFERENCE.fullmatch(one)]
    if references and len(persons) > 1:
        raise UsageError(
            "a reference stands alone", remedy="--add ID adds an identifier to a request"
        )
    if references:
        return store.request(references[0])
    identifiers = subjects(session, persons)
    request = store.request_about(identifiers)
    if request is None:
        request = store.new_request([Given(one) for one in identifiers], session.now())
        store.audit.append("request opened", request.reference, {}, session.now())
    return request


def subjects(session: Session, texts: Sequence[str]) -> tuple[Identifier, ...]:
    """Return the identifiers that *texts* are; refuse the organisation's own, which would find everybody."""
    parsed = tuple(session.registry.kinds.parse(text) for text in texts)
    for number, identifier in enumerate(parsed, 1):
        if session.organisation.owns(identifier):
            raise UsageError(
                f"identifier {number} (a kind of {identifier.kind}) is the organisation's own: it would find everybody",
                remedy="name the person's; `own` in the configuration lists the organisation's",
            )
    return tuple(dict.fromkeys(parsed))


def told(session: Session, texts: Sequence[str], role: Role) -> list[Given]:
    """Return the identifiers that *texts* are, each with what the administrator said it is."""
    return [Given(session.registry.kinds.parse(text), role) for text in texts]


def ask(
    session: Session,
    request: RequestFile,
    *,
    only: Collection[str] = (),
) -> Survey:
    """Ask the sources, or *only* some of them, in which case the others count as not searched."""
    sources = _chosen(session.config.sources, only)
    with searching() as listen, Pool() as pool:
        return survey(
            request,
            sources,
            session.organisation,
            session.registry.kinds,
            thorough=request.thorough,
            pool=pool,
            listen=listen,
        )


def _chosen(sources: Sequence[Source], only: Collection[str]) -> list[Source]:
    known = [source.name for source in sources]
    if not known:
        raise UsageError(
            "the configuration has no source to ask", remedy="add a table [sources.NAME]"
        )
    check_sources(only, known)
    return [
        source
        if not only or source.name in only
        else Source(source.name, source.connector_name, None, _NOT_ASKED)
        for source in sources
    ]


def check_sources(names: Collection[str], known: Collection[str]) -> None:
    """Raise UsageError when one of *names* is no source of the configuration."""
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source {name}", remedy="there are " + ", ".join(known))

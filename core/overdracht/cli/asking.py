"""From what was typed to a request, and from a request to what the sources say: `find` and `export` both begin so."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from overdracht.cli.progress import searching
from overdracht.cli.session import Session
from overdracht.config import Source
from overdracht.coverage import NOT_ASKED, Coverage, Reach
from overdracht.errors import IdentifierError, UsageError
from overdracht.identifiers import Identifier
from overdracht.items import Gap
from overdracht.state import Given, RequestFile, Role, Store
from overdracht.survey import Pool, Survey, survey

REFERENCE = re.compile(r"[0-9]{4}-[0-9]{4,}")


def request_for(session: Session, store: Store, persons: Sequence[str]) -> RequestFile:
    """Return the request that *persons* names by its reference or its identifiers; a new one when there is none yet."""
    references = [one for one in persons if REFERENCE.fullmatch(one)]
    if references and len(persons) > 1:
        raise UsageError(
            "a reference stands alone", remedy="--add ID adds an identifier to a request"
        )
    if references:
        return _of_a_person(store.request(references[0]))
    identifiers = subjects(session, persons)
    request = store.request_about(identifiers)
    if request is None:
        request = store.new_request([Given(one) for one in identifiers], session.now())
        store.audit.append("request opened", request.reference, {}, session.now())
    return request


def _of_a_person(request: RequestFile) -> RequestFile:
    """Return *request*; refuse one that a retention round made for what it takes."""
    if not request.given():
        raise UsageError(
            f"request {request.reference} is a retention round, which is about nobody in particular",
            remedy="overdracht retention looks again at what has outlived its term, overdracht status says how far it is",
        )
    return request


def subjects(session: Session, texts: Sequence[str], where: str = "") -> tuple[Identifier, ...]:
    """Return the identifiers that *texts*, typed *where*, are; refuse the organisation's own, which would find everybody."""
    parsed = tuple(typed(session, texts, where))
    for number, identifier in enumerate(parsed, 1):
        if session.organisation.owns(identifier):
            raise UsageError(
                f"{where or 'identifier'} {number} (a kind of {identifier.kind}) is the organisation's own: it would find everybody",
                remedy="name the person's; `own` in the configuration lists the organisation's",
            )
    return tuple(dict.fromkeys(parsed))


def told(session: Session, texts: Sequence[str], role: Role, where: str) -> list[Given]:
    """Return the identifiers that *texts*, typed *where*, are, each with what the administrator said it is."""
    return [Given(one, role) for one in typed(session, texts, where)]


def typed(session: Session, texts: Sequence[str], where: str = "") -> Iterator[Identifier]:
    """Yield the identifier that each of *texts* is; say which of several is none, and *where* it was typed."""
    for number, text in enumerate(texts, 1):
        try:
            yield session.registry.kinds.typed(text)
        except IdentifierError as error:
            if len(texts) == 1 and not where:
                raise
            place = (where or "identifier") + (f" {number}" if len(texts) > 1 else "")
            raise IdentifierError(f"{place}: {error.message}", remedy=error.remedy) from error


def ask(session: Session, request: RequestFile, *, only: Collection[str] = ()) -> Survey:
    """Ask the sources, or *only* some of them, in which case the others count as not searched."""
    sources = session.config.sources
    if not sources:
        raise UsageError(
            "the configuration has no source to ask", remedy="add a table [sources.NAME]"
        )
    check_sources(only, [source.name for source in sources])
    with searching() as listen, Pool(session.config.engine.executor) as pool:
        found = survey(
            request,
            [source for source in sources if not only or source.name in only],
            session.organisation,
            session.registry.kinds,
            thorough=request.thorough,
            pool=pool,
            listen=listen,
        )
    return _with_skipped(request, found, sources) if only else found


def _with_skipped(request: RequestFile, found: Survey, sources: Sequence[Source]) -> Survey:
    asked = {one.source: one for one in found.coverage}
    coverage = tuple(
        asked.get(source.name)
        or Coverage(
            source.name,
            source.connector_name,
            Reach.SKIPPED,
            items=request.count(source.name),
            gaps=(Gap("", NOT_ASKED),),
        )
        for source in sources
    )
    request.cover(coverage)
    return replace(found, coverage=coverage)


def check_sources(names: Collection[str], known: Collection[str]) -> None:
    """Raise UsageError when one of *names* is no source of the configuration."""
    for name in names:
        if name not in known:
            raise UsageError(f"there is no source {name}", remedy="there are " + ", ".join(known))

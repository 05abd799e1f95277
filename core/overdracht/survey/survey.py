"""Find one person in every source, and again by what was found, until nothing new appears."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from overdracht.connector import Connector, Question, Settings
from overdracht.coverage import Coverage, Reach
from overdracht.identifiers import Identifier, Kinds, belongs
from overdracht.items import Finding, Gap
from overdracht.state import RequestFile
from overdracht.state.recorder import Recorder
from overdracht.subject import Subject
from overdracht.survey.engine import Listener, search
from overdracht.survey.identity import Identity, Judge, resolve
from overdracht.survey.pool import Pool

MOST_ROUNDS = 10
"""Each round follows one more link between records; a real customer needs two or three."""


class Source(Protocol):
    """A configured source; *connector* is None when there is a *problem* with it."""

    @property
    def name(self) -> str:
        """The name the administrator gave it."""

    @property
    def connector_name(self) -> str:
        """The connector it asks for."""

    @property
    def connector(self) -> Connector[Settings] | None:
        """The connector, built."""

    @property
    def problem(self) -> str:
        """Why there is none."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Which identifiers point at the organisation itself, and which at several people."""

    own: frozenset[Identifier] = frozenset()
    shared: frozenset[Identifier] = frozenset()

    def owns(self, identifier: Identifier) -> bool:
        """Say whether *identifier* is the organisation's own: named as such, or an address at a domain that is."""
        return belongs(identifier, self.own)


@dataclass(frozen=True, slots=True)
class Survey:
    """The end of a run: who the subject turned out to be, and how much was searched."""

    identity: Identity
    coverage: tuple[Coverage, ...]
    rounds: int

    @property
    def complete(self) -> bool:
        """Say whether every source was searched whole."""
        return all(one.complete for one in self.coverage)


def identity_of(request: RequestFile, organisation: Organisation, kinds: Kinds) -> Identity:
    """Return who the subject of *request* is, by what is known now."""
    clues = request.clues()
    given = request.given()
    every = {one.identifier for one in given} | {one.target for one in clues}
    shared = request.with_several_holders(every) | organisation.shared
    return resolve(given, clues, Judge(kinds.strong, organisation.owns, shared))


def survey(
    request: RequestFile,
    sources: Sequence[Source],
    organisation: Organisation,
    kinds: Kinds,
    *,
    thorough: bool = False,
    pool: Pool,
    listen: Listener = lambda _: None,
) -> Survey:
    """Search every source for the request's subject; the items go to the state file as they are found."""
    connectors = [source.connector for source in sources if source.connector is not None]
    coverage: dict[str, Coverage] = {
        source.name: Coverage(
            source.name, source.connector_name, Reach.MISSING, gaps=(Gap("", source.problem),)
        )
        for source in sources
        if source.connector is None
    }
    rounds = 0
    identity = identity_of(request, organisation, kinds)
    asked: tuple[Identifier, ...] = ()
    while rounds < MOST_ROUNDS and identity.sought != asked:
        asked = identity.sought
        rounds += 1
        subject = Subject(request.reference, asked, identity.excluded)
        coverage |= _round(
            request, connectors, subject, _Asking(thorough, organisation.own, pool, listen)
        )
        identity = identity_of(request, organisation, kinds)
    if identity.sought != asked:
        coverage |= _unending(coverage.values())
    statement = tuple(coverage[source.name] for source in sources)
    request.cover(statement)
    return Survey(identity, statement, rounds)


@dataclass(frozen=True, slots=True)
class _Asking:
    thorough: bool
    own: frozenset[Identifier]
    pool: Pool
    listen: Listener


def _round(
    request: RequestFile,
    connectors: Iterable[Connector[Settings]],
    subject: Subject,
    asking: _Asking,
) -> dict[str, Coverage]:
    questions: dict[Connector[Settings], Question] = {}
    recorders: dict[str, Recorder] = {}
    for connector in connectors:
        # A changed setting (other folders, another server) is another question: its cursors are worth nothing.
        settings = connector.settings.model_dump_json()
        tag = request.question(
            (*subject.identifiers, *subject.excluded),
            thorough=asking.thorough,
            settings=f"{connector.name} {settings} {sorted(map(str, asking.own))}",
        )
        cursors = request.cursors(connector.source, tag)
        questions[connector] = Question(subject, asking.thorough, cursors, asking.own, asking.pool)
        recorders[connector.source] = request.recorder(connector.source, tag)

    def record(source: str, findings: Sequence[Finding]) -> None:
        recorders[source].record(findings)

    coverage: dict[str, Coverage] = {}
    for tally in search(questions, record, asking.listen):
        if tally.whole:
            recorders[tally.source].close()
        coverage[tally.source] = tally.coverage(request.count(tally.source))
    return coverage


def _unending(coverage: Iterable[Coverage]) -> Mapping[str, Coverage]:
    gap = Gap(
        "",
        f"further identifiers kept appearing after {MOST_ROUNDS} rounds: check which one is shared",
    )
    return {
        one.source: Coverage(
            one.source,
            one.connector,
            Reach.PARTIAL,
            one.parts,
            one.looked_at,
            one.items,
            one.seconds,
            (*one.gaps, gap),
            one.notes,
        )
        for one in coverage
        if one.complete
    }

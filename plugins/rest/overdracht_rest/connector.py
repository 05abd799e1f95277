"""The connector to any REST API that the configuration describes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Check,
    Connector,
    Finding,
    Gap,
    Item,
    Line,
    Objection,
    Origin,
    Outcome,
    Piece,
    Processing,
    Question,
    Residue,
    Ruling,
    SafeNames,
    Searched,
    Settings,
    Sighting,
    SourceError,
    Step,
    Text,
    Unreachable,
    local_day,
)
from overdracht_rest.settings import Resource, RestSettings

if TYPE_CHECKING:
    from overdracht_rest.api import Api, Record

BY_SERVER = Text(
    "de server zocht zelf: die kan missen wat anders geschreven is, en vrije tekst is niet doorzocht",
    "the server searched, which may miss what is written otherwise, and free text was not searched; --thorough reads every record",
)
FIELDS_ONLY = Text("vrije tekst is niet doorzocht", "free text was not searched; --thorough does")
GONE = "the record is not there any more"
CHANGED = "the record changed since it was found"


class RestConnector(Connector[RestSettings]):
    """Records behind a REST API; reading sends GET and nothing else."""

    name: ClassVar[str] = "rest"
    summary: ClassVar[str] = (
        "Any system with a plain REST API (JSON), described in the configuration."
    )
    settings_type: ClassVar[type[Settings]] = RestSettings
    categories: ClassVar[frozenset[Category]] = frozenset(Category)

    def check(self) -> Iterator[Check]:
        """Ask for the first page of each resource."""
        with self._api() as api:
            for name, resource in self.settings.resources.items():
                try:
                    first = next(api.pages(resource), [])
                except Unreachable as error:
                    yield Check("reachable", ok=False, detail=str(error))
                    return
                except SourceError as error:
                    yield Check(name, ok=False, detail=str(error))
                else:
                    yield self._check_records(name, resource, first)

    def _check_records(self, name: str, resource: Resource, records: "list[Record]") -> Check:
        from overdracht_rest.records import identity, values

        if not all(identity(one, resource) for one in records):
            return Check(name, ok=False, detail=f"a record has no field {resource.id}: check `id`")
        named = [path for kind in resource.fields for path in resource.paths(kind)]
        silent = [
            path for path in named if not any(True for one in records for _ in values(one, path))
        ]
        if records and len(silent) == len(named):
            return Check(
                name, ok=False, detail=f"no record has the field {silent[0]}: check `fields`"
            )
        return Check(name, ok=True, detail=f"{len(records)} records in the first answer")

    def describe(self) -> Iterable[Processing]:
        """Say it of each category, by what the configuration says."""
        purposes: dict[Category, str] = {}
        for one in self.settings.resources.values():
            purposes.setdefault(one.category, one.purpose)
        for category in sorted(self.categories):
            said = purposes.get(category, "")
            yield Processing(
                category,
                Text(said, said)
                if said
                else Text("Uitvoering van de overeenkomst", "Performance of the contract"),
                Text("art. 6 lid 1 onder b AVG", "Art. 6(1)(b) GDPR"),
                Origin.GIVEN,
            )

    def find(self, question: Question) -> Iterator[Finding]:
        """Go through the resources one by one; each ends in a `Searched` or a `Gap`."""
        with self._api() as api:
            resources = list(self.settings.resources.items())
            for number, (name, resource) in enumerate(resources):
                try:
                    yield from _search(api, name, resource, question)
                except Unreachable as error:
                    yield from (Gap(rest, error.message) for rest, _ in resources[number:])
                    return
                except SourceError as error:
                    yield Gap(name, error.message)

    def export(
        self,
        items: Iterable[Item],
        extras: frozenset[str] = frozenset(),  # noqa: ARG002 - there are none
    ) -> Iterator[Piece]:
        """Write each record as the API gives it, a line in its resource's table."""
        from overdracht_rest.records import fingerprint, identity_in

        names, paths = SafeNames(), dict[str, str]()
        with self._api() as api:
            for item in items:
                resource = self.settings.resources.get(item.part)
                if resource is None:
                    yield Gap(
                        item.part, "the resource is not in the configuration any more", item.key
                    )
                    continue
                try:
                    one = api.one(resource, identity_in(item.key))
                except SourceError as error:
                    yield Gap(item.part, error.message, item.key)
                    continue
                if one is None or fingerprint(one.record) != item.fingerprint:
                    yield Gap(item.part, CHANGED if one else GONE, item.key)
                    continue
                if item.part not in paths:
                    paths[item.part] = names(f"{item.part}.jsonl")
                yield Line(paths[item.part], one.record, (item.key,))

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Delete or blank what the configuration says how to."""
        from overdracht_rest.forgetting import proposed

        return proposed(item, ruling, self.settings.resources.get(item.part))

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Look at each record, and whether it may be changed where the API tells."""
        from overdracht_rest.forgetting import Forgetting

        with self._api() as api:
            yield from Forgetting(api, self.settings).objections(steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out the steps one by one."""
        from overdracht_rest.forgetting import Forgetting

        with self._api() as api:
            yield from Forgetting(api, self.settings).outcomes(steps)

    def residue(self) -> Iterable[Residue]:
        """Say that only who runs the system knows."""
        yield Residue(
            Text(
                "wat het systeem achter de API zelf bewaart",
                "what the system behind the API keeps itself",
            ),
            Text("zijn database, logs en reservekopieën", "its database, logs and backups"),
            Text("volgens wie het systeem beheert", "as whoever runs the system says"),
            Text("vraag het de beheerder", "ask whoever runs it"),
        )

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Tell whom the records are about."""
        from overdracht import WEAK
        from overdracht_rest import records

        for name, resource, record in self._all():
            if isinstance(record, Gap):
                yield record
                continue
            key = records.key(name, records.identity(record, resource))
            moment, alone = records.when(record, resource), resource.category is Category.CONTACT
            for one in dict.fromkeys(one for one, _ in records.identifiers(record, resource)):
                if one.kind not in WEAK:
                    yield Sighting(
                        one, key, name, moment, is_contact=resource.contact, of_one=alone
                    )

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Tell which records are from before the day of their category."""
        from overdracht import WEAK
        from overdracht_rest import records

        for name, resource, record in self._all(frozenset(before)):
            if isinstance(record, Gap):
                yield record
                continue
            moment = records.when(record, resource)
            if moment is not None and local_day(moment) < before[resource.category]:
                parties = dict.fromkeys(
                    one for one, _ in records.identifiers(record, resource) if one.kind not in WEAK
                )
                yield Aged(records.item(name, resource, record, ()), tuple(parties))

    def _api(self) -> "Api":
        from overdracht_rest.api import Api

        return Api(self.settings)

    def _all(
        self, categories: frozenset[Category] = frozenset(Category)
    ) -> "Iterator[tuple[str, Resource, Record | Gap]]":
        from overdracht_rest.records import identity

        with self._api() as api:
            for name, resource in self.settings.resources.items():
                if resource.category not in categories:
                    continue
                nameless = 0
                try:
                    for record in (one for page in api.pages(resource) for one in page):
                        if identity(record, resource):
                            yield name, resource, record
                        else:
                            nameless += 1
                except Unreachable:
                    raise
                except SourceError as error:
                    yield name, resource, Gap(name, error.message)
                if nameless:
                    yield name, resource, _nameless(name, resource, nameless)


def _search(api: "Api", name: str, resource: Resource, question: Question) -> Iterator[Finding]:
    from overdracht import Mentions
    from overdracht_rest import records

    wanted = question.subject.identifiers
    mentions = Mentions(wanted) if question.thorough and resource.text else None
    asked = _queries(resource, question)
    seen: set[str] = set()
    looked_at = nameless = 0
    for query in asked or ("",):
        for page in api.pages(resource, query):
            for record in page:
                identity = records.identity(record, resource)
                looked_at += 1
                if asked and identity in seen:
                    continue
                found = tuple(records.matches(record, resource, wanted, mentions))
                if found and identity:
                    if asked:
                        seen.add(identity)
                    yield records.item(name, resource, record, found)
                elif found:
                    nameless += 1
    if nameless:
        yield _nameless(name, resource, nameless)
        return
    if question.thorough:
        note = None
    else:
        note = BY_SERVER if asked else FIELDS_ONLY if resource.text else None
    yield Searched(name, looked_at, note=note)


def _nameless(name: str, resource: Resource, count: int) -> Gap:
    """Return the gap for records of which nothing says at which address each is."""
    return Gap(name, f"{count} records have no `{resource.id}` by which each can be asked for")


def _queries(resource: Resource, question: Question) -> tuple[str, ...]:
    """Return the queries that narrow the list; none when it has to be read whole."""
    from urllib.parse import quote

    if question.thorough or not resource.search:
        return ()
    searched = [one for one in question.subject.identifiers if one.kind in resource.fields]
    if any(one.kind not in resource.search for one in searched):
        return ()  # one of them can only be found by reading all
    return tuple(
        resource.search[one.kind].replace("{value}", quote(one.value, safe="")) for one in searched
    )

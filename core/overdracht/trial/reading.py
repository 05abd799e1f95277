"""The reading half, as far as it can be told from outside: find, export and describe, and compare what was said."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from overdracht.connector import Connector
from overdracht.identifiers import Kinds
from overdracht.items import Certainty, Extent, Gap, Item, Searched
from overdracht.names import SafeNames
from overdracht.subject import Subject
from overdracht.testing.watching import Export, Found, export, find, view
from overdracht.trial.promises import Promise, require, tried

LONGEST_TITLE = 500
MOST_EXPORTED = 200
"""Items whose export is read; a test source is small, and a large one need not be read twice."""
NONSENSE = ("x", "0", "{}", "\x00" * 9, "9" * 5000)


@dataclass(frozen=True)
class Trial:
    """A source on trial: *make* builds its connector anew; it holds something of *person* and nothing of *stranger*."""

    make: Callable[[], Connector[Any]]
    person: Subject
    stranger: Subject
    kinds: Kinds

    @cached_property
    def plain(self) -> Found:
        """A plain find."""
        return find(self.make(), self.person)

    @cached_property
    def thorough(self) -> Found:
        """A thorough one."""
        return find(self.make(), self.person, thorough=True)

    @cached_property
    def items(self) -> list[Item]:
        """What is surely the person's, not more than is worth reading."""
        return self.plain.of(Certainty.EXACT)[:MOST_EXPORTED]

    @cached_property
    def exported(self) -> Export:
        """The export of that."""
        return export(self.make(), self.items)


def read(trial: Trial) -> Iterator[Promise]:
    """Try each promise in turn."""
    for number, check in CHECKS.items():
        yield tried(number, lambda check=check: check(trial))  # type: ignore[misc]  # mypy cannot infer a default's type


def _names_itself(trial: Trial) -> None:
    kind = type(trial.make())
    require(re.fullmatch(r"[a-z][a-z0-9_-]*", kind.name), "the name is not one")
    require(kind.summary.strip() and "\n" not in kind.summary, "the summary is not one line")
    require(kind.categories, "no categories")


def _settings(trial: Trial) -> None:
    settings = type(trial.make()).settings_type
    require(settings.model_config.get("extra") == "forbid", "unknown settings are taken")
    for name, field in settings.model_fields.items():
        require(field.description, f"setting {name} has no description")
        if re.search("password|passphrase|secret|token", name):
            plain = str in {field.annotation, *get_args(field.annotation)}
            require(not plain, f"setting {name} takes plain text: make it a SecretRef")


def _describes(trial: Trial) -> None:
    connector = trial.make()
    told = list(connector.describe())
    require(
        {one.category for one in told} == connector.categories, "other categories are described"
    )
    for one in told:
        for text in (one.purpose, one.basis, *one.recipients):
            require(text.nl.strip() and text.en.strip(), f"{one.category}: a text is missing")


def _checks(trial: Trial) -> None:
    checks = list(trial.make().check())
    require(checks, "nothing was checked")
    bad = [one.name for one in checks if not one.ok]
    require(not bad, f"not well: {', '.join(bad)}")


def _another_thread(trial: Trial) -> None:
    connector = trial.make()
    next(connector.find(_question(trial)), None)
    with ThreadPoolExecutor(1) as another:
        found: Found = another.submit(find, connector, trial.person).result()
    require(
        {one.key for one in found.items} == {one.key for one in trial.plain.items},
        "stopped half way and asked again, it finds something else",
    )


def _question(trial: Trial) -> Any:
    from overdracht.connector import Question

    return Question(trial.person)


def _person_is_found(trial: Trial) -> None:
    require(
        trial.plain.of(Certainty.EXACT), "nothing of the person is exact: is the test data there?"
    )


def _stranger(trial: Trial) -> None:
    found = find(trial.make(), trial.stranger, thorough=True)
    require(not found.items, f"{len(found.items)} items of somebody who is not there")
    require(set(found.searched) == set(trial.thorough.searched), "other parts were searched")


def _only_what_was_asked(trial: Trial) -> None:
    for item in trial.thorough.items:
        require(item.matches, "an item without a match")
        for match in item.matches:
            require(match.where, "a match that names no field")
            require(
                match.identifier in trial.person.identifiers, "a match with something not asked"
            )
            strong = trial.kinds.strong(match.identifier.kind)
            require(
                strong or match.certainty is Certainty.POSSIBLE,
                f"a {match.identifier.kind} made one {match.certainty}",
            )


def _well_made(trial: Trial) -> None:
    categories = trial.make().categories
    twice = [
        key for key, count in Counter(one.key for one in trial.thorough.items).items() if count > 1
    ]
    require(not twice, f"{len(twice)} keys came twice")
    for item in trial.thorough.items:
        require(item.key and item.fingerprint, "an item without a key or a fingerprint")
        require(item.category in categories, f"an item of category {item.category}")
        require(item.when is None or item.when.utcoffset() is not None, "a time without a zone")


def _titles(trial: Trial) -> None:
    for item in trial.thorough.items:
        kinds = {unicodedata.category(character) for character in item.title}
        harmful = kinds & {"Cc", "Cs", "Zl", "Zp"}
        require(
            not harmful and len(item.title) <= LONGEST_TITLE, "a title is not one harmless line"
        )


def _accounted(trial: Trial) -> None:
    ended: list[str] = []
    for finding in trial.thorough.findings:
        if isinstance(finding, Item):
            require(finding.part not in ended, "an item after the end of its part")
        elif isinstance(finding, Searched) or (isinstance(finding, Gap) and not finding.key):
            require(finding.part not in ended, "a part ended twice")
            ended.append(finding.part)
    require({one.part for one in trial.thorough.items} <= set(ended), "a part never ended")
    require(ended, "no part was accounted for")


def _twice_equal(trial: Trial) -> None:
    require(
        view(find(trial.make(), trial.person)) == view(trial.plain),
        "a second find gave something else",
    )


def _cursors(trial: Trial) -> None:
    again = find(trial.make(), trial.person, cursors=trial.plain.cursors)
    require(
        view(again, view(trial.plain)) == view(trial.plain),
        "with its cursors it finds something else",
    )


def _nonsense_cursors(trial: Trial) -> None:
    whole = {one.extent for one in trial.plain.searched.values()}
    require(whole <= {Extent.WHOLE}, "without a cursor a part was not searched whole")
    for nonsense in NONSENSE:
        found = find(
            trial.make(), trial.person, cursors=dict.fromkeys(trial.plain.searched, nonsense)
        )
        require(view(found) == view(trial.plain), "a cursor that is nonsense was believed")


def _says_what_it_leaves_out(trial: Trial) -> None:
    keys = {one.key for one in trial.plain.items}
    require(keys <= {one.key for one in trial.thorough.items}, "a thorough find gives less")
    for more in trial.thorough.items:
        if more.key not in keys:
            require(
                trial.plain.searched[more.part].note, "a plain find leaves out and does not say so"
            )


def _exported_whole(trial: Trial) -> None:
    require(not trial.exported.gaps, f"{len(trial.exported.gaps)} items could not be exported")
    require(
        trial.exported.keys == {one.key for one in trial.items}, "items are missing from the export"
    )
    require(all(one.content for one in trial.exported.pieces), "a file without content")


def _only_that_leaves(trial: Trial) -> None:
    for item in trial.items[:5]:
        require(
            export(trial.make(), [item]).keys == {item.key}, "the export of one item holds another"
        )
    require(not export(trial.make(), []).keys, "an export of nothing holds something")


def _safe_paths(trial: Trial) -> None:
    for piece in trial.exported.pieces:
        safe = all(SafeNames()(name) == name for name in piece.path.split("/"))
        require(safe, "a path is not made of safe names")


def _no_two_meet(trial: Trial) -> None:
    files = [_folded(one.path) for one in trial.exported.pieces if not one.line]
    tables = {one.path for one in trial.exported.pieces if one.line}
    folded = {_folded(one) for one in tables}
    require(len(files) == len(set(files)), "two files have one path")
    require(folded.isdisjoint(files), "a table has the path of a file")
    require(len(folded) == len(tables), "two tables have one path")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", path).casefold()


def _extras(trial: Trial) -> None:
    plain = {one.path for one in trial.exported.pieces}
    for extra in trial.make().extras:
        richer = {one.path for one in export(trial.make(), trial.items, frozenset({extra})).pieces}
        require(plain < richer or not trial.items, f"the form {extra} adds nothing")


def _reveals_the_same(trial: Trial) -> None:
    known = _revealed(trial.plain)
    further = {one for revealed in known.values() for one in revealed}
    more = Subject(
        trial.person.reference,
        (*trial.person.identifiers, *sorted(further.difference(trial.person.identifiers))),
    )
    again = _revealed(find(trial.make(), more))
    require(
        {key: again.get(key) for key in known} == known, "once known it is not revealed any more"
    )


def _revealed(found: Found) -> dict[str, frozenset[Any]]:
    return {
        item.key: frozenset(
            one.identifier for one in item.reveals if one.certainty is Certainty.EXACT
        )
        for item in found.items
    }


CHECKS: Mapping[str, Callable[[Trial], None]] = {
    "R1": _names_itself,
    "R2": _settings,
    "R3": _describes,
    "R4": _checks,
    "R8": _another_thread,
    "R9": _person_is_found,
    "R11": _stranger,
    "R14": _only_what_was_asked,
    "R16": _well_made,
    "R17": _titles,
    "R18": _accounted,
    "R19": _twice_equal,
    "R20": _cursors,
    "R21": _nonsense_cursors,
    "R22": _says_what_it_leaves_out,
    "R23": _exported_whole,
    "R24": _only_that_leaves,
    "R26": _safe_paths,
    "R27": _no_two_meet,
    "R28": _extras,
    "R36": _reveals_the_same,
}
"""Number → what is tried of it here, where the source cannot be filled or broken."""

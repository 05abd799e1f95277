"""Connectors that break one promise each, and nothing else."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from pydantic import ConfigDict, Field

from overdracht import (
    Category,
    Certainty,
    Check,
    Extent,
    File,
    Finding,
    Gap,
    Identifier,
    Item,
    Line,
    Match,
    Piece,
    Processing,
    Question,
    Searched,
    Text,
    Unreachable,
)
from overdracht.testing.memory import MemoryConnector, MemorySettings
from tests.testing.breaking import Breakers

Findings = Iterator[Finding]
Pieces = Iterator[Piece]

BREAKERS = Breakers()
breaks = BREAKERS.breaks


class Twisted(MemoryConnector):
    """The reference, with what it says passed through `twist` or `bend` first."""

    def twist(self, findings: Findings, question: Question) -> Findings:
        return findings

    def bend(self, pieces: Pieces) -> Pieces:
        return pieces

    def find(self, question: Question) -> Findings:
        return self.twist(super().find(question), question)

    def export(self, items: Iterable[Item], extras: frozenset[str] = frozenset()) -> Pieces:
        return self.bend(super().export(items, extras))


@breaks("r01")
class SummaryOfTwoLines(MemoryConnector):
    summary = "records\nin memory"


class _Undescribed(MemorySettings):
    folder: str = "inbox"


class _Plain(MemorySettings):
    password: str | None = Field(default=None, description="the password")


class _Anything(MemorySettings):
    model_config = ConfigDict(extra="allow")


@breaks("r02")
class SettingWithoutDescription(MemoryConnector):
    settings_type = _Undescribed


@breaks("r02")
class PasswordAsText(MemoryConnector):
    settings_type = _Plain


@breaks("r02")
class TakesUnknownSettings(MemoryConnector):
    settings_type = _Anything


@breaks("r03")
class DescribesByConnecting(MemoryConnector):
    def describe(self) -> Iterable[Processing]:
        self.settings.system.reach()
        return super().describe()


@breaks("r03")
class ForgetsACategory(MemoryConnector):
    def describe(self) -> Iterable[Processing]:
        return [one for one in super().describe() if one.category is not Category.INVOICE]


@breaks("r04")
class AlwaysWell(MemoryConnector):
    def check(self) -> Iterator[Check]:
        yield Check("reachable", ok=True)


@breaks("r05")
class ChecksByWriting(MemoryConnector):
    def check(self) -> Iterator[Check]:
        yield from super().check()
        part = next(iter(self.settings.system.changes))
        self.settings.system.changes[part] += 1


@breaks("r07")
class ExportsByWriting(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        yield from pieces
        self.settings.system.changes["exported"] = 1


@breaks("r06")
class FindsByWriting(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        yield from findings
        if question.thorough:
            self.settings.system.changes["looked at"] = 1


@breaks("r08")
class CannotBeStopped(Twisted):
    """What it holds open stays open when nobody asks on."""

    busy = False

    def twist(self, findings: Findings, question: Question) -> Findings:
        if self.busy:
            raise Unreachable("still busy with the last find")
        self.busy = True
        yield from findings
        self.busy = False


@breaks("r09")
class OverlooksWhatHasNoTitle(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        return (one for one in findings if not (isinstance(one, Item) and one.title == ""))


@breaks("r10")
class TakesPartOfAnAddressForTheAddress(Twisted):
    """`sanne@x.nl` finds `psanne@x.nl`: what IMAP's SEARCH does."""

    def twist(self, findings: Findings, question: Question) -> Findings:
        sought, found = question.subject.identifiers[0], set[str]()
        for one in findings:
            if isinstance(one, Item):
                found.add(one.key)
            if isinstance(one, Searched) and one.extent is Extent.WHOLE:
                yield from self._grabbed(one.part, sought, found)
            yield one

    def _grabbed(self, part: str, sought: Identifier, found: set[str]) -> Findings:
        match = Match(sought, Certainty.EXACT, "email")
        for key, record in self.settings.system.parts[part].items():
            if key not in found and any(sought.value in one.value for one in record.fields):
                yield Item(key, part, record.category, (match,), record.fingerprint(), key)


@breaks("r11")
class SkipsWhatSeemsEmpty(Twisted):
    """Says nothing of a part that has nothing."""

    def twist(self, findings: Findings, question: Question) -> Findings:
        held = False
        for one in findings:
            held = held or isinstance(one, Item) or bool(question.cursors)
            if held or not isinstance(one, Searched):
                yield one


class _Recertain(Twisted):
    """Says of some matches that they are surer than they are."""

    def surer(self, match: Match) -> Match:
        raise NotImplementedError

    def twist(self, findings: Findings, question: Question) -> Findings:
        for one in findings:
            if isinstance(one, Item):
                yield replace(one, matches=tuple(self.surer(match) for match in one.matches))
            else:
                yield one


@breaks("r12 r14")
class TakesANameForProof(_Recertain):
    def surer(self, match: Match) -> Match:
        return (
            replace(match, certainty=Certainty.EXACT) if match.identifier.kind == "name" else match
        )


@breaks("r10 r13")
class TakesAMentionForProof(_Recertain):
    def surer(self, match: Match) -> Match:
        return (
            replace(match, certainty=Certainty.EXACT)
            if match.certainty is Certainty.MENTION
            else match
        )


@breaks("r13")
class DoesNotReadText(Twisted):
    def find(self, question: Question) -> Findings:
        return super().find(replace(question, thorough=False))


@breaks("r14")
class MatchesWithoutAField(_Recertain):
    def surer(self, match: Match) -> Match:
        return replace(match, where="")


class _Remade(Twisted):
    """Makes its items in a way of its own."""

    def remade(self, item: Item) -> Item:
        raise NotImplementedError

    def twist(self, findings: Findings, question: Question) -> Findings:
        return (self.remade(one) if isinstance(one, Item) else one for one in findings)


@breaks("r15")
class KnowsNoHolder(_Remade):
    def remade(self, item: Item) -> Item:
        return replace(item, holder=None)


@breaks("r16")
class TimesWithoutZone(_Remade):
    def remade(self, item: Item) -> Item:
        return replace(item, when=item.when and item.when.replace(tzinfo=None))


@breaks("r16")
class FindsEverythingTwice(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        return chain.from_iterable(
            (one, one) if isinstance(one, Item) else (one,) for one in findings
        )


@breaks("r17")
class PassesTitlesOn(_Remade):
    def remade(self, item: Item) -> Item:
        return replace(item, title=self.settings.system.parts[item.part][item.key].title)


@breaks("r18")
class EndsBeforeItsItems(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        ended: set[str] = set()
        for one in findings:
            if isinstance(one, Item) and one.part not in ended:
                ended.add(one.part)
                yield Searched(one.part, 1, note=Text("te vroeg", "too soon"))
            if not (isinstance(one, Searched) and one.part in ended):
                yield one


@breaks("r19 r20 r21")
class CountsItsFinds(_Remade):
    """Its fingerprint is a counter."""

    finds = 0

    def remade(self, item: Item) -> Item:
        type(self).finds += 1
        return replace(item, fingerprint=f"{item.fingerprint}{self.finds}")

    def export(self, items: Iterable[Item], extras: frozenset[str] = frozenset()) -> Pieces:
        return super().export(
            (replace(one, fingerprint=one.fingerprint[:16]) for one in items), extras
        )


@breaks("r20")
class TrustsAnyCursorOfItsOwn(Twisted):
    """Takes a part that it has seen before for unchanged."""

    def twist(self, findings: Findings, question: Question) -> Findings:
        for one in findings:
            mine = question.cursors.get(getattr(one, "part", ""), "").startswith("changes=")
            if mine and isinstance(one, Item):
                continue
            if mine and isinstance(one, Searched):
                yield replace(one, extent=Extent.UNCHANGED)
            else:
                yield one


@breaks("r21")
class TrustsAnyCursor(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        cursors = question.cursors.values()
        if any(not one.startswith("changes=") for one in cursors):
            for one in findings:
                if isinstance(one, Searched):
                    yield replace(one, extent=Extent.UNCHANGED)
        else:
            yield from findings


@breaks("r21")
class StumblesOverACursor(Twisted):
    def find(self, question: Question) -> Findings:
        for cursor in question.cursors.values():
            int(cursor.removeprefix("changes="))
        return super().find(question)


@breaks("r22")
class SaysNotWhatItLeftOut(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        return (replace(one, note=None) if isinstance(one, Searched) else one for one in findings)


@breaks("r09 r13 r15 r23 r24 r25 r31")
class TalliesTooFewKeys(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        for one in pieces:
            yield one if isinstance(one, Gap) else replace(one, keys=())


@breaks("r23")
class WritesEmptyFiles(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        yield from pieces
        yield File("leeg.txt", b"", "text/plain")


@breaks("r24")
class ExportsTheNeighboursToo(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        yield from pieces
        everything = [
            one.text for part in self.settings.system.parts.values() for one in part.values()
        ]
        yield File("alles.txt", "\n".join(everything).encode(), "text/plain")


@breaks("r25")
class PassesOverWhatIsGone(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        return (
            one
            for one in pieces
            if not (isinstance(one, Gap) and "gone" in one.reason and not self._broken)
        )

    @property
    def _broken(self) -> bool:
        return bool(self.settings.system.broken)


class _Renamed(Twisted):
    """Gives its files names of its own."""

    def renamed(self, path: str) -> str:
        raise NotImplementedError

    def bend(self, pieces: Pieces) -> Pieces:
        for one in pieces:
            yield replace(one, path=self.renamed(one.path)) if isinstance(one, File) else one


@breaks("r26")
class ClimbsOut(_Renamed):
    def renamed(self, path: str) -> str:
        return f"../{path}"


@breaks("r26")
class NamesADevice(_Renamed):
    def renamed(self, path: str) -> str:
        return f"con/{path}"


@breaks("r27 r28")
class WritesAllToOneFile(_Renamed):
    def renamed(self, path: str) -> str:
        return "bericht.json"


@breaks("r27")
class WritesATableOverAFile(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        for one in pieces:
            yield replace(one, path="Index.JSONL") if isinstance(one, Line) else one
            if isinstance(one, Line):
                yield one


@breaks("r28")
class KnowsNoExtras(Twisted):
    def export(self, items: Iterable[Item], extras: frozenset[str] = frozenset()) -> Pieces:
        return super().export(items)


@breaks("r29")
class StopsAtABrokenPart(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        if self.settings.system.broken:
            yield Gap("", "something cannot be read")
        else:
            yield from findings


@breaks("r29")
class PassesOverABrokenPart(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        return (one for one in findings if not isinstance(one, Gap))


@breaks("r30")
class TakesAwayForEmpty(Twisted):
    def find(self, question: Question) -> Findings:
        if self.settings.system.away:
            return iter([Searched(part, 0) for part in self.settings.system.parts])
        return super().find(question)


@breaks("r31")
class ExportsNothingAfterAFault(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        if not self.settings.system.broken:
            yield from pieces


@breaks("r32")
class ExportsLessWithoutASystem(Twisted):
    def export(self, items: Iterable[Item], extras: frozenset[str] = frozenset()) -> Pieces:
        if not self.settings.system.away:
            yield from super().export(items, extras)


@breaks("r33")
class LogsWhomItLooksFor(Twisted):
    def find(self, question: Question) -> Findings:
        logging.getLogger("overdracht.memory").info(
            "looking for %s", question.subject.identifiers[0]
        )
        return super().find(question)


@breaks("r33")
class TellsWhoIsGone(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        for one in pieces:
            yield (
                replace(one, reason="sanne@vanderberg.example changed")
                if isinstance(one, Gap)
                else one
            )


@breaks("r34")
class HoldsItsItems(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        return iter(list(findings))


@breaks("r35")
class HoldsItsPieces(Twisted):
    def bend(self, pieces: Pieces) -> Pieces:
        return iter(list(pieces))


@breaks("r36")
class RevealsOnlyWhatIsNew(Twisted):
    def twist(self, findings: Findings, question: Question) -> Findings:
        known = question.subject.identifiers
        for one in findings:
            if isinstance(one, Item):
                new = tuple(told for told in one.reveals if told.identifier not in known)
                yield replace(one, reveals=new)
            else:
                yield one


@breaks("r37")
class GivesUpWhenItIsAskedToWait(MemoryConnector):
    def find(self, question: Question) -> Findings:
        if not self.settings.system.admits():
            yield Gap("", "asked too often")
            return
        yield from super().find(question)

"""The certificate: what was erased, what stays and why, as facts without personal data, signed.

It is JSON with sorted keys; the signature lies beside it in minisign's format, so that stock `minisign -V` verifies it.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from overdracht.connector import erasing
from overdracht.coverage import Coverage
from overdracht.erasure.final import final_counts, final_steps, left_to_people, open_steps
from overdracht.erasure.planning import Connectors
from overdracht.erasure.sweep import MISSED
from overdracht.erasure.verifying import Verification
from overdracht.replacing import sync_directory
from overdracht.seal import SigningKey
from overdracht.state import Count, PlanFile, Planned
from overdracht.steps import Residue, Result, Verdict
from overdracht.text import NOTHING, Text

_UNTOLD = Text(
    "Wat er achterblijft, kon dit systeem niet zeggen.",
    "What stays behind, this system could not tell.",
)

FORMAT = "overdracht-certificate/1"


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what ground how many items of a source and category stay, and until when."""

    source: str
    category: str
    until: str | None
    ground: Text
    article: Text
    pseudonymous: bool
    """Values were replaced and the rest kept: that is pseudonymised, not anonymous (GDPR recital 26)."""
    items: int


def facts(
    reference: str,
    organisation: Mapping[str, Any],
    plans: Iterable[PlanFile],
    coverage: Iterable[Coverage],
    verification: Verification | None,
    connectors: Connectors,
    now: datetime,
) -> dict[str, Any]:
    """Return the certificate of what the *plans* of request *reference*, oldest first, came to."""
    plans, coverage = tuple(plans), tuple(coverage)
    missed = Counter(plans[-1].facts.get(MISSED, ()))
    counts = final_counts(plans)
    return {
        "format": FORMAT,
        "reference": reference,
        "organisation": dict(organisation),
        "made": now.isoformat(timespec="seconds"),
        "program": f"overdracht {_version()}",
        "complete": is_complete(counts, coverage, verification) and not missed,
        "plans": [one.digest for one in plans],
        "sources": list(_sources(coverage, counts, missed)),
        "retained": [_grounds(one) for one in _kept(plans)],
        "left_alone": [_grounds(one) for one in _left(plans)],
        "verification": None if verification is None else _verified(verification),
        "residue": [
            {"source": source, **_residue(one)}
            for source in sorted({count.source for count in counts})
            for one in residues(connectors, source)
        ],
    }


def is_complete(
    counts: Iterable[Count], coverage: Iterable[Coverage], verification: Verification | None
) -> bool:
    """Say whether everything was searched, nothing is left to do for anybody, and finding again showed just that."""
    counts = tuple(counts)
    return (
        all(one.complete for one in coverage)
        and not open_steps(counts)
        and not left_to_people(counts)
        and verification is not None
        and verification.clean
    )


def _sources(
    coverage: Iterable[Coverage], counts: Iterable[Count], missed: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    by_source: dict[str, list[Count]] = {}
    for one in counts:
        by_source.setdefault(one.source, []).append(one)
    for covered in coverage:
        yield {
            "source": covered.source,
            "connector": covered.connector,
            "searched": covered.reach,
            "gaps": len(covered.gaps),
            "notes": [_both(note) for note in covered.notes],
            **_results(by_source.pop(covered.source, ())),
        }
    for source in sorted({*by_source, *missed}):
        yield {
            "source": source,
            "connector": "",
            "searched": "",
            "gaps": missed.get(source, 0),
            "notes": [],
            **_results(by_source.get(source, ())),
        }


def _results(counts: Iterable[Count]) -> dict[str, Any]:
    results: Counter[str] = Counter()
    categories: dict[str, Counter[str]] = {}
    review = 0
    for one in counts:
        if one.verdict == Verdict.REVIEW:
            review += one.steps
        else:
            result = one.result or "open"
            results[result] += one.steps
            categories.setdefault(one.category, Counter())[result] += one.steps
    return {
        "results": dict(sorted(results.items())),
        "categories": {
            name: dict(sorted(each.items())) for name, each in sorted(categories.items())
        },
        "left_to_review": review,
    }


_STAYING = frozenset({Result.RETAINED, Result.ANONYMISED, Result.SCHEDULED})


def _kept(plans: Sequence[PlanFile]) -> list[Grounds]:
    staying = final_steps(plans, Verdict.RETAIN, Verdict.ANONYMISE, Verdict.CANCEL)
    return _grouped(
        one for _, one in staying if one.outcome is not None and one.outcome.result in _STAYING
    )


def _left(plans: Sequence[PlanFile]) -> list[Grounds]:
    return _grouped(one for _, one in final_steps(plans, Verdict.REVIEW))


def _grouped(steps: Iterable[Planned]) -> list[Grounds]:
    totals: Counter[tuple[str, str, str | None, Text, Text, bool]] = Counter()
    for one in steps:
        outcome, disposition = one.outcome, one.step.disposition
        until = (outcome.on if outcome else None) or disposition.until
        ground, article = disposition.kept_on
        totals[
            one.source,
            one.step.item.category.value,
            until.isoformat() if until else None,
            ground,
            article,
            outcome is not None and outcome.result is Result.ANONYMISED,
        ] += 1
    return [Grounds(*key, items) for key, items in sorted(totals.items(), key=str)]


def _grounds(one: Grounds) -> dict[str, Any]:
    return {
        "source": one.source,
        "category": one.category,
        "until": one.until,
        "ground": _both(one.ground),
        "article": _both(one.article),
        "pseudonymous": one.pseudonymous,
        "items": one.items,
    }


def _verified(one: Verification) -> dict[str, Any]:
    return {
        "holds": one.holds,
        "searched_whole": one.complete,
        "left": dict(one.left),
        "new": dict(one.new),
        "kept": dict(one.kept),
        "missing": dict(one.missing),
    }


def residues(connectors: Connectors, source: str) -> tuple[Residue, ...]:
    """Return what stays behind physically in *source*; a connector that cannot say so is said to be one."""
    eraser = erasing(connectors.get(source))
    try:
        return () if eraser is None else tuple(eraser.residue())
    except Exception:  # noqa: BLE001 - a plugin may raise anything, and an erasure that was done must be certified
        return (Residue(_UNTOLD, NOTHING, NOTHING),)


def _residue(one: Residue) -> dict[str, Any]:
    return {
        "what": _both(one.what),
        "where": _both(one.where),
        "until": _both(one.until),
        "remedy": _both(one.remedy),
    }


def _both(text: Text) -> dict[str, str]:
    return {"nl": text.nl, "en": text.en}


def _version() -> str:
    try:
        return version("overdracht")
    except PackageNotFoundError:
        return "(not installed)"


def encode(certificate: Mapping[str, Any]) -> bytes:
    """Return *certificate* as the bytes that are signed."""
    return orjson.dumps(certificate, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def write(certificate: Mapping[str, Any], path: Path, signer: SigningKey) -> None:
    """Write *certificate* to *path* and its signature beside it, each whole or not at all."""
    write_signed(encode(certificate), path, signer, comment_of(certificate))


def comment_of(certificate: Mapping[str, Any]) -> str:
    """Return what the signature of *certificate* says: of which request, and when it was made."""
    return f"overdracht certificate {certificate['reference']} {certificate['made']}"


def write_signed(content: bytes, path: Path, signer: SigningKey, comment: str) -> None:
    """Write *content* to *path* and its signature, which says *comment*, beside it, each whole or not at all."""
    for target, data in (
        (path, content),
        (signature_path(path), signer.sign(content, comment).encode()),
    ):
        temporary = target.with_name(f".{target.name}.new")
        temporary.touch(mode=0o600)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    # What it proves is shredded next.
    sync_directory(path.parent)


def signature_path(path: Path) -> Path:
    """Return where the signature of the certificate at *path* lies."""
    return path.with_name(path.name + ".minisig")

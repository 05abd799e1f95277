"""The certificate: what was erased, what stays and why, as facts without personal data, signed.

It is JSON with sorted keys; the signature lies beside it in minisign's format, so that stock `minisign -V` verifies it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from overdracht.connector import erasing
from overdracht.coverage import Coverage
from overdracht.erasure.planning import Connectors
from overdracht.erasure.verifying import Verification
from overdracht.seal import SigningKey
from overdracht.state import PlanFile
from overdracht.steps import Residue, Result, Verdict
from overdracht.text import Text

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
    """Return the certificate of what the *plans* of request *reference* came to."""
    plans = tuple(plans)
    return {
        "format": FORMAT,
        "reference": reference,
        "organisation": dict(organisation),
        "made": now.isoformat(timespec="seconds"),
        "program": f"overdracht {_version()}",
        "plans": [one.digest for one in plans],
        "sources": [_source(one, plans) for one in coverage],
        "retained": [_grounds(one) for one in _kept(plans)],
        "verification": None if verification is None else _verified(verification),
        "residue": [
            {"source": source, **_residue(one)}
            for source in sorted({count.source for plan in plans for count in plan.counts()})
            for one in _residues(connectors, source)
        ],
    }


def _source(coverage: Coverage, plans: Iterable[PlanFile]) -> dict[str, Any]:
    results: dict[str, int] = {}
    review = 0
    for plan in plans:
        for one in plan.counts():
            if one.source != coverage.source:
                continue
            if one.verdict == Verdict.REVIEW:
                review += one.steps
            else:
                result = one.result or "open"
                results[result] = results.get(result, 0) + one.steps
    return {
        "source": coverage.source,
        "connector": coverage.connector,
        "searched": coverage.reach,
        "gaps": len(coverage.gaps),
        "results": dict(sorted(results.items())),
        "left_to_review": review,
    }


def _kept(plans: Iterable[PlanFile]) -> list[Grounds]:
    totals: dict[tuple[str, str, str | None, Text, Text, bool], int] = {}
    for plan in plans:
        for one in plan.steps(Verdict.RETAIN, Verdict.ANONYMISE, Verdict.CANCEL):
            if one.outcome is None or one.outcome.result not in {
                Result.RETAINED,
                Result.ANONYMISED,
                Result.SCHEDULED,
            }:
                continue
            until = one.outcome.on or one.step.disposition.until
            key = (
                one.source,
                one.step.item.category.value,
                until.isoformat() if until else None,
                one.step.disposition.ground,
                one.step.disposition.article,
                one.outcome.result is Result.ANONYMISED,
            )
            totals[key] = totals.get(key, 0) + 1
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


def _residues(connectors: Connectors, source: str) -> Iterable[Residue]:
    eraser = erasing(connectors.get(source))
    return () if eraser is None else eraser.residue()


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
    content = encode(certificate)
    comment = f"overdracht certificate {certificate['reference']} {certificate['made']}"
    for target, data in (
        (path, content),
        (signature_path(path), signer.sign(content, comment).encode()),
    ):
        temporary = target.with_name(f".{target.name}.new")
        temporary.touch(mode=0o600)
        temporary.write_bytes(data)
        temporary.replace(target)


def signature_path(path: Path) -> Path:
    """Return where the signature of the certificate at *path* lies."""
    return path.with_name(path.name + ".minisig")

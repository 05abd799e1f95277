"""Steps and outcomes as bytes, and back.

Not by orjson: a name that comes out of a system may hold a lone surrogate.
"""

import json
from datetime import date
from functools import lru_cache

from overdracht.state.codec import decode_item, encode_item
from overdracht.steps import Disposition, Edit, Outcome, Result, Step, Verdict
from overdracht.text import Text


def pack_step(step: Step) -> bytes:
    """Return *step* as bytes."""
    one = step.disposition
    head = json.dumps(
        [
            one.verdict,
            one.ground.nl,
            one.ground.en,
            one.article.nl,
            one.article.en,
            one.until and one.until.isoformat(),
            step.action,
            step.external,
            [[edit.where, edit.old, edit.new] for edit in step.edits],
        ]
    ).encode()
    return len(head).to_bytes(4, "big") + head + encode_item(step.item)


def unpack_step(raw: bytes) -> Step:
    """Return the step that `pack_step` packed."""
    end = 4 + int.from_bytes(raw[:4], "big")
    disposition, action, external, edits = _head(raw[4:end])
    return Step(decode_item(raw[end:]), disposition, action, external, edits)


@lru_cache(maxsize=64)
def _head(raw: bytes) -> tuple[Disposition, str, str, tuple[Edit, ...]]:
    # The same for nearly all steps of a plan: all but the item.
    head = json.loads(raw)
    # Steps that were scheduled by an older version have no edits.
    verdict, *texts, until, action, external, edits = head if len(head) > 8 else [*head, []]
    disposition = Disposition(
        Verdict(verdict),
        Text(*texts[:2]),
        Text(*texts[2:]),
        date.fromisoformat(until) if until else None,
    )
    return disposition, action, external, tuple(Edit(*edit) for edit in edits)


def pack_outcome(outcome: Outcome) -> bytes | None:
    """Return *outcome* as bytes; None when there is no more to it than its result."""
    if not (outcome.reason or outcome.on or outcome.fingerprint):
        return None
    return json.dumps(
        [
            outcome.key,
            outcome.result,
            outcome.reason,
            outcome.on and outcome.on.isoformat(),
            outcome.fingerprint,
        ]
    ).encode()


def unpack_outcome(raw: bytes) -> Outcome:
    """Return the outcome that `pack_outcome` packed."""
    key, result, reason, on, fingerprint = json.loads(raw)
    return Outcome(
        key,
        Result(result),
        reason,
        date.fromisoformat(on) if on else None,
        fingerprint,
    )

"""Steps and outcomes as bytes, and back."""

from datetime import date

import orjson

from overdracht.state.codec import decode_item, encode_item
from overdracht.steps import Disposition, Outcome, Result, Step, Verdict
from overdracht.text import Text


def pack_step(step: Step) -> bytes:
    """Return *step* as bytes."""
    one = step.disposition
    head = orjson.dumps(
        [
            one.verdict,
            one.ground.nl,
            one.ground.en,
            one.article.nl,
            one.article.en,
            one.until,
            step.action,
            step.external,
        ]
    )
    return len(head).to_bytes(4, "big") + head + encode_item(step.item)


def unpack_step(raw: bytes) -> Step:
    """Return the step that `pack_step` packed."""
    end = 4 + int.from_bytes(raw[:4], "big")
    verdict, *texts, until, action, external = orjson.loads(raw[4:end])
    disposition = Disposition(
        Verdict(verdict),
        Text(*texts[:2]),
        Text(*texts[2:]),
        date.fromisoformat(until) if until else None,
    )
    return Step(decode_item(raw[end:]), disposition, action, external)


def pack_outcome(outcome: Outcome) -> bytes:
    """Return *outcome* as bytes."""
    return orjson.dumps(
        [
            outcome.key.encode(errors="surrogatepass").hex(),
            outcome.result,
            outcome.reason,
            outcome.on,
            outcome.fingerprint,
        ]
    )


def unpack_outcome(raw: bytes) -> Outcome:
    """Return the outcome that `pack_outcome` packed."""
    key, result, reason, on, fingerprint = orjson.loads(raw)
    return Outcome(
        bytes.fromhex(key).decode(errors="surrogatepass"),
        Result(result),
        reason,
        date.fromisoformat(on) if on else None,
        fingerprint,
    )

"""A real SIGKILL at any moment: each file is the old one or the new one, and the next try ends it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from overdracht import Result
from tests.contacts.asking import cards, erased, find, proposed

SANNE = "sanne@vanderberg.example"
SCRIPT = """
import sys
from pathlib import Path
from tests.contacts.asking import cards, erased, find, proposed
connector = cards(Path(sys.argv[1]))
steps = [proposed(connector, one) for one in find(connector, "sanne@vanderberg.example").items]
print("begin", flush=True)
erased(connector, steps)
print("end", flush=True)
"""


def _card(number: int, email: str) -> bytes:
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u{number}\r\nFN:Klant {number}\r\nEMAIL:{email}\r\nEND:VCARD\r\n".encode()


@pytest.mark.parametrize("after", [0.0, 0.005, 0.02, 0.06])
def test_killed_at_any_moment_it_is_whole(tmp_path: Path, after: float) -> None:
    """Of four files with hundreds of her cards among others', each is whole after the kill, no card of others is missing, and all of hers are
    gone after the next try, with nothing left beside the files."""
    others: dict[str, bytes] = {}
    for name in ("a.vcf", "b.vcf", "c.vcf", "d.vcf"):
        theirs = [_card(number, f"k{number}@elders.example") for number in range(500)]
        mine = [_card(1_000 + number, SANNE) for number in range(40)]
        others[name] = b"".join(theirs)
        (tmp_path / name).write_bytes(b"".join([*theirs[:200], *mine, *theirs[200:]]))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begin\n"
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    for name, expected in others.items():
        content = (tmp_path / name).read_bytes()
        assert content.endswith(b"END:VCARD\r\n")
        left = content.split(b"BEGIN:VCARD\r\n")
        kept = b"".join(b"BEGIN:VCARD\r\n" + one for one in left[1:] if SANNE.encode() not in one)
        assert kept == expected
    connector = cards(tmp_path)
    steps = [proposed(connector, one) for one in find(connector, SANNE).items]
    assert {one.result for one in erased(connector, steps)} <= {Result.ERASED}
    for name, expected in others.items():
        assert (tmp_path / name).read_bytes() == expected
    assert find(connector, SANNE).items == []
    if steps:
        assert {one.name for one in tmp_path.iterdir()} <= {
            *others,
            *(f".{name}.overdracht-new" for name in others),
        }

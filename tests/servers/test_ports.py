"""Two test runs beside one another never start servers on the same port."""

import subprocess
import sys

from tests.servers import ports
from tests.servers.ports import free_port


def test_no_port_is_given_twice() -> None:
    """A port that was given is nobody else's while this process lasts, whether or not anything listens on it."""
    mine = {free_port() for _ in range(20)}
    assert len(mine) == 20
    others = (
        "from tests.servers import ports\n"
        f"wanted = {sorted(mine)!r}\n"
        "print([ports._reserve(one) for one in wanted])\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", others], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str([False] * 20)
    assert ports.LAST < 32_768

"""How many requests and how long it takes to find a person among an account's domains with contacts and DNS, beside `python-transip`.

    python benchmarks/transip.py [--domains 500] [--latency 0.05] [--rounds 1]

Both speak to the same sandbox, in the process that measures, which answers each request so much later as TransIP is away. Both are timed as whole
processes, their start included. Ours does all that `find --thorough` does: every collection of the account, the exact decision on every contact and
record. `python-transip` lists the domains, and asks of each its contacts and its DNS, since it cannot have the contacts included.

Why fewer requests are not possible: the API has no search. One request gives all domains with their contacts (`include=contacts`, in pages of
500); DNS is given for one domain at a time; and every other collection that can name a person is one request.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from overdracht_transip.sandbox import Fault, Kind, Sandbox, World, contact, new_key_pair, record
from overdracht_transip.sandbox.samples import domain_record
from overdracht_transip.sandbox.server import SandboxServer

LOGIN = "voorbeeldict"
HERS = "sanne@vanderberg.example"

OURS = """
import sys
from overdracht import Gap, Item, Kinds, Question, Subject
from overdracht_transip.connector import TransipConnector
from overdracht_transip.settings import TransipSettings

url, key, connections, address = sys.argv[1:]
settings = {"login": "voorbeeldict", "private_key": {"file": key}, "url": url, "connections": connections}
connector = TransipConnector("transip", TransipSettings.model_validate(settings))
question = Question(Subject("b", (Kinds().parse(address),)), thorough=True)
found = list(connector.find(question))
assert not [one for one in found if isinstance(one, Gap)]
print(len([one for one in found if isinstance(one, Item)]))
"""

THEIRS = """
import sys
from transip import TransIP

url, key, _, address = sys.argv[1:]
TransIP._build_url = lambda self, path: f"{url}{path}"
client = TransIP(login="voorbeeldict", private_key_file=key)
found = 0
for domain in client.domains.list():
    found += any(one.email == address for one in domain.contacts.list())
    found += sum(address in one.content for one in domain.dns.list())
print(found)
"""


@dataclass
class Way:
    """One way to find, and what it took."""

    name: str
    script: str
    connections: int
    seconds: list[float] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    peak: int = 0
    hits: int = 0
    error: str = ""

    def once(self, world: World, url: str, key: Path) -> None:
        """Run it and take note."""
        before = len(world.requests())
        began = time.perf_counter()
        command = [sys.executable, "-c", self.script, url, str(key), str(self.connections), HERS]
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as wrong:
            process = subprocess.Popen(command, stdout=out, stderr=wrong)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.seconds.append(time.perf_counter() - began)
            self.peak = max(self.peak, usage.ru_maxrss)
            out.seek(0)
            wrong.seek(0)
            self.hits = int(out.read() or 0)
            self.error = (wrong.read().strip().splitlines() or [""])[-1]
        asked = world.requests()[before:]
        self.requests = Counter(_kind(one["path"]) for one in asked if one["login"])

    def show(self) -> None:
        """Print what it took."""
        count = sum(self.requests.values())
        print(
            f"{self.name:34} {statistics.median(self.seconds):7.2f} s  {count:5} requests  "
            f"{self.peak / 1024:5.0f} MiB  {self.hits} found  {self.error}"
        )


def _kind(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[2:3] + ["*"] * (len(parts) > 3) + parts[4:5])


def fill(world: World, domains: int) -> None:
    """Fill the account: a domain of hers, one that names her in its DNS, and those of others."""
    with world.sandbox.state() as state:
        held = state["objects"][LOGIN]["domains"]
        for number in range(domains):
            name = f"klant{number:04}.example"
            mine = {"email": HERS} if number == domains // 2 else {"email": f"info@{name}"}
            people = [
                contact(kind, **mine) for kind in ("registrant", "administrative", "technical")
            ]
            records = [
                *(record(f"host{n}", "A", f"192.0.2.{n}") for n in range(12)),
                record("@", "TXT", "v=spf1 mx -all"),
                record("_dmarc", "TXT", f"v=DMARC1; rua=mailto:{HERS if number == 3 else f'post@{name}'}"),
            ]  # fmt: skip
            held[name] = domain_record(name, {"contacts": people, "dns": records})


def main() -> None:
    """Measure both in turn."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--domains", type=int, default=500)
    options.add_argument("--latency", type=float, default=0.05)
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--connections", type=int, default=4)
    chosen = options.parse_args()
    private, public = new_key_pair()
    with tempfile.TemporaryDirectory() as directory, SandboxServer(Sandbox()) as server:
        key = Path(directory) / "key.pem"
        key.touch(mode=0o600)
        key.write_text(private)
        world = World(server.sandbox)
        world.add_account(LOGIN, public)
        fill(world, chosen.domains)
        world.break_down(Fault(Kind.SLOW, path="/v6/*", times=-1, seconds=chosen.latency))
        ways = (
            Way(f"ours, {chosen.connections} connections", OURS, chosen.connections),
            Way("ours, 1 connection", OURS, 1),
            Way("python-transip", THEIRS, 1),
        )
        world.set(rateLimit=1_000_000)
        for _ in range(chosen.rounds):
            for way in ways:
                way.once(world, server.url, key)
        print(
            f"{chosen.domains} domains, {chosen.latency * 1000:.0f} ms away, {chosen.rounds} rounds, median"
        )
        for way in ways:
            way.show()
        print("requests of ours:", json.dumps(dict(ways[0].requests)))
        world.set(rateLimit=1000)
        for way in (ways[0], ways[2]):
            way.seconds.clear()
            world.set(rateLimit=1000)  # a new window
            way.once(world, server.url, key)
            print("within TransIP's limit of 1000 requests in 15 minutes: ", end="")
            way.show()


if __name__ == "__main__":
    main()

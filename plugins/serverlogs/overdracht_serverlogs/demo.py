"""Write the logs of the demo's world: a web server's, a mail server's and an SSH server's, with their rotations, and who logged in."""

import gzip
import os
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from overdracht import Person, World
from overdracht_serverlogs import utmp

SOURCES = """\
# The provider's own servers: what the web server, the mail server and SSH wrote down, rotated and compressed.
[sources.logs]
connector = "serverlogs"
zone = "Europe/Amsterdam"

[[sources.logs.logs]]
paths = ["logs/nginx/access.log*"]

[[sources.logs.logs]]
paths = ["logs/mail.log*", "logs/auth.log*"]

# Who logged in on the server itself, and who failed to.
[sources.aanmeldingen]
connector = "logins"
paths = ["logs/wtmp", "logs/btmp"]
"""

LOGINS = {"sanne": "svdberg", "karin": "karin", "bram": "bram"}
ADDRESSES = {
    "sanne": "198.51.100.23",
    "namesake": "198.51.100.77",
    "piet": "198.51.100.230",
    "annelies": "198.51.100.230",
    "zoe": "2001:db8:52::7",
    "karin": "192.0.2.10",
    "bram": "192.0.2.11",
    "neighbour": "198.51.100.2",
}
"""Sanne's differs from Piet's by one digit more; he and Annelies share theirs."""
DAYS = 120
"""How far back the oldest log reaches: further than three months, which is what `overdracht retention` finds."""
_PATHS = ("/", "/webmail/", "/webmail/?_task=mail", "/favicon.ico", "/klant/facturen", "/status")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

Lines = list[tuple[datetime, str]]


def write_logs(world: World) -> str:
    """Write the logs below `world.directory` and return the TOML of the sources that read them."""
    chance = random.Random("Voorbeeld ICT, logs")  # noqa: S311 - the same world every time is what is wanted
    root = world.directory / "logs"
    (root / "nginx").mkdir(parents=True)
    visits = [one for one in world.people if one.id in ADDRESSES]
    _rotated(root / "nginx" / "access.log", sorted(_web(world, visits, chance)), world)
    _rotated(root / "mail.log", sorted(_mail(world, visits, chance)), world)
    _rotated(root / "auth.log", sorted(_ssh(world, chance)), world)
    _logins(root, world, chance)
    return SOURCES


def _moments(world: World, chance: random.Random, count: int) -> Iterator[datetime]:
    for _ in range(count):
        ago = chance.randrange(1, DAYS)
        yield world.moment(ago, chance.randrange(7, 23), chance.randrange(60)) + timedelta(
            seconds=chance.randrange(60)
        )


def _web(
    world: World, people: Iterable[Person], chance: random.Random
) -> Iterator[tuple[datetime, str]]:
    for person in people:
        user = person.email if person.id in {"sanne", "namesake", "zoe"} else "-"
        for when in _moments(world, chance, 60):
            shown = user if chance.random() < 0.5 else "-"
            head = f"{ADDRESSES[person.id]} - {shown} [{when:%d/%b/%Y:%H:%M:%S %z}]"
            asked = f'"GET {chance.choice(_PATHS)} HTTP/1.1" 200 {chance.randrange(200, 9000)}'
            yield when, f'{head} {asked} "-" "{_AGENT}"'
    sanne = world.person("sanne").email.replace("@", "%40")
    when = world.moment(33, 20, 15)
    yield (
        when,
        f'192.0.2.10 - - [{when:%d/%b/%Y:%H:%M:%S %z}] "GET /beheer/klant?zoek={sanne} HTTP/1.1" 200 812 "-" "{_AGENT}"',
    )


def _mail(
    world: World, people: Iterable[Person], chance: random.Random
) -> Iterator[tuple[datetime, str]]:
    office = world.person("provider").email
    for person in people:
        for when in _moments(world, chance, 25):
            queue = f"{chance.randrange(16**10):010X}"
            stamp = f"{when:%b} {when.day:2} {when:%H:%M:%S} mx1 "
            address = ADDRESSES[person.id]
            yield (
                when,
                f"{stamp}dovecot: imap-login: Login: user=<{person.email}>, method=PLAIN, rip={address}, lip=192.0.2.1, TLS",
            )
            later = when + timedelta(seconds=3)
            stamp = f"{later:%b} {later.day:2} {later:%H:%M:%S} mx1 "
            yield (
                later,
                f"{stamp}postfix/smtpd[{chance.randrange(900, 9000)}]: {queue}: client=unknown[{address}], sasl_method=PLAIN, sasl_username={person.email}",
            )
            yield (
                later,
                f"{stamp}postfix/qmgr[811]: {queue}: from=<{person.email}>, size={chance.randrange(900, 90000)}, nrcpt=1 (queue active)",
            )
            yield (
                later,
                f"{stamp}postfix/lmtp[{chance.randrange(900, 9000)}]: {queue}: to=<{office}>, relay=mx1[private/dovecot-lmtp], delay=0.2, dsn=2.0.0, status=sent",
            )


def _ssh(world: World, chance: random.Random) -> Iterator[tuple[datetime, str]]:
    for name, login in LOGINS.items():
        for when in _moments(world, chance, 12):
            stamp = (
                f"{when:%b} {when.day:2} {when:%H:%M:%S} srv1 sshd[{chance.randrange(900, 9000)}]: "
            )
            port = chance.randrange(20_000, 60_000)
            yield (
                when,
                f"{stamp}Accepted publickey for {login} from {ADDRESSES[name]} port {port} ssh2: ED25519 SHA256:{chance.randrange(16**16):x}",
            )
    for when in _moments(world, chance, 150):
        stamp = f"{when:%b} {when.day:2} {when:%H:%M:%S} srv1 sshd[{chance.randrange(900, 9000)}]: "
        attacker = f"203.0.113.{chance.randrange(1, 250)}"
        yield (
            when,
            f"{stamp}Failed password for invalid user {chance.choice(('admin', 'test', 'oracle'))} from {attacker} port {chance.randrange(20_000, 60_000)} ssh2",
        )


def _rotated(path: Path, lines: Lines, world: World) -> None:
    """Write *lines* as a log of *path* that is rotated every four weeks and compressed from the second rotation on."""
    for number in range(DAYS // 28 + 1):
        since, until = world.moment(28 * (number + 1), 0), world.moment(28 * number, 0)
        chosen = [(when, line) for when, line in lines if since <= when < until]
        if not chosen:
            continue
        text = "".join(f"{line}\n" for _, line in chosen).encode()
        name = path if number == 0 else path.with_name(f"{path.name}.{number}")
        if number > 1:
            name = name.with_name(f"{name.name}.gz")
            text = gzip.compress(text, mtime=0)
        name.write_bytes(text)
        last = chosen[-1][0].timestamp()
        os.utime(name, (last, last))


def _logins(root: Path, world: World, chance: random.Random) -> None:
    moments = sorted(_moments(world, chance, 30))
    who = [chance.choice(sorted(LOGINS)) for _ in moments]
    # Customers copy their files to the server by an account that is called as their mailbox is.
    names = LOGINS | {"sanne": world.person("sanne").email}
    records = [
        utmp.write(7, "pts/0", names[one], "", ADDRESSES[one], when)
        for one, when in zip(who, moments, strict=True)
    ]
    (root / "wtmp").write_bytes(b"".join(records))
    failed = [
        utmp.write(6, "ssh:notty", "admin", "", f"203.0.113.{chance.randrange(1, 250)}", when)
        for when in moments
    ]
    (root / "btmp").write_bytes(b"".join(failed))
    for name in ("wtmp", "btmp"):
        os.utime(root / name, (moments[-1].timestamp(),) * 2)

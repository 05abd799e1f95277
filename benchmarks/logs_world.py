"""Write seeded logs for the benchmark: nginx, Postfix and auth, with 100,000 distinct addresses, and among them those of one person."""

import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORDS = (
    "jan@kaasboer.example", "jan.devries@voorbeeld-mail.example", "84.22.10.1", "203.0.113.77", "2001:db8:85a3::8a2e:370:7334",
    "jandevries.example", "+31612345678", "NL91ABNA0417164300", "jdevries42", "Jan de Vries",
)  # fmt: skip
"""What the peers look for; 10 identifiers of one person."""
IDENTIFIERS = (*WORDS[:8], f"username:{WORDS[8]}", f"name:{WORDS[9]}")
"""The same, as an administrator types them."""

_FIRST = [
    "jan",
    "piet",
    "kees",
    "anna",
    "marie",
    "sofie",
    "emma",
    "lucas",
    "daan",
    "bram",
    "eva",
    "lotte",
    "tim",
    "tom",
    "sara",
    "noor",
    "mila",
    "finn",
    "sem",
    "levi",
    "julia",
    "tess",
]
_LAST = [
    "devries",
    "jansen",
    "bakker",
    "visser",
    "smit",
    "meijer",
    "mulder",
    "bos",
    "vos",
    "peters",
    "hendriks",
    "dekker",
    "brouwer",
    "dewit",
    "dijkstra",
    "vanleeuwen",
]
_PATHS = [
    "/",
    "/index.html",
    "/wp-login.php",
    "/api/v1/items/{0}",
    "/product/{0}",
    "/static/js/app.{0:x}.js",
    "/img/{0}.jpg",
    "/search?q=fiets+{0}",
    "/feed.xml",
]
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
)
_NEARLY = ("184.22.10.1", "84.22.10.12", "203.0.113.7", "84.22.10.199")
_NEARLY_MAIL = (
    "notjan@kaasboer.example",
    "jan@kaasboer.example.com",
    "a.jan.devries@voorbeeld-mail.example",
)


@dataclass(frozen=True)
class Crowd:
    """Everybody else."""

    mails: list[str]
    addresses: list[str]


def crowd() -> Crowd:
    """Return the 100,000 mail addresses and 100,000 network addresses."""
    draw = random.Random(7)
    domains = ["gmail.example", "ziggo.example", "xs4all.example"]
    domains += [
        f"{draw.choice(_FIRST)}{draw.choice(_LAST)}{number}.example" for number in range(3000)
    ]
    mails = [
        f"{draw.choice(_FIRST)}{draw.choice('._-')}{draw.choice(_LAST)}{draw.randrange(10_000)}@{draw.choice(domains)}"
        for _ in range(100_000)
    ]
    addresses = [".".join(str(draw.randrange(1, 254)) for _ in range(4)) for _ in range(95_000)]
    addresses += [
        "2a02:" + ":".join(f"{draw.randrange(65536):x}" for _ in range(7)) for _ in range(5_000)
    ]
    return Crowd(mails, addresses)


def _web(draw: random.Random, now: float, many: Crowd, share: float) -> str:
    luck = draw.random()
    number = draw.randrange(1, 200_000)
    address, path, user = draw.choice(many.addresses), draw.choice(_PATHS).format(number), "-"
    referer = draw.choice(
        ("-", "-", "https://www.google.example/", f"https://www.fietsen.example/product/{number}")
    )
    if luck < share:
        which = draw.randrange(6)
        address = WORDS[2 + which] if which < 3 else address
        path = f"/newsletter?email={WORDS[0]}" if which == 3 else path
        user = WORDS[8] if which == 4 else user
        referer = f"https://{WORDS[5]}/links" if which == 5 else referer
    elif luck < share + 1 / 20_000:
        address = draw.choice(_NEARLY)
    when = time.strftime("%d/%b/%Y:%H:%M:%S +0100", time.gmtime(now))
    status = draw.choice((200, 200, 200, 304, 404, 301))
    return f'{address} - {user} [{when}] "GET {path} HTTP/1.1" {status} {draw.randrange(100, 90_000)} "{referer}" "{draw.choice(_AGENTS)}"\n'


def _head(now: float, rest: str) -> str:
    at = time.gmtime(now)
    return f"{MONTHS[at.tm_mon - 1]} {at.tm_mday:2} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} {rest}\n"


def _mail(draw: random.Random, now: float, many: Crowd, share: float) -> str:
    luck = draw.random()
    queue, pid = f"{draw.randrange(1 << 40):010X}", draw.randrange(1000, 32_000)
    sender, receiver, address = (
        draw.choice(many.mails),
        draw.choice(many.mails),
        draw.choice(many.addresses),
    )
    kind = draw.randrange(5)
    if luck < share:
        sender, receiver, address = draw.choice((WORDS[0], WORDS[0].upper())), WORDS[1], WORDS[2]
        kind = draw.choice((0, 3, 4))
    elif luck < share + 1 / 20_000:
        sender = draw.choice(_NEARLY_MAIL)
    lines = (
        f"mx1 postfix/smtpd[{pid}]: connect from unknown[{address}]",
        f"mx1 postfix/smtpd[{pid}]: {queue}: client=mail.{sender.partition('@')[2]}[{address}]",
        f"mx1 postfix/cleanup[{pid}]: {queue}: message-id=<{draw.randrange(1 << 60):x}.{pid}@{sender.partition('@')[2]}>",
        f"mx1 postfix/qmgr[{pid}]: {queue}: from=<{sender}>, size={draw.randrange(1000, 90_000)}, nrcpt=1 (queue active)",
        f"mx1 postfix/smtp[{pid}]: {queue}: to=<{receiver}>, relay=mx.{receiver.partition('@')[2]}[{address}]:25, delay={draw.random() * 9:.2f}, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
    )
    return _head(now, lines[kind])


def _auth(draw: random.Random, now: float, many: Crowd, share: float) -> str:
    luck, pid = draw.random(), draw.randrange(1000, 32_000)
    address, user = draw.choice(many.addresses), f"{draw.choice(_FIRST)}{draw.randrange(100)}"
    if luck < share:
        address, user = (WORDS[3], user) if luck < share / 2 else (address, WORDS[8])
    port = draw.randrange(1024, 65_535)
    lines = (
        f"srv1 sshd[{pid}]: Failed password for invalid user {user} from {address} port {port} ssh2",
        f"srv1 sshd[{pid}]: Accepted publickey for {user} from {address} port {port} ssh2: ED25519 SHA256:{draw.randrange(1 << 128):x}",
        f"srv1 sshd[{pid}]: Disconnected from authenticating user {user} {address} port {port} [preauth]",
        f"srv1 CRON[{pid}]: pam_unix(cron:session): session opened for user {user}(uid=0) by (uid=0)",
    )
    return _head(now, lines[draw.randrange(4)])


_WRITERS: dict[str, Callable[[random.Random, float, Crowd, float], str]] = {
    "access": _web,
    "mail": _mail,
    "auth": _auth,
}


def write(job: tuple[str, str, int, int, float]) -> None:
    """Write one log: its path, kind, bytes, seed, and the share of its lines that are the person's."""
    path, kind, size, seed, share = job
    many, draw, line = crowd(), random.Random(seed), _WRITERS[kind]
    now = 1_700_000_000.0 + seed * 864_000
    written = 0
    with Path(path).open("w", buffering=1 << 20) as file:
        while written < size:
            text = []
            for _ in range(5000):
                now += draw.random() < 0.3
                text.append(line(draw, now, many, share))
            written += file.write("".join(text))


def world(folder: Path, size: int, share: float = 1 / 20_000) -> Path:
    """Write about *size* bytes of logs in *folder*, unless they are there already; return it."""
    if not folder.exists():
        making = folder.with_name(folder.name + ".making")
        making.mkdir(parents=True)
        each = size // 14
        jobs = [
            (
                str(making / f"{kind}.log{f'.{number}' if number else ''}"),
                kind,
                each,
                seed + number,
                share,
            )
            for kind, count, seed in (("access", 8, 0), ("mail", 4, 20), ("auth", 2, 40))
            for number in range(count)
        ]
        with multiprocessing.Pool(2) as pool:
            pool.map(write, jobs, chunksize=1)
        making.rename(folder)
    return folder


def many_words() -> tuple[str, ...]:
    """Return 200 identifiers: those of the person, and of others."""
    everybody = crowd()
    return (*WORDS[:8], *everybody.mails[:96], *everybody.addresses[:96])

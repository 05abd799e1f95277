"""`overdracht demo`: the whole way from a question to a checked bundle and a certificate, on an invented provider's systems."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import click

from overdracht.bundle import open_bundle, verify
from overdracht.cli import check_command, export_command, review_command, verify_command
from overdracht.cli.asking import request_for
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.find_command import find
from overdracht.cli.forgetting import Forgetting
from overdracht.cli.found import show as show_found
from overdracht.cli.found import verdict
from overdracht.cli.making import Wish, export
from overdracht.cli.screen import Screen, count, screen
from overdracht.cli.sealing import closing
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import own_key
from overdracht.demo import check_free, make_world
from overdracht.errors import OverdrachtError
from overdracht.items import Category
from overdracht.people import NAMESAKE, SANNE
from overdracht.review import Inclusion, Review
from overdracht.seal import Unlock
from overdracht.state import Given, Role, Store
from overdracht.survey import identity_of

DIRECTORY = "overdracht-demo"
PASSPHRASE = "passphrase.txt"  # noqa: S105 - the name of a file
LISTS = frozenset({"Klantenlijst", "Betaalbatch"})
"""The mails in the demo's world in which she is one of many: they must not be handed out."""
HERS = frozenset({Category.CORRESPONDENCE, Category.NOTE})
"""Of the rest that only names her, what was written about her; the others are somebody else's card, invoice, log line or zone."""


@click.command("demo")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@pass_session
def command(session: Session, directory: Path | None) -> None:
    """Make a small provider's world in DIRECTORY and run the main job on it, for real, telling what it does.

    It asks nothing and needs no server. Without DIRECTORY it makes one here, called overdracht-demo.

    \b
    Example:
      overdracht demo
    """
    if directory:
        check_free(directory)
    home = directory or _free()
    out = screen()
    out.line(
        f"A small provider, Voorbeeld ICT, in {home}. It and its customers are invented.", "bold"
    )
    try:
        path = make_world(home, session.installed, session.now().date())
    except BaseException:
        if not directory:
            with suppress(OSError):
                home.rmdir()
        raise
    demo = Session(explicit=path)
    demo.registry = session.installed
    with demo.store() as store:
        complete = Tour(out, demo, store, home).run()
    if not complete:
        click.get_current_context().exit(INCOMPLETE)


def _free() -> Path:
    """Return a directory that is not there yet: here, or among the temporary files where here is read-only."""
    for number in range(1, 1000):
        path = Path(DIRECTORY if number == 1 else f"{DIRECTORY}-{number}")
        if path.exists():
            continue
        try:
            path.mkdir()
        except OSError:
            break
        return path
    return Path(tempfile.mkdtemp(prefix=f"{DIRECTORY}-"))


@dataclass(frozen=True, slots=True)
class Tour:
    """The steps, in order; each says which command it is, and calls what that command calls."""

    out: Screen
    session: Session
    store: Store
    home: Path

    def run(self) -> bool:
        """Take every step; return whether all went as it should."""
        self._check()
        reference = self._find()
        self._review(reference)
        bundle, passphrase = self._export(reference)
        good = self._verify(bundle, passphrase) and self._open(bundle, passphrase)
        forgotten = Forgetting(self.out, self.session, self.store, self._step).run(reference)
        self._next(bundle, forgotten.path)
        return good and forgotten.complete

    def _step(self, number: int, what: str, words: str) -> None:
        self.out.line()
        self.out.line(f"{number}. {what}", "bold cyan")
        self.out.exact(f"   $ {self.session.command(words)}", "dim")
        self.out.line()

    def _check(self) -> None:
        self._step(1, "Can every system be searched, and only be read?", "check")
        if not check_command.show(self.out, self.session.config.sources):
            raise OverdrachtError("the demo's own sources cannot be searched")

    def _find(self) -> str:
        words = f"{SANNE.email} {SANNE.emails[1]}"
        self._step(
            2,
            f"{SANNE.name} asks for everything you hold about her. She writes from two addresses; another customer has her very name.",
            f"find {words} --exclude {NAMESAKE.email} --thorough",
        )
        request = request_for(self.session, self.store, words.split())
        excluded = self.session.registry.kinds.parse(NAMESAKE.email)
        given = [Given(excluded, Role.EXCLUDED)]
        found = find(self.session, self.store, request, given=given, thorough=True)
        show_found(self.out, found)
        verdict(self.out, self.session, found)
        return request.reference

    def _review(self, reference: str) -> None:
        review = self._reviewing(reference)
        others = [
            one
            for one in review.items(Inclusion.AWAITING)
            if one.item.title in LISTS or one.item.category not in HERS
        ]
        words = [*((False, str(one.number)) for one in others), (True, "all")]
        options = " ".join(f"--{'accept' if accept else 'reject'} {what}" for accept, what in words)
        self._step(
            3,
            "What is not certain waits for you. A list of everybody in which she is a line, and what is somebody else's card, invoice or zone:"
            " that stays here. What was written to her or about her is hers.",
            f"review {reference} {options}",
        )
        review_command.listing(self.out, review.items(Inclusion.AWAITING), 0)
        with self.store.working_on(reference):
            review_command.decide(self.session, review, words)
        review_command.summary(self.out, self.session, reference, review, 0)

    def _reviewing(self, reference: str) -> Review:
        request = self.store.request(reference)
        identity = identity_of(request, self.session.organisation, self.session.registry.kinds)
        return Review(request, identity)

    def _export(self, reference: str) -> tuple[Path, str]:
        bundle = self.home / f"{reference}.zip.age"
        self._step(
            4,
            "Write it all into one file: open formats, indexed, signed, encrypted.",
            f"export {reference} --to {quote(str(bundle))}",
        )
        chosen = closing((), None, ask=False, as_zip=False)
        wish = Wish(to=bundle)
        made = export(self.session, self.store, self.store.request(reference), wish, chosen)
        export_command.show(self.out, self.session, made, chosen)
        secret = self.home / PASSPHRASE
        secret.touch(mode=0o600)
        secret.write_text(f"{chosen.shown}\n")
        self.out.line(f"  (Only this demo also writes it to {secret}, for the commands below.)")
        return bundle, chosen.shown

    def _passphrase_option(self) -> str:
        return f"--passphrase-file {quote(str(self.home / PASSPHRASE))}"

    def _verifying(self, bundle: Path) -> str:
        return f"verify {quote(str(bundle))} {self._passphrase_option()}"

    def _verify(self, bundle: Path, passphrase: str) -> bool:
        self._step(
            5,
            "Is every byte as it was made, and is it yours?",
            self._verifying(bundle),
        )
        found = verify(bundle, Unlock(passphrase=passphrase))
        verify_command.show(self.out, found, "", own_key(self.session))
        return found.ok

    def _open(self, bundle: Path, passphrase: str) -> bool:
        target = self.home / "opened"
        self._step(
            6,
            "What she will see.",
            f"open {quote(str(bundle))} --to {quote(str(target))} {self._passphrase_option()}",
        )
        found = open_bundle(bundle, Unlock(passphrase=passphrase), target)
        self.out.line(f"{count(found.files, 'file')} in {target}")
        self.out.exact(f"Open {target.absolute() / 'index.html'} in a browser.", "bold")
        return found.ok

    def _next(self, bundle: Path, certificate: Path) -> None:
        self.out.line()
        self.out.line("Now try", "bold cyan")
        for words in (
            f"find {SANNE.email}",
            "plan zoe@ozdemir-advies.example --items",
            f"letter {quote(str(certificate))}",
            "audit",
            "status",
            self._verifying(bundle),
        ):
            self.out.exact(f"  {self.session.command(words)}")
        self.out.line("and for your own organisation")
        self.out.exact(f"  {self.session.program} init")
        self.out.line(
            f"The demo leaves nothing outside {self.home}: delete it when you are done.", "dim"
        )

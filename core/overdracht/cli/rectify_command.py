"""`overdracht rectify`: put a right value in the place of a wrong one, in every system (GDPR Art. 16)."""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from overdracht.cli import corrected, correcting
from overdracht.cli.asking import request_for, typed
from overdracht.cli.certificates import check_place
from overdracht.cli.erase_command import check
from overdracht.cli.failure import INCOMPLETE
from overdracht.cli.find_command import NO_FIND, THOROUGH, search_first
from overdracht.cli.screen import emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.cli.unlocking import FILE
from overdracht.errors import IdentifierError, UsageError
from overdracht.identifiers import Identifier, doubt
from overdracht.rectifying import wrong_values
from overdracht.state import RequestFile, Store
from overdracht.steps import Change
from overdracht.survey import identity_of


@click.command("rectify")
@click.argument("person", nargs=-1)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KIND=VALUE",
    help="What is right: phone=06-87654321; one for each kind.",
)
@click.option(
    "--from",
    "wrong",
    multiple=True,
    metavar="VALUE",
    help="Which value is wrong, where several are known; as PERSON is written.",
)
@THOROUGH
@NO_FIND
@click.option(
    "--apply", "digest", metavar="DIGEST", help="Correct what the plan with this digest says."
)
@click.option(
    "--confirm",
    multiple=True,
    metavar="NAME",
    help="Confirm an effect outside the organisation, by the name that the plan shows; more than once.",
)
@click.option(
    "--certificate",
    type=FILE,
    metavar="FILE",
    help="Where the signed statement goes.  [default: the state directory, certificates/]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    person: tuple[str, ...],
    settings: tuple[str, ...],
    wrong: tuple[str, ...],
    thorough: bool,
    no_find: bool,
    digest: str | None,
    confirm: tuple[str, ...],
    certificate: Path | None,
    as_json: bool,
) -> None:
    """Plan to correct what is known of PERSON: every item that holds the wrong value, and what it would become. Nothing is touched.

    The sources are searched first. Of each kind the right value takes the place of the one that is known; where several are, --from
    says which is wrong. The plan has a digest, which --apply wants: what runs is what was seen. What a system cannot correct is
    listed for you. Exit code 1 when not everything could be searched or corrected.

    \b
    Examples:
      overdracht rectify sanne@vandenberg.example --set phone=06-87654321
      overdracht rectify 2026-0001 --set phone=06-87654321 --from 06-12345678
      overdracht rectify --apply 6b77e7bf842f5c0458edc347cbdd7230
    """
    _check_options(person, settings, wrong, digest, confirm, certificate)
    with session.store() as store:
        if digest:
            complete = _apply(session, store, digest, confirm, certificate, as_json=as_json)
        else:
            request = request_for(session, store, person)
            search_first(session, store, request, thorough=thorough, no_find=no_find)
            changes = tuple(_changes(session, request, settings, wrong))
            drawn = correcting.draw(session, store, request, changes)
            if as_json:
                emit(correcting.as_json(drawn))
            else:
                correcting.show(screen(), session, drawn)
            complete = drawn.complete
    if not complete:
        click.get_current_context().exit(INCOMPLETE)


def _check_options(
    person: Sequence[str],
    settings: Sequence[str],
    wrong: Sequence[str],
    digest: str | None,
    confirm: Sequence[str],
    certificate: Path | None,
) -> None:
    if digest and (person or settings or wrong):
        raise UsageError(
            "--apply says all: the plan has the person and the values", remedy="leave the rest out"
        )
    if not digest and (confirm or certificate):
        raise UsageError("--confirm and --certificate are for --apply", remedy="leave them out")
    if not digest and not (person and settings):
        raise UsageError(
            "whom to correct, and what is right?",
            remedy="overdracht rectify sanne@vandenberg.example --set phone=06-12345678",
        )


def _apply(
    session: Session,
    store: Store,
    digest: str,
    confirm: tuple[str, ...],
    certificate: Path | None,
    *,
    as_json: bool,
) -> bool:
    with store.approved(digest) as (request, plan):
        check(plan, request, confirm, to_correct=True)
        check_place(certificate, request.reference)
        corrected.begin(session, store, request, plan)
        done = corrected.carry_out(
            session, store, request, plan, confirmed=confirm, certificate=certificate
        )
    if as_json:
        emit(corrected.as_json(done))
    else:
        corrected.show(screen(), session, done)
    return done.complete


def _changes(
    session: Session, request: RequestFile, settings: Sequence[str], wrong: Sequence[str]
) -> Iterator[Change]:
    identity = identity_of(request, session.organisation, session.registry.kinds)
    said = list(typed(session, wrong, "--from"))
    right = dict(_right(session, one) for one in settings)
    if len({one.kind for one in right}) < len(settings):
        raise UsageError("--set twice for one kind", remedy="make one plan after the other")
    for kind in {one.kind for one in said} - {one.kind for one in right}:
        raise UsageError(
            f"--from a kind of {kind} that nothing is set of", remedy=f"--set {kind}=…"
        )
    for new, written in right.items():
        old = [one for one in said if one.kind == new.kind]
        known = wrong_values(identity, new.kind, new)
        if not old and len(known) != 1:
            raise UsageError(
                _which(new.kind, len(known)), remedy="--from VALUE says which is wrong"
            )
        for one in old or known:
            if one == new:
                raise UsageError(f"the {new.kind} is that already", remedy="look at --from")
            if session.organisation.owns(one):
                raise UsageError(f"that {new.kind} is the organisation's own")
            yield Change(one, new, written)


def _which(kind: str, known: int) -> str:
    if not known:
        return f"no other {kind} of the person is known that could be wrong"
    return f"{known} values of {kind} are known of the person"


def _right(session: Session, setting: str) -> tuple[Identifier, str]:
    kind, equals, value = setting.partition("=")
    if not equals or not value.strip():
        raise UsageError("--set wants KIND=VALUE", remedy="for example --set phone=06-12345678")
    written = " ".join(value.split())
    if any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Cn"} for one in written):
        raise UsageError(
            f"the {kind} has a character that cannot be printed", remedy="type it anew"
        )
    try:
        new = session.registry.kinds.identifier(kind.strip(), written)
    except IdentifierError as error:
        raise IdentifierError(f"--set: {error.message}", remedy=error.remedy) from error
    if reason := doubt(new.kind, new.value):
        raise UsageError(f"--set {new.kind}: {reason}", remedy="type the whole of it")
    if session.organisation.owns(new):
        raise UsageError(f"that {new.kind} is the organisation's own", remedy="name the person's")
    return new, written

"""Write a certificate with its pages, each signed, and check them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from overdracht.cli.session import Session
from overdracht.cli.unlocking import own_key
from overdracht.erasure import comment_of, signature_path, write, write_signed
from overdracht.errors import BundleError, OverdrachtError, UsageError
from overdracht.report.certificate import LARGEST, Certificate, is_certificate, parse
from overdracht.report.certificate_page import CertificatePage
from overdracht.seal import PublicKey, SigningKey
from overdracht.state.audit import Head

DIRECTORY = "certificates"
LANGUAGES = ("nl", "en")


def check_place(path: Path | None, reference: str) -> None:
    """Raise UsageError when the certificate of *reference* cannot go to *path*; one of the same request may be replaced."""
    if path is None:
        return
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent}", remedy="make it first")
    if path.is_symlink() or path.exists():
        try:
            same = parse(_read(path)).reference == reference
        except BundleError:
            same = False
        if not same:
            raise UsageError(f"{path} exists already", remedy="choose another name")


def write_certificate(
    session: Session, facts: Mapping[str, Any], path: Path | None
) -> tuple[Path, str]:
    """Write *facts*, signed, to *path* or below the state directory, and a page in each language beside it; return where, and the key."""
    path, signer = _signed(session, facts, path, facts["reference"])
    public_key = signer.public_text.splitlines()[-1]
    certificate = parse(_read(path))
    for language in LANGUAGES:
        target = page_path(path, language)
        page = CertificatePage(certificate, language, path.name, target.name, public_key)
        comment = _page_comment(comment_of(facts), language)
        write_signed(b"".join(page.write()), target, signer, comment)
    return path, public_key


def write_statement(session: Session, facts: Mapping[str, Any], path: Path | None) -> Path:
    """Write *facts* of a correction, signed, to *path* or below the state directory; return where."""
    name = f"{facts['reference']}.{facts['plans'][0][:8]}"
    return _signed(session, facts, path, name)[0]


def _signed(
    session: Session, facts: Mapping[str, Any], path: Path | None, name: str
) -> tuple[Path, SigningKey]:
    if path is None:
        directory = session.config.state_directory / DIRECTORY
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / f"{name}.json"
    signer = SigningKey.load_or_create(session.signing_key)
    write(facts, path, signer)
    return path, signer


def page_path(path: Path, language: str) -> Path:
    """Return where the page of the certificate at *path* lies."""
    return path.with_name(f"{path.name.removesuffix('.json')}.{language}.html")


def certificate_beside(path: Path) -> Path:
    """Return the certificate that the page at *path* shows, or *path* itself when that is none; raise BundleError when it is not beside it."""
    for language in LANGUAGES:
        stem = path.name.removesuffix(f".{language}.html")
        if stem and stem != path.name:
            beside = [path.with_name(f"{stem}.json"), path.with_name(stem)]
            found = next(filter(looks_like_one, beside), None)
            if found is None and signature_path(path).exists():
                raise BundleError(
                    f"{path.name} only shows a certificate, and {beside[0].name} beside it is none",
                    remedy=f"minisign -Vm {path.name} checks the page alone",
                )
            return found or path
    return path


def _page_comment(comment: str, language: str) -> str:
    """Return what the signature of a page says, when *comment* is that of its certificate: the page of another one proves nothing."""
    return f"{comment}, page {language}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A certificate that was looked at."""

    certificate: Certificate
    problem: str
    """Why it is not what it was made as; empty when it is."""
    comment: str = ""
    signed_by: str = ""
    pages: tuple[str, ...] = ()
    """What is wrong with the pages beside it."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong."""
        return ((self.problem,) if self.problem else ()) + self.pages


def looks_like_one(path: Path) -> bool:
    """Say whether the file at *path* means to be a certificate."""
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{" and is_certificate(_read(path))
    except (OSError, BundleError):
        return False


def check(path: Path, key: str) -> Checked:
    """Check the certificate at *path*, without its pages, by its signature beside it, which must be of the public *key*."""
    raw = _read(path)
    certificate = parse(raw)
    if not key:
        raise BundleError(
            "there is no key to check the certificate with",
            remedy="--trusted names the public key of who made it",
        )
    public = PublicKey.parse(key)
    try:
        comment = public.verify(raw, _signature(path))
    except BundleError as error:
        return Checked(certificate, f"{path.name}: {error}")
    return Checked(certificate, "", comment, public.key_id)


def with_pages(found: Checked, path: Path, key: str) -> Checked:
    """Return *found*, the look at the certificate at *path*, with what is wrong with the pages beside it."""
    if found.certificate.rectifies:
        return found  # a statement has none
    public = PublicKey.parse(key)
    problems = (_page_problem(path, language, public, found.comment) for language in LANGUAGES)
    return replace(found, pages=tuple(one for one in problems if one))


def _page_problem(path: Path, language: str, public: PublicKey, comment: str) -> str:
    page = page_path(path, language)
    if not page.exists():
        return f"{page.name} is not beside it"
    try:
        said = public.verify(_read(page), _signature(page))
    except BundleError as error:
        return f"{page.name}: {error}"
    # Where the certificate itself is not true, which page is its own cannot be told.
    true = not comment or said == _page_comment(comment, language)
    return "" if true else f"{page.name}: it is of another certificate ({said})"


def _signature(path: Path) -> str:
    beside = signature_path(path)
    if not beside.exists():
        raise BundleError(f"{beside.name} is not beside it")
    return _read(beside).decode(errors="replace")


def in_trail(session: Session, found: Checked) -> Checked:
    """Return *found*, or what is wrong with it when it is our own and our audit trail does not hold the entry that it was made after."""
    try:
        own = own_key(session)
    except OverdrachtError:
        return found  # --trusted named the signer, and there is no trail here that can be read
    head = found.certificate.audit_head
    if not (own and head and found.signed_by == PublicKey.parse(own).key_id):
        return found
    try:
        with session.store() as store:
            store.audit.verify(Head.parse(head))
    except OverdrachtError as error:
        return replace(found, problem=str(error))
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    if len(raw) > LARGEST:
        raise BundleError(f"{path}: too large for a certificate")
    return raw

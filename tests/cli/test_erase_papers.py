"""What an erasure leaves on paper: the audit trail, the certificate, the letter, and the bundles that must not outlive their use."""

import json
import re
import shlex
import sqlite3
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from overdracht.cli.session import Session
from overdracht.seal import SigningKey
from tests.cli.provider import PERSONAL, SANNE, Provider, provider
from tests.servers.need import need

__all__ = ["provider"]


@pytest.fixture
def erased(provider: Provider) -> Provider:
    """The provider after she was erased, a bundle first."""
    (provider.home.path / "w").write_text("paard-batterij-niet-juist\n")
    (provider.home.path / "w").chmod(0o600)
    done = provider.erase("--bundle-first", "uit.age", "--passphrase-file", "w")
    assert done.exit_code == 0, done.output
    return provider


class TestAudit:
    """The audit trail."""

    def test_it_holds_every_step_and_nothing_personal(self, erased: Provider) -> None:
        """From the request to its closing, with digests and numbers."""
        entries = json.loads(erased.run("audit", "--json").stdout)
        assert [one["event"] for one in entries] == [
            "request opened",
            "plan made",
            "bundle written",
            "erase begun",
            "erased",
            "certificate",
            "closed",
        ]
        shown = erased.run("audit").output.encode()
        assert not [word for word in PERSONAL if word in shown]

    def test_it_is_proved(self, erased: Provider) -> None:
        """Whole: exit code 0. Whatever is changed is found, by its number: exit code 1."""
        assert erased.run("audit", "verify").exit_code == 0
        with sqlite3.connect(erased.home.path / "state" / "overdracht.sqlite") as state:
            state.execute("UPDATE audit SET details = replace(details, '3', '4') WHERE number = 5")
        state.close()
        broken = erased.run("audit", "verify")
        assert broken.exit_code == 1
        assert "entry 5" in broken.stderr

    @staticmethod
    def _cut(erased: Provider, entries: int) -> None:
        """Take away the trail's end from *entries* on, and what remembers it."""
        with sqlite3.connect(erased.home.path / "state" / "overdracht.sqlite") as state:
            state.execute("DELETE FROM audit WHERE number > ?", (entries,))
        state.close()
        (erased.home.path / "state" / "audit.head").unlink()

    def test_a_head_that_was_noted_proves_that_nothing_was_taken_away(
        self, erased: Provider
    ) -> None:
        """It is shown, and holds while the trail grows; taking away all of it together with the file beside it is found by it, and only so."""
        told = json.loads(erased.run("audit", "verify", "--json").stdout)
        assert erased.run("audit").output.splitlines()[-1] == f"Head: {told['head']}"
        erased.run("plan", "familie@dewit.example")
        assert erased.run("audit", "verify", "--head", told["head"]).exit_code == 0
        self._cut(erased, 0)
        assert erased.run("audit", "verify").exit_code == 0
        missed = erased.run("audit", "verify", "--head", told["head"])
        assert missed.exit_code == 1
        assert "entries were removed" in missed.stderr

    def test_a_trail_made_anew_is_another(self, erased: Provider) -> None:
        """As many entries with other content have another head; what is no head is refused."""
        head = json.loads(erased.run("audit", "verify", "--json").stdout)["head"]
        self._cut(erased, 0)
        for number in range(8):
            erased.run("find", f"iemand{number}@elders.example")
        other = erased.run("audit", "verify", "--head", head)
        assert other.exit_code == 1
        assert "not the one whose head was noted" in other.stderr
        assert erased.run("audit", "verify", "--head", "7").exit_code == 2
        assert erased.run("audit", "--head", head).exit_code == 2

    def test_every_certificate_is_an_anchor(self, erased: Provider) -> None:
        """It carries the head of its moment; when the trail lost that entry, verifying the certificate says so."""
        path = str(erased.certificate)
        number, _, code = erased.facts()["audit_head"].partition(":")
        assert (number, len(code)) == ("5", 32)
        assert erased.run("verify", path).exit_code == 0
        self._cut(erased, 1)
        assert erased.run("audit", "verify").exit_code == 0
        found = erased.run("verify", path)
        assert found.exit_code == 1
        assert "entries were removed" in found.output

    def test_whoever_has_no_trail_checks_the_signature(
        self, erased: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The person who received a certificate has no state, and none is made."""
        own = SigningKey.load(erased.home.path / "state" / "signing.key").public_text
        elsewhere = erased.home.path.parent / "elders"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        checked = erased.run("verify", str(erased.certificate), "--trusted", own.splitlines()[-1])
        assert checked.exit_code == 0, checked.output
        assert list(elsewhere.iterdir()) == []


class TestCertificate:
    """The certificate, checked."""

    def test_any_change_is_found(self, erased: Provider) -> None:
        """One digit more or less is not what was signed."""
        path = erased.certificate
        whole = erased.run("verify", str(path))
        assert whole.exit_code == 0
        assert "this organisation's own key" in whole.output
        path.write_bytes(path.read_bytes().replace(b'"erased": 3', b'"erased": 4'))
        changed = erased.run("verify", str(path))
        assert changed.exit_code == 1
        assert "NOT AS IT WAS MADE" in changed.output
        assert json.loads(erased.run("verify", str(path), "--json").stdout)["ok"] is False

    def test_its_signature_must_be_there_and_of_the_right_key(self, erased: Provider) -> None:
        """Without the file beside it, or by somebody else's key, it proves nothing."""
        path = str(erased.certificate)
        other = SigningKey.generate().public_text.splitlines()[-1]
        assert erased.run("verify", path, "--trusted", other).exit_code == 1
        own = SigningKey.load(erased.home.path / "state" / "signing.key").public_text
        assert erased.run("verify", path, "--trusted", own.splitlines()[-1]).exit_code == 0
        erased.certificate.with_name("2026-0001.json.minisig").unlink()
        missing = erased.run("verify", path)
        assert missing.exit_code == 1
        assert "2026-0001.json.minisig is not beside it" in missing.output

    def test_an_altered_page_is_named(self, erased: Provider) -> None:
        """Whichever of the files that belong together is asked about, the one with another year in it is named, and no other."""
        files = [
            erased.certificate.with_name(f"2026-0001.{one}")
            for one in ("json", "nl.html", "en.html")
        ]
        for wronged in files:
            whole = wronged.read_bytes()
            wronged.write_bytes(whole.replace(b"2034", b"2044", 1))
            for named in files:
                found = erased.run("verify", str(named), "--json")
                assert found.exit_code == 1
                problems = json.loads(found.stdout)["problems"]
                assert problems == [f"{wronged.name}: the signature is not true"]
            wronged.write_bytes(whole)
        true = erased.run("verify", str(files[-1]))
        assert true.exit_code == 0, true.output
        assert "All is as it was made." in true.output

    def test_a_page_that_is_missing_is_named(self, erased: Provider) -> None:
        """And so is the signature of one."""
        for missing in ("2026-0001.en.html", "2026-0001.en.html.minisig", "2026-0001.nl.html"):
            path = erased.certificate.with_name(missing)
            path.rename(path.with_suffix(".away"))
            found = erased.run("verify", str(erased.certificate))
            assert found.exit_code == 1
            assert f"{missing} is not beside it" in found.output
            path.with_suffix(".away").rename(path)

    def test_the_page_of_another_certificate_is_no_page_of_it(self, erased: Provider) -> None:
        """A page that is truly signed, in the place of another: in the other language, or of an earlier certificate of the same request."""
        place = erased.certificate.with_name
        for suffix in ("html", "html.minisig"):
            place(f"2026-0001.nl.{suffix}").write_bytes(
                place(f"2026-0001.en.{suffix}").read_bytes()
            )
        found = erased.run("verify", str(erased.certificate))
        assert found.exit_code == 1
        assert "2026-0001.nl.html: it is of another certificate" in found.output

    def test_a_page_without_its_certificate_is_told_apart(self, erased: Provider) -> None:
        """It only shows it; minisign checks it alone."""
        erased.certificate.unlink()
        page = erased.certificate.with_name("2026-0001.nl.html")
        refused = erased.run("verify", str(page))
        assert refused.exit_code == 1
        assert "2026-0001.json beside it is none" in refused.stderr
        assert "minisign -Vm 2026-0001.nl.html" in refused.stderr

    @pytest.mark.server
    def test_the_lines_on_a_page_check_it_and_its_certificate(self, erased: Provider) -> None:
        """Stock minisign, as the page says, where the files were received; an altered page fails there too."""
        need("minisign")
        page = erased.certificate.with_name("2026-0001.nl.html")
        (block,) = re.findall("<pre><code>(.*?)</code></pre>", page.read_text(), re.DOTALL)
        lines = [shlex.split(line) for line in block.splitlines()]

        def check() -> list[int]:
            return [
                subprocess.run(line, cwd=page.parent, capture_output=True, check=False).returncode
                for line in lines
            ]

        assert [line[2] for line in lines] == ["2026-0001.json", page.name]
        assert check() == [0, 0]
        page.write_bytes(page.read_bytes().replace(b"2034", b"2044", 1))
        assert check() == [0, 1]

    def test_what_is_none_is_said(self, erased: Provider) -> None:
        """A file that means to be one and is not, in one line."""
        Path("raar.json").write_text('{"format": "overdracht-certificate/1", "sources": 3}')
        refused = erased.run("verify", "raar.json")
        assert refused.exit_code == 1
        assert refused.stderr.count("\n") == 1
        assert "this is no certificate" in refused.stderr


class TestLetter:
    """The letter to the person."""

    def test_it_says_what_the_law_asks(self, erased: Provider) -> None:
        """What went, what stays, why and until when, who is told, the backups, and the way to the AP and the court."""
        letter = erased.run("letter", str(erased.certificate), "--language", "nl")
        assert letter.exit_code == 0, letter.output
        said = " ".join(letter.stdout.split())
        for words in (
            "Correspondentie (post): 3 gegevens",
            "tot 1 januari 2034",
            "art. 52 lid 4 AWR",
            "gepseudonimiseerd, niet anoniem",
            "art. 19 AVG",
            "reservekopie",
            "binnen een maand na ontvangst",
            "Autoriteit Persoonsgegevens",
            "binnen zes weken",
            "art. 35 UAVG",
        ):
            assert words in said, words
        assert "would begin a new record of the person" in letter.stderr
        english = erased.run("letter", str(erased.certificate), "--language", "en").stdout
        assert "pseudonymised, not anonymous" in " ".join(english.split())

    def test_it_holds_nothing_personal(self, erased: Provider) -> None:
        """What is hers stands between brackets, to be filled in."""
        letter = erased.run("letter", str(erased.certificate)).stdout.encode()
        assert not [word for word in PERSONAL if word in letter]
        assert b"[Naam]" in letter

    def test_it_is_written_as_text_or_as_a_page(self, erased: Provider) -> None:
        """By the name of the file; one that is there is left alone."""
        path = str(erased.certificate)
        for name, begins in (("brief.txt", "Voorbeeld ICT"), ("brief.html", "<!DOCTYPE html>")):
            given = ("--to", name, "--received", "2026-11-20")
            assert erased.run("letter", path, *given).exit_code == 0
            text = (erased.home.path / name).read_text()
            assert text.startswith(begins)
            assert "20 november 2026" in " ".join(text.split())
            assert erased.run("letter", path, *given).exit_code == 2

    def test_it_is_made_of_a_true_certificate_only(self, erased: Provider) -> None:
        """A certificate that was changed makes no letter."""
        path = erased.certificate
        path.write_bytes(path.read_bytes().replace(b'"erased": 3', b'"erased": 4'))
        refused = erased.run("letter", str(path))
        assert refused.exit_code == 1
        assert "is not as it was made" in refused.stderr


class TestBundles:
    """The copies outside the systems."""

    @pytest.fixture
    def later(self, erased: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
        """Forty days after that."""
        real = Session.now

        def now(session: Session) -> datetime:
            return real(session) + timedelta(days=40)

        monkeypatch.setattr(Session, "now", now)
        return erased

    def test_every_export_is_listed(self, erased: Provider) -> None:
        """With where it is and when it is deleted: 30 days after it was written, unless the configuration says otherwise."""
        erased.run("export", SANNE, "--to", "nog.age", "--passphrase-file", "w")
        first, second = json.loads(erased.run("bundles", "--json").stdout)
        assert Path(first["file"]).name == "uit.age"
        assert Path(second["file"]).name == "nog.age"
        written = datetime.fromisoformat(first["written"]).date()
        assert datetime.fromisoformat(first["deletes"]).date() == written + timedelta(days=30)

    def test_nothing_goes_before_its_time(self, erased: Provider) -> None:
        """Those that are not due stay."""
        assert erased.run("bundles", "--delete-due").exit_code == 0
        assert Path("uit.age").exists()

    def test_none_of_a_reference_is_no_success(self, erased: Provider) -> None:
        """A reference that is mistyped, or of which nothing stands any more, is exit code 2 and says which, and nothing is deleted."""
        request = json.loads(erased.run("bundles", "--json").stdout)[0]["reference"]
        for wrong, said in (
            ("2026-0999", "there is no request 2026-0999"),
            (request[:-1], f"there is no request {request[:-1]}"),
        ):
            refused = erased.run("bundles", "--delete", wrong)
            assert refused.exit_code == 2
            assert said in refused.stderr
            assert "nothing was deleted" in refused.stderr
            assert Path("uit.age").exists()
        assert erased.run("bundles", "--delete", request).exit_code == 0
        again = erased.run("bundles", "--delete", request)
        assert again.exit_code == 2
        assert f"every bundle of request {request} was deleted already" in again.stderr

    def test_what_is_due_is_deleted(self, later: Provider) -> None:
        """The file goes, its path is forgotten, and the audit trail has it."""
        assert "1 bundle to delete" in later.run("status").output
        done = later.run("bundles", "--delete-due")
        assert done.exit_code == 0
        assert not Path("uit.age").exists()
        (gone,) = json.loads(later.run("bundles", "--json").stdout)
        assert gone["file"] is None
        assert "bundle deleted" in later.run("audit").output

    def test_another_file_of_that_name_stays(self, later: Provider) -> None:
        """What stands there now is not what was written: it is left, and said, with exit code 1."""
        Path("uit.age").unlink()
        Path("uit.age").write_text("iets anders")
        left = later.run("bundles", "--delete-due")
        assert left.exit_code == 1
        assert "it is not the file that was written" in left.output
        assert Path("uit.age").read_text() == "iets anders"


@pytest.mark.parametrize("command", ["find", "plan", "review"])
def test_a_closed_request_is_said_to_be_closed(erased: Provider, command: str) -> None:
    """Not that there is none: what was known of the person is destroyed."""
    reference = erased.facts()["reference"]
    refused = erased.run(command, reference)
    assert refused.exit_code == 2
    assert f"request {reference} was closed" in refused.stderr
    assert "what was known of the person is destroyed" in refused.stderr
    other = erased.run(command, "2026-0999")
    assert "there is no request 2026-0999" in other.stderr


def test_status_shows_nothing_personal(provider: Provider) -> None:
    """Not while a plan is open, and not after."""
    provider.plan()
    shown = provider.run("status").output + provider.run("status", "--json").output
    provider.erase()
    shown += provider.run("status").output
    assert not [word for word in PERSONAL if word in shown.encode()]

"""`erase` carries out a plan that was approved by its digest, proves it, and forgets; `resume` ends what was interrupted."""

import json
from pathlib import Path

import pytest

from overdracht import Kinds
from overdracht.seal import generate_identity
from tests.cli.provider import CONFIRM, SANNE, Provider, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse


def test_the_whole_way(provider: Provider) -> None:
    """Everything of hers goes but what must stay, nobody else's changes, it is certified, and she is forgotten."""
    before = provider.records()
    done = provider.erase()
    assert done.exit_code == 0, done.output
    assert "Complete: erased, verified and certified." in done.output
    assert "Closed: what was known of the person is destroyed." in done.output

    after = provider.records()
    assert provider.hers() == {"fact-1", "dom-1"}
    others = {
        key for key in before if key not in {"klant-1", "fact-1", "dom-1"} and "-s" not in key
    }
    assert {key: after[key] for key in others} == {key: before[key] for key in others}

    facts = provider.facts()
    assert facts["complete"] is True
    assert {one["source"]: one["results"] for one in facts["sources"]} == {
        "boeken": {"anonymised": 1, "erased": 1},
        "post": {"erased": 3},
        "registrar": {"scheduled": 1},
    }
    assert provider.run("verify", str(provider.certificate)).exit_code == 0
    for language in ("nl", "en"):
        assert (provider.certificate.parent / f"2026-0001.{language}.html").is_file()
    assert not provider.traces()
    assert json.loads(provider.run("requests", "--json").stdout) == []


def test_what_stays_is_scheduled(provider: Provider) -> None:
    """`status` shows what goes when, by source and category, and nothing else is open."""
    provider.erase()
    status = provider.run("status", "--json")
    assert status.exit_code == 0
    scheduled = json.loads(status.stdout)["scheduled"]
    assert [(one["due"], one["source"], one["items"]) for one in scheduled] == [
        ("2027-03-01", "registrar", 1),
        ("2034-01-01", "boeken", 1),
    ]


def test_there_is_no_other_way(provider: Provider) -> None:
    """Without a digest, with part of one, or with one that a newer plan replaced, nothing happens."""
    old = provider.digest()
    provider.systems["post"].add(record("mail-s9", PARSE(SANNE)))
    new = provider.digest()
    before = provider.records()
    for arguments in ((), ("--apply", old), ("--apply", new[:12]), ("--apply", "")):
        refused = provider.run("erase", *arguments, *CONFIRM)
        assert refused.exit_code == 2, arguments
    assert provider.records() == before


def test_an_effect_outside_is_confirmed_by_name(provider: Provider) -> None:
    """Without its name nothing at all goes; a name that the plan does not have is refused too."""
    digest = provider.digest()
    before = provider.records()
    for confirm, said in (
        ((), "--confirm vanderberg.example"),
        (("--confirm", "dewit.example"), "the plan has vanderberg.example to confirm"),
    ):
        refused = provider.run("erase", "--apply", digest, *confirm)
        assert refused.exit_code == 2
        assert said in refused.stderr
    assert provider.records() == before


def test_one_objection_stops_all(provider: Provider) -> None:
    """A part that is locked: nothing was touched, in no source, and the same plan runs when that is mended."""
    digest = provider.digest()
    before = provider.records()
    provider.systems["boeken"].locked.add("klanten")
    refused = provider.run("erase", "--apply", digest, *CONFIRM)
    assert refused.exit_code == 1
    assert "nothing has been touched" in refused.stderr
    assert provider.records() == before
    provider.systems["boeken"].locked.clear()
    assert provider.run("erase", "--apply", digest, *CONFIRM).exit_code == 0


def test_who_the_person_is_must_be_as_planned(provider: Provider) -> None:
    """When a search in between learned another identifier, the plan is out of date and refused."""
    digest = provider.digest()
    provider.run("find", SANNE, "--add", "s.berg@post.example")
    refused = provider.run("erase", "--apply", digest, *CONFIRM)
    assert refused.exit_code == 2
    assert "has changed since this plan was made" in refused.stderr
    assert "mail-s1" in provider.hers()


def _fails(provider: Provider, source: str, error: BaseException, after: int = 0) -> None:
    """Let acts in *source* fail with *error*, but for the first so many."""
    seen: list[str] = []

    def watch(moment: str, key: str) -> None:
        if moment == "before":
            seen.append(key)
            if len(seen) > after:
                raise error

    provider.systems[source].watch = watch


def _mend(provider: Provider, source: str) -> None:
    provider.systems[source].watch = lambda _moment, _key: None


def test_a_source_that_fails_is_named_and_resumed(provider: Provider) -> None:
    """The others go on, nothing is forgotten, the exit code is 1; once it is mended `resume` ends it."""
    _fails(provider, "post", RuntimeError("kapot"), after=1)
    done = provider.erase()
    assert done.exit_code == 1
    assert "post: 2 items failed" in done.output
    assert "resume 2026-0001" in done.output
    assert "Closed" not in done.output
    assert provider.hers() == {"fact-1", "dom-1", "mail-s1", "mail-s2"}
    assert provider.facts()["complete"] is False
    status = provider.run("status")
    assert status.exit_code == 1
    assert "2026-0001" in status.output

    _mend(provider, "post")
    resumed = provider.run("resume", "2026-0001")
    assert resumed.exit_code == 0, resumed.output
    assert provider.hers() == {"fact-1", "dom-1"}
    (post,) = [one for one in provider.facts()["sources"] if one["source"] == "post"]
    assert post["results"] == {"erased": 3}
    assert not provider.traces()


@pytest.mark.parametrize("acts", [0, 1, 2])
def test_an_interruption_is_resumed(provider: Provider, acts: int) -> None:
    """Whoever presses Ctrl-C is told how to go on; without a reference `resume` ends whatever was begun, twice without harm."""
    _fails(provider, "post", KeyboardInterrupt(), after=acts)
    stopped = provider.run("erase", "--apply", provider.digest(), *CONFIRM)
    assert stopped.exit_code != 0
    assert "resume 2026-0001" in stopped.stderr
    _mend(provider, "post")
    resumed = provider.run("resume", *CONFIRM)
    assert resumed.exit_code == 0, resumed.output
    assert provider.hers() == {"fact-1", "dom-1"}
    assert provider.facts()["complete"] is True
    again = provider.run("resume", "2026-0001")
    assert again.exit_code == 0
    assert "is closed: nothing is left to do" in again.output


def test_a_plan_that_was_begun_is_not_applied_again(provider: Provider) -> None:
    """`erase` sends whoever tries to `resume`."""
    _fails(provider, "post", RuntimeError("kapot"))
    digest = provider.digest()
    provider.run("erase", "--apply", digest, *CONFIRM)
    again = provider.run("erase", "--apply", digest, *CONFIRM)
    assert again.exit_code == 2
    assert "resume 2026-0001" in again.stderr


def test_nothing_to_resume(provider: Provider) -> None:
    """That is no failure; a request whose plan was not begun is one."""
    assert provider.run("resume").exit_code == 0
    provider.plan()
    assert provider.run("resume").exit_code == 0
    assert provider.run("resume", "2026-0001").exit_code == 2


def test_what_came_since_the_plan_keeps_it_open(provider: Provider) -> None:
    """A letter that came in between is in no plan: it is said, and a second plan ends it. Each item is counted once."""
    digest = provider.digest()
    provider.systems["post"].add(record("mail-s9", PARSE(SANNE)))
    done = provider.run("erase", "--apply", digest, *CONFIRM)
    assert done.exit_code == 1
    assert "post: 1 item new since the plan" in done.output
    assert "mail-s9" in provider.hers()
    digest = json.loads(provider.run("plan", "2026-0001", "--json").stdout)["digest"]
    ended = provider.run("erase", "--apply", digest, *_still_to_confirm(provider))
    assert ended.exit_code == 0, ended.output
    results = {one["source"]: one["results"] for one in provider.facts()["sources"]}
    assert results["post"] == {"erased": 4}
    assert results["boeken"] == {"anonymised": 1, "erased": 1}
    assert not provider.traces()


def _still_to_confirm(provider: Provider) -> tuple[str, ...]:
    plan = json.loads(provider.run("plan", "2026-0001", "--json").stdout)
    return CONFIRM if plan["external"] else ()


def test_an_incomplete_search_erases_what_it_found_and_says_so(provider: Provider) -> None:
    """The certificate says incomplete, and the request stays open until everything was searched."""
    provider.systems["boeken"].away = True
    done = provider.erase()
    assert done.exit_code == 1
    assert "not searched: boeken" in done.output
    assert provider.hers() == {"klant-1", "fact-1", "dom-1"}
    assert provider.facts()["complete"] is False
    provider.systems["boeken"].away = False
    digest = json.loads(provider.run("plan", "2026-0001", "--json").stdout)["digest"]
    ended = provider.run("erase", "--apply", digest, *_still_to_confirm(provider))
    assert ended.exit_code == 0, ended.output
    assert provider.facts()["complete"] is True


def test_it_can_be_closed_as_it_is(provider: Provider) -> None:
    """--close forgets the person although something is left; the certificate says what, and the exit code is 1."""
    _fails(provider, "post", RuntimeError("kapot"))
    provider.erase()
    closed = provider.run("resume", "2026-0001", "--close")
    assert closed.exit_code == 1
    assert "Closed: what was known of the person is destroyed." in closed.output
    (post,) = [one for one in provider.facts()["sources"] if one["source"] == "post"]
    assert post["results"] == {"failed": 3}
    assert not provider.traces()


def test_a_bundle_first(provider: Provider) -> None:
    """It is written, read back and shown how to open before anything goes; and it holds what went."""
    (provider.home.path / "w").write_text("paard-batterij-niet-juist\n")
    (provider.home.path / "w").chmod(0o600)
    done = provider.erase("--bundle-first", "uit.age", "--passphrase-file", "w")
    assert done.exit_code == 0, done.output
    assert done.output.index("Written: uit.age") < done.output.index("Searched again")
    opened = provider.run("open", "uit.age", "--to", "uit", "--passphrase-file", "w")
    assert opened.exit_code == 0
    overview = json.loads((provider.home.path / "uit" / "overview.json").read_text())
    assert len(overview["items"]) == 6


def test_a_bundle_for_a_key_is_read_back_too(provider: Provider) -> None:
    """Though nobody here has the key: it opens with that key afterwards."""
    key = generate_identity()
    (provider.home.path / "sleutel").write_text(key.secret)
    done = provider.erase("--bundle-first", "uit.age", "--recipient", key.recipient)
    assert done.exit_code == 0, done.output
    assert provider.run("verify", "uit.age", "--identity", "sleutel").exit_code == 0


def test_without_a_whole_bundle_nothing_goes(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item that cannot be read, or a bundle that is not as it was made, stops the erasure."""
    digest = provider.digest()
    before = provider.records()
    provider.systems["post"].broken.add("INBOX")
    lacking = provider.run("erase", "--apply", digest, *CONFIRM, "--bundle-first", "a.age")
    assert lacking.exit_code == 1
    assert "the bundle lacks what could not be read (3)" in lacking.stderr
    provider.systems["post"].broken.clear()

    from overdracht.bundle import verify as real

    def damaged(path: Path, *rest: object, **more: object) -> object:
        raw = bytearray(path.read_bytes())
        raw[-20] ^= 1
        path.write_bytes(raw)
        return real(path, *rest, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr("overdracht.bundle.verify", damaged)
    broken = provider.run("erase", "--apply", digest, *CONFIRM, "--bundle-first", "b.age")
    assert broken.exit_code == 1
    assert "nothing has been touched" in broken.stderr
    assert provider.records() == before


def test_a_passphrase_is_seen_before_anything_goes(provider: Provider) -> None:
    """For a script that gets one document at the end, a passphrase that is made would be lost with it: that is refused."""
    refused = provider.erase("--bundle-first", "uit.age", "--json")
    assert refused.exit_code == 2
    assert "mail-s1" in provider.hers()


def test_it_is_told_to_scripts(provider: Provider) -> None:
    """--json has the facts of the certificate, where it is, and whether the request is closed."""
    done = json.loads(provider.erase("--json", "--certificate", "bewijs.json").stdout)
    assert (done["complete"], done["closed"], done["scheduled"]) == (True, True, 2)
    assert done["certificate"] == "bewijs.json"
    assert (provider.home.path / "bewijs.json.minisig").is_file()
    assert (provider.home.path / "bewijs.nl.html").is_file()


def test_a_certificate_goes_over_nothing_else(provider: Provider) -> None:
    """Another file, or another request's certificate, is left alone, and nothing is erased."""
    (provider.home.path / "iets.json").write_text("{}")
    refused = provider.erase("--certificate", "iets.json")
    assert refused.exit_code == 2
    assert "iets.json exists already" in refused.stderr
    assert "mail-s1" in provider.hers()


@pytest.mark.parametrize("at", ["export", "verify", "act"])
def test_ctrl_c_after_the_bundle_says_that_nothing_was_erased(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """It says whether the bundle stands, by its name, and how to go on; nothing has gone."""
    from overdracht import bundle
    from overdracht.cli import carrying, making

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    module = {"export": making, "verify": bundle, "act": carrying}[at]
    monkeypatch.setattr(module, at, interrupted)
    Path("w").write_text("paard-batterij-niet-juist\n")
    Path("w").chmod(0o600)
    before = provider.records()
    stopped = provider.erase("--bundle-first", "uit.age", "--passphrase-file", "w")
    assert "nothing was erased" in stopped.stderr
    assert provider.records() == before
    made = at != "export"
    assert Path("uit.age").exists() is made
    assert "resume" not in stopped.stderr
    told = "the bundle uit.age is written and stays" if made else "uit.age was not written"
    assert told in stopped.stderr
    assert "give the same command again" in stopped.stderr

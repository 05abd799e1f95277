"""The settings take what is safe, say what is wrong with the rest, and never show a secret."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from overdracht_transip.connector import TransipConnector
from overdracht_transip.ownership import Ownership
from overdracht_transip.settings import Holder, TransipSettings
from tests.transip.account_harness import HOLDER

KEY = {"login": "voorbeeldict", "private_key": {"env": "TRANSIP_KEY"}}


def made(**changes: Any) -> TransipSettings:
    """Return settings with *changes* to the shortest there are."""
    return TransipSettings.model_validate(KEY | changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"private_key": None}, "give one of private_key, token and world"),
        ({"token": {"env": "X"}}, "give one of private_key, token and world"),
        ({"login": ""}, "a private key needs a login"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----"}, "does not belong in the configuration"),
        ({"url": "http://api.transip.nl/v6"}, "http is only allowed to this machine"),
        ({"url": "https://user:pass@api.transip.nl/v6"}, "write it as https://host/path"),
        ({"url": "file:///etc/passwd"}, "https"),
        ({"customer_tag": "klant"}, "it needs {} once"),
        ({"customer_tag": "{}{}"}, "it needs {} once"),
        ({"owners": {"vps": ["???"]}}, "customer:K10023"),
        ({"stays": ["A.example"], "immediately": ["a.example"]}, "cannot be in both"),
        ({"exclude": ["invoices"]}, "monitoring-contacts"),
        ({"replacement": HOLDER | {"country": "NLD"}}, "country"),
        ({"forever": True}, "forever"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], reason: str) -> None:
    """Each wrong setting is refused in words, and what was written is not repeated."""
    with pytest.raises(ValidationError) as caught:
        made(**changes)
    assert reason in str(caught.value)
    assert "BEGIN PRIVATE" not in str(caught.value)
    assert "???" not in str(caught.value)


@pytest.mark.parametrize(
    ("template", "tag", "customer"),
    [
        ("klant-{}", "klant-K10023", "k10023"),
        ("klant-{}", "Klant-k10023", "k10023"),
        ("{}", "K10023", "k10023"),
        ("<{}>", "<K10023>", "k10023"),
        ("klant-{}", "klant-", ""),
        ("klant-{}", "oud-klant-K10023", ""),
        ("klant-{}", "productie", ""),
        ("{}", "overdracht-cancelled", ""),
        ("aa{}aa", "aaa", ""),
    ],
)
def test_a_tag_names_a_customer_by_the_template(template: str, tag: str, customer: str) -> None:
    """Whole, in any case; our own tags never."""
    ownership = Ownership(made(customer_tag=template))
    assert [one.value for one, _ in ownership.of((), [tag])] == [customer] * bool(customer)


def test_starting_is_light() -> None:
    """Importing the plugin and its connector loads nothing heavy: every command does that."""
    code = "import overdracht_transip, overdracht_transip.connector, sys; print(*sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{root / 'core'}:{root / 'plugins/transip'}"},
    )
    heavy = {"httpx", "dns", "cryptography", "vobject", "asyncio", "phonenumbers"}
    assert not heavy & set(done.stdout.split())


def test_nothing_personal_shows_in_the_settings() -> None:
    """Neither who owns what nor whose contact it is, in a repr."""
    settings = made(replacement=HOLDER, owners={"vps": ["sanne@vanderberg.example"]})
    shown = repr(settings) + repr(TransipConnector("transip", settings))
    assert "sanne@" not in shown
    assert HOLDER["email"] not in shown


def test_every_setting_is_in_the_documentation() -> None:
    """docs/transip.md names each key, and its example is one that works."""
    text = (Path(__file__).parents[2] / "docs" / "transip.md").read_text()
    for key in (*TransipSettings.model_fields, *Holder.model_fields):
        assert f"`{key}`" in text, key
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    source = tomllib.loads(block)["sources"]["transip"]
    assert source.pop("connector") == TransipConnector.name
    assert TransipSettings.model_validate(source).customer_tag == "klant-{}"

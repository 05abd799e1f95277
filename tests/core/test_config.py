"""The configuration: what is wrong with it is said at once, by file and key and with the remedy."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from overdracht import ConfigError, Kinds, Secret
from overdracht.config import Config, connectors_of, load, locate, template
from overdracht.registry import Registry
from overdracht.registry import load as load_plugins
from tests.core.plugins import Cards, Shelf, bringing, connector

ORGANISATION = """
[organisation]
name = "Voorbeeld ICT"
contact = "privacy@voorbeeld-ict.example"
"""
WORD = "Zeer-Geheim-1!"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Plugins for this test only."""
    directory = tmp_path / "plugins"
    directory.mkdir()
    shelf = Shelf(directory, monkeypatch)
    shelf.put("cards", bringing(Cards))
    return shelf


@pytest.fixture
def registry(shelf: Shelf) -> Registry:
    """One plugin that is in order."""
    return load_plugins(shelf.entry_points)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the configuration is."""
    return tmp_path / "overdracht.toml"


def read(path: Path, registry: Registry, text: str) -> Config:
    """Write *text* as the configuration and read it."""
    path.write_text(text)
    return load(path, registry)


def refused(path: Path, registry: Registry, text: str) -> list[str]:
    """Return the lines of the error that *text* gives, without the file in front, which each must name."""
    with pytest.raises(ConfigError) as caught:
        read(path, registry, text)
    assert caught.value.exit_code == 2
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_a_whole_configuration_is_read(path: Path, registry: Registry) -> None:
    """The organisation, where the state is, and the sources, each with its connector built."""
    config = read(
        path,
        registry,
        """
        [organisation]
        name = "Voorbeeld ICT"
        contact = "privacy@voorbeeld-ict.example"
        address = "Dorpsstraat 1, 1234 AB Ons Dorp"
        language = "en"
        own = ["voorbeeld-ict.example", "phone:020-1234567"]
        shared = ["info@vereniging.example"]
        recipients = ["Administratiekantoor De Vries"]
        [state]
        directory = "staat"
        [sources.adressen]
        connector = "cards"
        server = "cards.example"
        """,
    )

    organisation = config.organisation
    assert organisation.language == "en"
    parse = Kinds().parse
    assert organisation.own == {parse("voorbeeld-ict.example"), parse("+31201234567")}
    assert organisation.shared == {parse("info@vereniging.example")}
    assert organisation.recipients == ("Administratiekantoor De Vries",)
    assert config.state_directory == path.parent / "staat"
    (source,) = config.sources
    assert isinstance(source.connector, Cards)
    assert (source.name, source.connector_name, source.problem) == ("adressen", "cards", "")
    assert source.connector.settings.port == 993


def test_little_is_needed(path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name and a contact; the language is Dutch and the state is in the user's own place."""
    monkeypatch.setenv("XDG_STATE_HOME", "/x/state")
    config = read(path, registry, ORGANISATION)

    assert config.organisation.language == "nl"
    assert config.state_directory == Path("/x/state/overdracht")
    assert config.sources == ()


def test_all_that_is_wrong_is_said_at_once(path: Path, registry: Registry) -> None:
    """One line each, by dotted key, with the nearest right key or what belongs there."""
    lines = refused(
        path,
        registry,
        """
        [organisation]
        naam = "Voorbeeld ICT"
        contact = ""
        language = "de"
        own = ["voorbeeld-ict.example", "voorbeeld"]
        [sources.mailarchief]
        connector = "cards"
        prot = 993
        [sources.kaartenbak]
        conector = "cards"
        [sources."mail archief"]
        connector = "cards"
        server = "x"
        port = 70000
        [source.x]
        """,
    )

    assert lines == [
        "organisation.name: is missing (the name of the organisation)",
        "organisation.contact: is empty (where a person reaches it about personal data, e.g. a mail address)",
        "organisation.language: should be 'nl' or 'en' (the language of the overview and the letters: nl or en)",
        "organisation.own[1]: it is not clear what kind of identifier this is (write the kind in front: username:… or customer:… or name:… or domain:…)",
        "organisation.naam: unknown key (did you mean name?)",
        "source: unknown key (did you mean sources?)",
        "sources.mailarchief.server: is missing (the name of the server)",
        "sources.mailarchief.prot: unknown key (did you mean port?)",
        "sources.kaartenbak.conector: unknown key (did you mean connector?)",
        "sources.mail archief: not a name for a source (letters, digits, - and _, at most 64)",
        "sources.mail archief.port: should be less than or equal to 65535 (its port)",
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "connector: is missing (one of cards)"),
        ('soort = "cards"', "connector: is missing (one of cards)"),
        ('Connector = "cards"', "Connector: unknown key (did you mean connector?)"),
        ('connectie = "cards"', "connectie: unknown key (did you mean connector?)"),
        ("connector = 3", "connector: should be a name, in double quotes (one of cards)"),
        ('connector = ""', "connector: is missing (one of cards)"),
    ],
)
def test_a_source_that_does_not_say_its_connector(
    path: Path, registry: Registry, written: str, told: str
) -> None:
    """A typing error in that key is named, and else which connectors there are."""
    text = f'{ORGANISATION}[sources.kast]\nserver = "x"\n{written}'
    assert refused(path, registry, text) == [f"sources.kast.{told}"]
    assert connectors_of(path) == {""}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("state = 3", "state: should be a table"),
        ("sources = 3", "sources: should be a table"),
        ("state.directory = 3", "state.directory: should be a path, in double quotes"),
        ("erasure.most = 'veel'", "erasure.most: should be a number"),
        ("organisation.own = 'x.example'", "organisation.own: should be a list: […]"),
        ("organisation.recipients = 3", "organisation.recipients: should be a list: […]"),
        ("organisation.address = 3", "organisation.address: should be a text, in double quotes"),
        ("sources.a.port = 'x'", "sources.a.port: should be a whole number"),
        ("sources.a.port = 1.5", "sources.a.port: should be a whole number"),
    ],
)
def test_what_is_of_the_wrong_type_is_told_in_the_words_of_the_file(
    path: Path, registry: Registry, written: str, told: str
) -> None:
    """TOML knows tables and lists, and no tuples, dictionaries and classes; and one fault is one line."""
    head = 'organisation = { name = "V", contact = "x" }\nsources.a = { connector = "cards", server = "x" }\n'
    if written.startswith("sources ="):
        head = head.splitlines()[0]
    elif written.startswith("organisation"):
        head = head.replace(', contact = "x" }', f', contact = "x", {written.partition(".")[2]} }}')
        written = ""
    elif written.startswith("sources.a"):
        head = head.replace(', server = "x" }', f', server = "x", {written.partition("a.")[2]} }}')
        written = ""
    (line,) = refused(path, registry, f"{head}\n{written}")
    assert line.partition(" (")[0] == told


def test_a_key_like_no_other_is_met_with_those_there_are(path: Path, registry: Registry) -> None:
    """When nothing is near, all keys are named."""
    assert refused(path, registry, ORGANISATION + "[state]\nxyzzy = 1") == [
        "state.xyzzy: unknown key (known are directory, key)"
    ]


def test_an_unknown_key_within_a_setting_is_met_with_its_own_keys(
    path: Path, registry: Registry
) -> None:
    """The nearest key of that table, and not of the one around it."""
    text = '[sources.a]\nconnector = "cards"\nserver = "x"\npassword = { evn = "X" }'

    lines = refused(path, registry, ORGANISATION + text)
    assert "sources.a.password.evn: unknown key (did you mean env?)" in lines


@pytest.mark.parametrize(
    "text",
    [
        f'password = "{WORD}"',
        f'port = "{WORD}"',
        f'exclude = "{WORD}"',
        f'password = {{ env = ["{WORD}"] }}',
        f'password = {{ value = "{WORD}" }}',
    ],
)
def test_a_value_is_never_repeated(path: Path, registry: Registry, text: str) -> None:
    """A password in the wrong place does not end in a log, nor in a traceback."""
    with pytest.raises(ConfigError) as caught:
        read(
            path, registry, f'{ORGANISATION}[sources.a]\nconnector = "cards"\nserver = "x"\n{text}'
        )

    assert WORD not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_password_is_refused_with_the_remedy(path: Path, registry: Registry) -> None:
    """The configuration says where a secret is, never what it is."""
    text = f'[sources.a]\nconnector = "cards"\nserver = "x"\npassword = "{WORD}"'

    (line,) = refused(path, registry, ORGANISATION + text)
    assert line.startswith(
        "sources.a.password: a password does not belong in the configuration; write { env = … }"
    )


def test_paths_start_at_the_configuration(path: Path, registry: Registry) -> None:
    """Those in a source's settings and those of secrets, wherever the command is started."""
    secret = path.parent / "wachtwoord"
    secret.touch(0o600)
    secret.write_text(WORD)
    config = read(
        path,
        registry,
        ORGANISATION
        + '[sources.a]\nconnector = "cards"\nserver = "x"\nfolder = "bak"\npassword = { file = "wachtwoord" }',
    )

    connector = config.sources[0].connector
    assert isinstance(connector, Cards)
    assert connector.settings.folder == path.parent / "bak"
    assert connector.settings.password is not None
    assert connector.settings.password.get() == Secret(WORD)


def test_others_may_read_the_configuration(path: Path, registry: Registry) -> None:
    """It holds no secret."""
    path.write_text(ORGANISATION)
    path.chmod(0o644)

    assert load(path, registry).path == path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[organisation]\nname = "x\n', r"not TOML: .*line 2"),
        (b"[organisation]\nname = x\n", r"not TOML: .*line 2"),
        (b"a = 1\na = 2\n", r"not TOML: .*line 2"),
        (b'[organisation]\n\nname = "caf\xe9"', r"line 3 is not UTF-8"),
        (b"\x00", r"not TOML"),
        (b"", r"organisation: is missing"),
        (b"sources = 3", r"sources: should be"),
        (b"[sources]\nmail = 3", r"sources\.mail: should be"),
        (b"organisation = []", r"organisation: should be"),
        (b"[sources.a]\nconnector = 3", r"sources\.a\.connector: should be a name"),
    ],
)
def test_what_is_no_configuration_is_one_clear_line(
    path: Path, registry: Registry, content: bytes, expected: str
) -> None:
    """A syntax error says the line; a file of another kind says what is missing."""
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=expected) as caught:
        load(path, registry)
    assert str(path) in str(caught.value)


def test_a_file_from_windows_is_read(path: Path, registry: Registry) -> None:
    """Notepad writes a byte order mark and CRLF."""
    path.write_bytes(b"\xef\xbb\xbf" + ORGANISATION.replace("\n", "\r\n").encode())

    assert load(path, registry).organisation.name == "Voorbeeld ICT"


def test_a_file_that_cannot_be_read_is_named(path: Path, registry: Registry) -> None:
    """Not there, or a directory."""
    with pytest.raises(ConfigError, match="No such file"):
        load(path, registry)
    path.mkdir()
    with pytest.raises(ConfigError, match="directory"):
        load(path, registry)


SOURCE = '[sources.a]\nconnector = "{}"\nserver = "x"'


def test_a_connector_that_is_not_there_is_a_gap(path: Path, registry: Registry) -> None:
    """The other sources are still searched, so it is the source's problem; a typing error is met with the nearest name."""
    config = read(path, registry, ORGANISATION + SOURCE.format("crads"))

    (source,) = config.sources
    assert source.connector is None
    assert source.problem == "no connector crads is installed (did you mean cards?)"


def test_a_broken_plugin_is_named_by_its_source(path: Path, shelf: Shelf) -> None:
    """The gap says which plugin is broken, of which distribution, and why."""
    shelf.source("boeken", "import no_such_library")
    registry = load_plugins(shelf.entry_points)
    config = read(path, registry, ORGANISATION + SOURCE.format("boeken"))

    (source,) = config.sources
    assert source.connector is None
    assert source.problem == (
        "the connector boeken is not there: plugin boeken of overdracht-boeken 1.2: "
        "ModuleNotFoundError: No module named 'no_such_library'"
    )


def test_a_connector_offered_twice_is_a_gap(path: Path, shelf: Shelf) -> None:
    """The source says which two distributions are at odds."""
    shelf.put("one", bringing(connector("box")), "one")
    shelf.put("two", bringing(connector("box")), "two")
    config = read(path, load_plugins(shelf.entry_points), ORGANISATION + SOURCE.format("box"))

    assert "by one 1.2 and two 1.2" in config.sources[0].problem


def test_a_connector_that_breaks_while_it_is_built_is_a_gap(path: Path, shelf: Shelf) -> None:
    """Its fault is its own; a ConfigError it raises is the administrator's."""

    def broken(self: Any, source: str, settings: Any) -> None:
        raise ZeroDivisionError(WORD)

    def strict(self: Any, source: str, settings: Any) -> None:
        raise ConfigError("two servers at once", remedy="take one away")

    shelf.put("one", bringing(connector("broken", __init__=broken)))
    shelf.put("two", bringing(connector("strict", __init__=strict)))
    registry = load_plugins(shelf.entry_points)

    (source,) = read(path, registry, ORGANISATION + SOURCE.format("broken")).sources
    assert source.problem == "the connector broken cannot be started: ZeroDivisionError"
    assert refused(path, registry, ORGANISATION + SOURCE.format("strict")) == [
        "sources.a: two servers at once (take one away)"
    ]


class TestLocate:
    """Which file is read when none is named."""

    @pytest.fixture(autouse=True)
    def _somewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("OVERDRACHT_CONFIG", raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def test_in_order(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The one that was named, the environment's, the one here, the user's own."""
        own = tmp_path / "config" / "overdracht" / "overdracht.toml"
        own.parent.mkdir(parents=True)
        own.touch()
        assert locate() == own
        Path("overdracht.toml").touch()
        assert locate() == Path("overdracht.toml")
        monkeypatch.setenv("OVERDRACHT_CONFIG", "/x/other.toml")
        assert locate() == Path("/x/other.toml")
        assert locate(Path("named.toml")) == Path("named.toml")

    def test_none_at_all_is_met_with_init(self) -> None:
        """Somebody who starts is told how."""
        with pytest.raises(ConfigError, match="overdracht init"):
            locate()


ANSWERS = {
    "name": 'Voorbeeld\x7f "ICT"\n\\ Zn.',
    "contact": "privacy@voorbeeld-ict.example",
    "own": ["voorbeeld-ict.example"],
}


def uncommented(text: str) -> str:
    """Return the template *text* with every key in force."""
    lines = text.splitlines()
    return "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in lines
    )


class TestTemplate:
    """What `overdracht init` writes."""

    def test_it_can_be_read_as_it_is(self, path: Path, registry: Registry) -> None:
        """The answers are in it, whatever characters they hold, and nothing else is in force."""
        config = read(path, registry, template(ANSWERS, registry))

        assert config.organisation.name == ANSWERS["name"]
        assert config.organisation.own == {Kinds().parse("voorbeeld-ict.example")}
        assert config.sources == ()

    def test_it_names_every_key_with_its_description(self, registry: Registry) -> None:
        """Of every connector that is installed, so that it cannot go stale."""
        text = template(ANSWERS, registry)

        for name, field in Cards.settings_type.model_fields.items():
            assert f"\n#{name} = " in text
            assert f"# {field.description}" in text
        assert "(required)\n#server" in text
        assert '#folder = "cards"' in text
        assert '#password = { env = "NAME" }' in text

    def test_every_key_in_it_is_right(self, path: Path, registry: Registry) -> None:
        """With all of it uncommented only what must be filled in is missing."""
        text = uncommented(template(ANSWERS, registry))
        tomllib.loads(text)

        assert refused(path, registry, text) == [
            "sources.cards.server: is empty (the name of the server)"
        ]

    def test_sources_are_filled_in(self, path: Path, registry: Registry) -> None:
        """A source that is known already is in force, with its other keys beside it."""
        source = {
            "connector": "cards",
            "server": "cards.example",
            "exclude": ["Spam"],
            "password": {"command": [sys.executable, "x"]},
        }
        state = {"directory": path.parent / "staat"}
        text = template(ANSWERS, registry, {"adressen": source}, state)
        config = read(path, registry, text)

        assert config.state_directory == path.parent / "staat"
        (read_back,) = config.sources
        assert isinstance(read_back.connector, Cards)
        assert read_back.connector.settings.exclude == ("Spam",)
        assert text.count('connector = "cards"') == 1
        assert "\n#port = 993" in text

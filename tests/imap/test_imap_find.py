"""Finding a person on a real mail server: every folder, whole addresses, decided on our side, and without a trace."""

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest

from overdracht import Certainty, Extent, Gap, Identifier, Refused, Unreachable
from overdracht_imap import candidates
from tests.imap.asking import JAN, LETTER, OTHER, Impatient, export, find
from tests.imap.ugly import LETTERS, PERSON
from tests.servers.dovecot import Account
from tests.servers.permissions import unreadable

pytestmark = pytest.mark.server

FOLDERS = (
    "Ontvangen",
    "Klanten/Jan & Zn.",
    "Klanten/Jan & Zn./2024",
    'Met "aanhalingstekens" en \\ streep',
    "Verwijderd*items%",
    "日本語/ключи/Ünïcode 😀",
    "  spaties  ",
    "2024",
    "007",
    "NIL",
    "tilde~hekje#",
    "&",
    "(haakjes)[blok]{accolade}",
    "#oud/archief/2019",
    "nieuw;UIDVALIDITY=1/;UID=2",
)


def crlf(message: bytes) -> bytes:
    return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_every_folder_is_searched_whatever_its_name(account: Account) -> None:
    """Quotes, spaces, other scripts, wild cards, figures, NIL, nested folders, an unlisted namespace: each is a part with its mail."""
    for folder in FOLDERS:
        account.fill([LETTER % 1], folder)
    found = find(account.settings())
    assert set(found.searched) == {*FOLDERS, "INBOX"}
    assert sorted(item.part for item in found.items) == sorted(FOLDERS)
    assert not found.gaps
    exported = export(account.settings(), found.items)
    assert [(one["folder"], one["uid"]) for one in exported.index] == [
        (item.part, 1) for item in found.items
    ]
    assert not exported.gaps


def test_a_folder_that_only_holds_folders_is_no_part(account: Account) -> None:
    """`\\Noselect` folders hold no messages and cannot be opened."""
    with account.client() as client:
        client.create_folder("Alleen/Onder")
        (flags,) = [flags for flags, _, name in client.list_folders() if name == "Alleen"]
        assert {b"\\Noselect", b"\\NonExistent"} & set(flags)
    assert set(find(account.settings()).searched) == {"Alleen/Onder", "INBOX"}


def test_folders_are_chosen_by_name_and_pattern(account: Account) -> None:
    """`folders` and `exclude` take names and patterns; a name that looks like a pattern is first of all a name."""
    for folder in ("Archief/2023", "Archief/2024", "[Google]/Alle", "g/Alle"):
        account.fill([LETTER % 1], folder)
    assert set(find(account.settings(folders=["Archief/*"])).searched) == {
        "Archief/2023",
        "Archief/2024",
    }
    assert set(find(account.settings(folders=["[Google]/Alle"])).searched) == {"[Google]/Alle"}
    assert set(find(account.settings(exclude=["Arch*", "*Alle"])).searched) == {"INBOX"}


def test_a_folder_that_is_asked_for_in_vain_is_a_gap(account: Account) -> None:
    """A name in `folders` that fits none, from a mistake or a renaming, is said by find and by the sweep, and named by check, which does not pass."""
    account.fill([LETTER % 1], "Sent")
    source = Impatient("post", account.settings(folders=["INBOX", "Snet", "Arch*", "S?nt"]))
    found = find(source.settings)
    assert len(found.items) == 1
    (gap,) = found.gaps
    assert gap.part == ""
    assert "2 of the names fit no folder" in gap.reason
    assert "Snet" not in gap.reason
    assert [one for one in source.identifiers() if isinstance(one, Gap)] == [gap]
    failed = [check.detail for check in source.check() if not check.ok]
    assert ["`Snet`" in failed[0], "`Arch*`" in failed[1]] == [True, True]
    assert len(failed) == 2


def test_no_folder_chosen_is_a_gap(account: Account) -> None:
    """That nothing was searched is said, and why."""
    account.fill([LETTER % 1], "Sent")
    for settings in (account.settings(folders=["Snet"]), account.settings(exclude=["*"])):
        found = find(settings)
        assert (found.items, found.searched) == ([], {})
        (gap,) = found.gaps
        assert "leave no folder to search: look at `folders` and `exclude`" in gap.reason
        failed = [check for check in Impatient("post", settings).check() if not check.ok]
        assert [check.detail for check in failed] == [gap.reason]


def test_folders_that_are_left_out_are_counted_in_the_note(account: Account) -> None:
    """By `exclude` or because `folders` does not name them; the person reads it, so no name stands there."""
    for folder in ("Sent", "Ziek", "Junk"):
        account.fill([LETTER % 1], folder)
    settings = account.settings(folders=["INBOX", "Sent", "Junk"], exclude=["Junk"])
    first = find(settings)
    again = find(settings, cursors=first.cursors)
    assert again.extents["Sent"] is Extent.UNCHANGED
    for found in (first, again):
        assert not found.gaps
        for one in found.searched.values():
            assert one.note is not None
            assert one.note.en.endswith("; 2 folders were not searched, as the settings say")
            assert "2 mappen zijn" in one.note.nl
            assert "Ziek" not in one.note.nl
    (check,) = [one for one in Impatient("post", settings).check() if one.name == "folders"]
    assert (check.ok, check.detail) == (True, "2, 2 left out")
    assert "settings say" not in str(find(account.settings()).searched["Sent"].note)


def test_an_address_is_taken_whole(account: Account) -> None:
    """`info@x.example` does not find `otherinfo@x.example`, nor `info@x.example.nl`, which a server's SEARCH would."""
    others = (
        b"otherinfo@x.example",
        b"info@x.example.nl",
        b"info@xx.example",
        b"in-info@x.example",
    )
    account.fill([b"From: <%s>\r\n\r\n\r\n" % address for address in (*others, b"INFO@X.example")])
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search(["FROM", "info@x.example"])) == 4
    found = find(account.settings(), Identifier("email", "info@x.example"))
    assert found.uids == [5]
    assert found.items[0].certainty is Certainty.EXACT


@pytest.mark.parametrize("thorough", [False, True])
def test_ugly_mail_is_found(account: Account, *, thorough: bool) -> None:
    """Each letter of the corpus is found as surely as it should be, in its header section, and in the whole when that is asked."""
    account.fill(crlf(one.raw) for one in LETTERS)
    found = find(account.settings(), *PERSON, thorough=thorough)
    certain = dict(zip(found.uids, (item.certainty for item in found.items), strict=True))
    got = {one.name: certain.get(uid) for uid, one in enumerate(LETTERS, 1)}
    expected = {one.name: one.whole if thorough else one.header for one in LETTERS}
    if not thorough:
        # To the server this one has no header section; reading the whole shows it.
        expected["empty lines on top"] = None
    assert got == expected


def test_a_thorough_find_reads_bodies_in_the_pool(account: Account) -> None:
    """The pool is used when there is one, and the answer is the same; a letter of megabytes is looked at too."""
    large = OTHER % 1 + b"regel vol tekst\r\n" * 400_000 + b"groet, jan@kaasboer.example\r\n"
    account.fill([OTHER % 1, large, OTHER % 2 + b"mail jan@kaasboer.example maar\r\n"])
    with ThreadPoolExecutor(1) as pool:
        found = find(account.settings(), thorough=True, pool=lambda: pool)
    assert found.uids == find(account.settings(), thorough=True).uids == [2, 3]
    assert {item.certainty for item in found.items} == {Certainty.MENTION}


def test_bodies_are_left_out_unless_asked_for_and_the_note_says_so(account: Account) -> None:
    """By default bodies are not searched; the server's own search finds what it can, and is not trusted to have found it."""
    account.fill(
        [
            OTHER % 1 + b"bel jan@kaasboer.example\r\n",
            OTHER % 2 + b"bel otherjan@kaasboer.example\r\n",
            OTHER % 3 + b"rekening NL91 ABNA 0417 1643 00\r\n",
        ]
    )
    iban = Identifier("iban", "NL91ABNA0417164300")
    plain = find(account.settings(), JAN, iban)
    assert plain.uids == []
    assert "--thorough" in str(plain.searched["INBOX"].note)
    by_server = find(account.settings(bodies="server"), JAN, iban)
    assert by_server.uids == [1, 3]
    assert "may miss" in str(by_server.searched["INBOX"].note)


def test_what_did_not_change_is_not_read_again(account: Account) -> None:
    """An unchanged folder is only asked for its state, one with new mail only for that, one from which mail went is read anew."""
    account.fill([LETTER % 1, OTHER % 2])
    account.fill([LETTER % 3], "Bewaard")
    first = find(account.settings())
    again = find(account.settings(), cursors=first.cursors)
    assert again.items == []
    assert set(again.extents.values()) == {Extent.UNCHANGED}
    account.fill([OTHER % 4, LETTER % 5])
    added = find(account.settings(), cursors=first.cursors)
    assert added.uids == [4]
    assert added.extents == {"INBOX": Extent.ADDED, "Bewaard": Extent.UNCHANGED}
    assert added.searched["INBOX"].looked_at == 4
    with account.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
        client.expunge()
    account.fill([OTHER % 6])
    gone = find(account.settings(), cursors=added.cursors)
    assert gone.uids == [4]
    assert gone.extents["INBOX"] is Extent.WHOLE


def test_a_cursor_is_not_believed_of_another_folder(account: Account) -> None:
    """A folder made anew under the old name, a cursor of another way of searching, and nonsense: all are searched whole."""
    account.fill([LETTER % 1], "Map")
    cursors = find(account.settings()).cursors
    with account.client() as client:
        client.delete_folder("Map")
    account.fill([LETTER % 9], "Map")
    assert find(account.settings(), cursors=cursors).extents["Map"] is Extent.WHOLE
    assert find(account.settings(), cursors=cursors, thorough=True).extents["INBOX"] is Extent.WHOLE
    assert (
        find(account.settings(), cursors={"Map": "1 x", "INBOX": "?"}).extents["INBOX"]
        is Extent.WHOLE
    )


def test_two_connections_find_what_one_finds(account: Account) -> None:
    """A large folder is cut into ranges over several connections; the items come in the folder's order all the same."""
    account.fill((LETTER if number % 7 == 0 else OTHER) % number for number in range(1, 200))
    with account.client() as client:
        client.select_folder("INBOX")
        client.delete_messages(list(range(20, 60)))
        client.expunge()
    one = find(account.settings(connections=1))
    with mock.patch.object(candidates, "LEAST", 10):
        several = find(account.settings(connections=3))
    assert several.items == one.items
    assert one.uids == [uid for uid in range(7, 200, 7) if not 20 <= uid < 60]
    assert several.searched == one.searched


def test_a_folder_that_refuses_is_a_gap(account: Account) -> None:
    """A folder without permission is a gap with the reason, and the others are searched to their end."""
    account.fill([LETTER % 1])
    account.fill([LETTER % 2], "Dicht")
    (folder,) = (path for path in account.home.rglob("Dicht") if path.is_dir())
    with unreadable(folder):
        found = find(account.settings())
    assert [gap.part for gap in found.gaps] == ["Dicht"]
    assert set(found.searched) == {"INBOX"}
    assert found.uids == [1]


def test_a_message_that_went_meanwhile_is_a_gap_in_the_export(account: Account) -> None:
    """A message whose file is gone is answered with NIL by Dovecot: that is no empty message, and the mail around it is exported."""
    account.fill(LETTER % number for number in range(1, 6))
    items = find(account.settings()).items
    (path,) = (
        path
        for path in account.home.rglob("*")
        if path.parent.name in {"cur", "new"} and b"<3@k.example>" in path.read_bytes()
    )
    path.unlink()
    exported = export(account.settings(), items)
    assert [one["uid"] for one in exported.index] == [1, 2, 4, 5]
    assert [gap.key for gap in exported.gaps] == [items[2].key]


def test_nothing_is_changed(account: Account) -> None:
    """Check, find, thorough find and export change no flag, no date, no modification sequence, and take no \\Recent away."""
    account.fill((LETTER % 1, OTHER % 2), "INBOX", (b"\\Flagged", b"$Zelf"))
    account.fill([LETTER % 3])
    with account.client() as client:
        before_recent = client.folder_status("INBOX", ["RECENT", "UNSEEN", "MESSAGES"])
    connector = Impatient("post", account.settings())
    assert all(check.ok for check in connector.check())
    find(account.settings(bodies="server"))
    find(account.settings(), thorough=True)
    export(account.settings(), find(account.settings()).items, "mboxrd")
    with account.client() as client:
        assert client.folder_status("INBOX", ["RECENT", "UNSEEN", "MESSAGES"]) == before_recent
    assert before_recent[b"RECENT"] == 3
    assert before_recent[b"UNSEEN"] == 3


def test_only_commands_that_read_are_sent(account: Account) -> None:
    """The whole conversation consists of commands that cannot change anything."""
    from tests.servers.proxy import Proxy

    account.fill([LETTER % 1], "Map")
    with Proxy(account.server.port) as proxy:
        settings = account.settings(port=proxy.port, bodies="server")
        list(Impatient("post", settings).check())
        found = find(settings)
        find(settings, cursors=found.cursors, thorough=True)
        export(settings, found.items)
        asked = proxy.asked
    names = {line.split()[1] for line in asked.split(b"\r\n") if b" " in line}
    assert names <= {
        b"CAPABILITY", b"AUTHENTICATE", b"NAMESPACE", b"LIST", b"STATUS", b"EXAMINE", b"UID", b"FETCH", b"LOGOUT"
    }  # fmt: skip
    verbs = {line.split()[2] for line in asked.split(b"\r\n") if line.split()[1:2] == [b"UID"]}
    assert verbs == {b"FETCH", b"SEARCH"}
    assert b"BODY[" not in asked.replace(b"BODY.PEEK[", b"")


def test_a_wrong_password_is_refused_at_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that says what to look at, asked once: a second try could lock the account."""
    from tests.servers.dovecot import PASSWORD_VARIABLE
    from tests.servers.proxy import Proxy

    monkeypatch.setenv(PASSWORD_VARIABLE, "verkeerd")
    with Proxy(account.server.port) as proxy:
        found = find(account.settings(port=proxy.port))
        assert proxy.connections == 1
    assert isinstance(found.raised, Refused)
    assert "check username and password" in str(found.raised)
    assert "verkeerd" not in str(found.raised)
    checks = list(Impatient("post", account.settings()).check())
    assert [(check.name, check.ok) for check in checks] == [("reachable", True), ("login", False)]


def test_a_server_that_is_not_there_is_unreachable(account: Account) -> None:
    """Nobody listens: said at once, and not an empty answer."""
    from tests.servers.ports import free_port

    found = find(account.settings(port=free_port()))
    assert isinstance(found.raised, Unreachable)
    assert found.items == []
    assert not found.searched
    (check,) = Impatient("post", account.settings(port=free_port())).check()
    assert not check.ok

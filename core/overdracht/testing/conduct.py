"""The promises about how a connector presents itself, and about leaving the system alone."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

from overdracht.connector import Question
from overdracht.errors import SourceError
from overdracht.people import SANNE
from overdracht.testing.cast import RECORDS, subject
from overdracht.testing.harness import Harness
from overdracht.testing.watching import Found, discard, find, stop_early


class Conduct:
    """R1 to R8."""

    def test_r01_it_names_itself(self, harness: Harness) -> None:
        """R1: A connector has a name to configure it by, a summary of one line, and categories."""
        kind = type(harness.connector())
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", kind.name)
        assert kind.summary.strip()
        assert "\n" not in kind.summary
        assert kind.categories

    def test_r02_every_setting_is_described_and_no_other_is_taken(self, harness: Harness) -> None:
        """R2: Every setting has a description, unknown ones are refused, and no setting holds a secret as plain text."""
        settings = type(harness.connector()).settings_type
        assert settings.model_config.get("extra") == "forbid"
        for name, field in settings.model_fields.items():
            assert field.description, f"setting {name} has no description"
            if re.search("password|passphrase|secret|token", name):
                plain = str in {field.annotation, *get_args(field.annotation)}
                assert not plain, f"setting {name} takes plain text: make it a SecretRef"

    def test_r03_describing_needs_no_connection(self, harness: Harness) -> None:
        """R3: `describe` tells of each category that the class names and of no other, while the system is away."""
        connector = harness.connector()
        with harness.break_whole():
            told = list(connector.describe())
        assert {one.category for one in told} == connector.categories
        for one in told:
            for text in (one.purpose, one.basis, *one.recipients):
                assert text.nl.strip()
                assert text.en.strip()

    def test_r04_check_tells_whether_find_will_work(self, harness: Harness) -> None:
        """R4: `check` is all well when the system is, and says so when it is away: a check that failed, or a SourceError."""
        harness.fill(RECORDS)
        checks = list(harness.connector().check())
        assert checks
        assert [one for one in checks if not one.ok] == []
        with harness.break_whole():
            try:
                broken = list(harness.connector().check())
            except SourceError:
                return
        assert [one for one in broken if not one.ok]

    def test_r05_checking_and_describing_change_nothing(self, harness: Harness) -> None:
        """R5: The system is the same, to the byte, the flag and the time, after `check` and `describe`."""
        harness.fill(RECORDS)
        before = harness.snapshot()
        connector = harness.connector()
        list(connector.check())
        list(connector.describe())
        assert harness.snapshot() == before

    def test_r06_finding_changes_nothing(self, harness: Harness) -> None:
        """R6: The system is the same after `find`, plain and thorough, and after one that was stopped half way."""
        harness.fill(RECORDS)
        before = harness.snapshot()
        person = subject(SANNE, (*harness.known_by, "name"))
        connector = harness.connector()
        find(connector, person)
        find(connector, person, thorough=True)
        assert harness.snapshot() == before

    def test_r07_exporting_changes_nothing(self, harness: Harness) -> None:
        """R7: The system is the same after `export`, in every form."""
        harness.fill(RECORDS)
        connector = harness.connector()
        items = find(connector, subject(SANNE, harness.known_by)).items
        before = harness.snapshot()
        discard(connector.export(iter(items), frozenset(connector.extras)))
        assert harness.snapshot() == before

    def test_r08_it_can_be_stopped_and_asked_again_from_another_thread(
        self, harness: Harness
    ) -> None:
        """R8: Stopping a find or an export half way leaves no trace, and the same connector then answers another thread."""
        harness.fill(RECORDS)
        person, connector = subject(SANNE, harness.known_by), harness.connector()
        items = find(harness.connector(), person).items
        before = harness.snapshot()
        stop_early(connector.find(Question(person)))
        stop_early(connector.export(iter(items)))
        with ThreadPoolExecutor(1) as another:
            found: Found = another.submit(find, connector, person).result()
        assert {one.key for one in found.items} == {one.key for one in items}
        assert harness.snapshot() == before

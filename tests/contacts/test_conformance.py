"""The connectors for contacts, calendars and notes keep the contract, on disk and on a real server."""

from pathlib import Path

import pytest

from overdracht.testing import (
    ErasingContract,
    ReadingContract,
    RectifyingContract,
    RectifyingHarness,
)
from tests.contacts.servers import CalDavHarness, CardDavHarness
from tests.contacts.shelves import (
    AppointmentFolderHarness,
    CalendarFileHarness,
    CardFileHarness,
    CardFolderHarness,
    NotesHarness,
)
from tests.servers.radicale import Radicale


class TestCardFolder(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return CardFolderHarness(tmp_path)


class TestCardFile(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return CardFileHarness(tmp_path)


class TestAppointmentFolder(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return AppointmentFolderHarness(tmp_path)


class TestCalendarFile(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return CalendarFileHarness(tmp_path)


class TestNotes(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> RectifyingHarness:
        return NotesHarness(tmp_path)


class TestCardDav(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, radicale: Radicale) -> RectifyingHarness:
        return CardDavHarness(radicale)


class TestCalDav(ReadingContract, ErasingContract, RectifyingContract):
    @pytest.fixture
    def harness(self, radicale: Radicale) -> RectifyingHarness:
        return CalDavHarness(radicale)

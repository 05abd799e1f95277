"""The connectors for contacts, calendars and notes keep the contract, on disk and on a real server."""

from pathlib import Path

import pytest

from overdracht.testing import ErasingContract, ErasingHarness, ReadingContract
from tests.contacts.servers import CalDavHarness, CardDavHarness
from tests.contacts.shelves import (
    AppointmentFolderHarness,
    CalendarFileHarness,
    CardFileHarness,
    CardFolderHarness,
    NotesHarness,
)
from tests.servers.radicale import Radicale


class TestCardFolder(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return CardFolderHarness(tmp_path)


class TestCardFile(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return CardFileHarness(tmp_path)


class TestAppointmentFolder(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return AppointmentFolderHarness(tmp_path)


class TestCalendarFile(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return CalendarFileHarness(tmp_path)


class TestNotes(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> ErasingHarness:
        return NotesHarness(tmp_path)


class TestCardDav(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, radicale: Radicale) -> ErasingHarness:
        return CardDavHarness(radicale)


class TestCalDav(ReadingContract, ErasingContract):
    @pytest.fixture
    def harness(self, radicale: Radicale) -> ErasingHarness:
        return CalDavHarness(radicale)

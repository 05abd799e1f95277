"""Ask for a configuration: who the organisation is, and which systems hold data. Each answer is validated when it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from overdracht.cli.check_command import show as show_checks
from overdracht.cli.screen import Screen
from overdracht.config import Source
from overdracht.config.filling import Answers, Unusable, fault, faults, form, value_of
from overdracht.config.load import SOURCE_NAME
from overdracht.config.model import Organisation
from overdracht.errors import OverdrachtError
from overdracht.registry import AnyConnector, Registry
from overdracht.survey.engine import explain

_ABOUT_YOU = ("name", "contact", "address", "own", "language")
_BETTER = "A search never begins with these and never spreads by them: without your own domain every mail would lead everywhere."


@dataclass
class Interview:
    """What was answered so far; an answer stays when a later one is refused or never comes."""

    screen: Screen
    registry: Registry
    directory: Path
    """Where relative paths begin."""
    organisation: Answers = field(default_factory=dict)
    sources: dict[str, Answers] = field(default_factory=dict)

    @property
    def context(self) -> Mapping[str, Any]:
        """What the validators need to know."""
        return {"directory": self.directory, "kinds": self.registry.kinds}

    def about_the_organisation(self) -> None:
        """Ask what is not answered yet about the organisation."""
        open_keys = [key for key in _ABOUT_YOU if key not in self.organisation]
        if open_keys:
            self.screen.line("The organisation", "bold")
        for key in open_keys:
            if key == "own":
                self.screen.line(f"  {_BETTER}", "dim")
            known = {"language": "nl"}.get(key)
            self._ask(Organisation, key, self.organisation, default=known, extra=self._mistyped)

    def about_sources(self, chosen: Sequence[str] = ()) -> None:
        """Ask for the settings of a source of each connector that is *chosen*, and for further sources."""
        for name, answers in tuple(self.sources.items()):
            self._go_on(name, answers)
        for name in chosen:
            self._source(self.registry.connectors[name])
        self.screen.line()
        self.screen.line(
            "The systems that hold personal data; one that is not listed is not searched", "bold"
        )
        self.screen.table(
            ("connector", "what it is"),
            [(name, one.summary) for name, one in sorted(self.registry.connectors.items())],
        )
        while True:
            wanted = self._prompt("A system to add, by its connector (empty: no more)")
            if not wanted:
                return
            if connector := self.registry.connectors.get(wanted):
                self._source(connector)
            else:
                self._refuse("no such connector is installed")

    def _source(self, connector: AnyConnector) -> None:
        self.screen.line()
        self.screen.line(f"{connector.name}: {connector.summary}", "bold")
        name = self._name(connector.name)
        answers: Answers = {"connector": connector.name}
        # Kept from here on: what is not answered any more stays open in the file.
        self.sources[name] = answers
        self._settings(name, connector, answers)

    def _go_on(self, name: str, answers: Answers) -> None:
        """Ask what a source lacks that was begun before."""
        connector = self.registry.connectors[str(answers["connector"])]
        if faults(connector.settings_type, _given(answers), self.context):
            self.screen.line()
            self.screen.line(f"{name}, as it was begun: {connector.summary}", "bold")
            self._settings(name, connector, answers)

    def _settings(self, name: str, connector: AnyConnector, answers: Answers) -> None:
        model = connector.settings_type
        for key, one in model.model_fields.items():
            if one.is_required() and key not in answers:
                self._ask(model, key, answers)
        self._further(model, answers)
        while not self._tried(name, connector, answers):
            self._further(model, answers)

    def _name(self, proposed: str) -> str:
        number = 1
        while proposed in self.sources:
            number += 1
            proposed = f"{proposed.rstrip('0123456789-')}-{number}"
        while True:
            name = self._prompt("  a name of your own for it", default=proposed)
            if not SOURCE_NAME.fullmatch(name):
                self._refuse("letters, digits, - and _, at most 64")
            elif name in self.sources:
                self._refuse("there is a source of that name")
            else:
                return name

    def _further(self, model: type[BaseModel], answers: Answers) -> None:
        """Ask for settings by name, until none is wanted; say what the whole of them lacks."""
        others = [key for key in model.model_fields if key not in answers]
        if others:
            self.screen.line(f"  It also takes: {', '.join(others)}.")
        while True:
            for told in faults(model, _given(answers), self.context):
                self.screen.line(f"  still to do: {told}", "yellow")
            key = self._prompt("  a further setting (empty: no more)")
            if not key:
                return
            if key in model.model_fields:
                answers.pop(key, None)
                self._ask(model, key, answers)
            else:
                self._refuse("it takes no such setting")

    def _tried(self, name: str, connector: AnyConnector, answers: Answers) -> bool:
        """Try the source if that is wanted; return whether its settings stay as they are."""
        given = _given(answers)
        if faults(connector.settings_type, given, self.context):
            return True
        if not self._yes("  Try now whether it can be reached?", default=True):
            return True
        if self._reached(name, connector, given):
            return True
        return not self._yes("  Change its settings?", default=True)

    def _reached(self, name: str, connector: AnyConnector, given: Answers) -> bool:
        try:
            settings = connector.settings_type.model_validate(given, context=dict(self.context))
            source = Source(name, connector.name, connector(name, settings))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and the answers must not be lost by it
            told = str(error) if isinstance(error, OverdrachtError) else explain(error)
            self.screen.line(f"  {told}", "red")
            return False
        return show_checks(self.screen, [source])

    def _ask(
        self,
        model: type[BaseModel],
        key: str,
        answers: Answers,
        *,
        default: str | None = None,
        extra: Callable[[str, Any], str] = lambda _key, _value: "",
    ) -> None:
        """Ask for *key* of *model* until its validator takes the answer; none leaves it open."""
        one = model.model_fields[key]
        needed = " (required)" if one.is_required() else ""
        self.screen.line(f"  {key}{needed}: {one.description or ''}")
        if how := form(model, key):
            self.screen.line(f"    {how}", "dim")
        while True:
            text = self._prompt(f"  {key}", default=default)
            if not text:
                return
            try:
                value = value_of(model, key, text)
            except Unusable as error:
                self._refuse(str(error))
                continue
            told = extra(key, value) or fault(
                model, key, {**_given(answers), key: value}, self.context
            )
            if not told:
                answers[key] = value
                return
            self._refuse(told)

    def _mistyped(self, key: str, value: Any) -> str:
        """Say which of the organisation's own identifiers is none."""
        if key != "own":
            return ""
        for number, one in enumerate(value, 1):
            try:
                self.registry.kinds.typed(one)
            except OverdrachtError as error:
                return f"number {number}: {error}"
        return ""

    def _refuse(self, told: str) -> None:
        self.screen.line(f"    {told}", "red")

    @staticmethod
    def _prompt(words: str, default: str | None = None) -> str:
        answer: str = click.prompt(words, default=default or "", show_default=bool(default))
        return answer.strip()

    @staticmethod
    def _yes(words: str, *, default: bool) -> bool:
        return click.confirm(words, default=default)


def _given(answers: Answers) -> Answers:
    """Return the settings among *answers*."""
    return {key: one for key, one in answers.items() if key != "connector"}

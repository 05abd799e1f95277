"""`overdracht connectors NAME`: every setting, also those inside a setting, and what is wrong with one is said by its own key."""

import json
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from overdracht.cli.connectors_command import settings_of
from overdracht.config.problems import problems_of
from overdracht_accounting.settings import SqlSettings
from tests.cli.conftest import Run


class Shelf(BaseModel):
    """A table inside a table, which can hold itself."""

    label: str = Field(min_length=3, description="what stands on it")
    above: "Shelf | None" = Field(None, description="the one above it")


class Cupboard(BaseModel):
    """Settings with tables in them."""

    shelves: tuple[Shelf, ...] = Field((), min_length=2, description="its shelves")
    by_name: dict[str, Shelf] = Field(default_factory=dict, description="those with a name")


def said(given: dict[str, Any], model: type[BaseModel] = Cupboard) -> list[str]:
    """Return what is wrong with what is *given*."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        return [str(one) for one in problems_of(error, model, "sources.kast")]
    return []


def test_what_a_setting_holds_stands_indented_beneath_it(run: Run) -> None:
    """With its own default and description, however deep: a table in a list of tables, and one by a name in that."""
    lines = run("connectors", "sql").output.splitlines()
    told = [line.split("  (required)")[0].rstrip() for line in lines]
    begin = told.index("  tables[]")
    assert told[begin + 1] == "    table"
    (columns,) = [at for at, line in enumerate(lines) if line.startswith("    columns.NAME ")]
    assert lines[columns + 1].startswith("      category ")
    assert "Its category; with several it stays" in lines[columns + 1]
    assert "    env " in "\n".join(lines)


def test_the_same_as_json(run: Run) -> None:
    """A script finds them under the key `settings` of what holds them."""
    (one,) = json.loads(run("connectors", "sql", "--json").output)["connectors"]
    settings = {setting["key"]: setting for setting in one["settings"]}
    tables = {setting["key"]: setting for setting in settings["tables[]"]["settings"]}
    assert tables["table"]["required"] is True
    (category, *_) = tables["columns.NAME"]["settings"]
    assert category["key"] == "category"
    assert "settings" not in settings["url"]


def test_what_holds_itself_is_told_once() -> None:
    """The list ends."""
    assert [one["key"] for one in settings_of(Cupboard)] == ["shelves[]", "by_name.NAME"]
    (shelves, _) = settings_of(Cupboard)
    assert [one["key"] for one in shelves["settings"]] == ["label", "above"]


def test_what_is_too_short_says_how_long_it_is() -> None:
    """An empty text or list is empty; of another least the number is told."""
    assert said({"shelves": []}) == ["sources.kast.shelves: needs 2 or more (its shelves)"]
    assert said({"by_name": {"x": {"label": "a"}}}) == [
        "sources.kast.by_name.x.label: is too short: it has 3 characters or more (what stands on it)"
    ]
    given = {"url": "sqlite:///x", "tables": [{"table": "", "category": "note"}]}
    assert said(given, SqlSettings) == [
        "sources.kast.tables[0].table: is empty (The table's name, or schema.name.)"
    ]
    assert said({"url": "sqlite:///x", "tables": []}, SqlSettings)[0].startswith(
        "sources.kast.tables: is empty (The tables"
    )


def test_a_wrong_key_below_a_name_of_the_administrators_is_told_its_nearest() -> None:
    """The name of a column is no key of the settings; what stands in it is."""
    columns = {"email": {"category": "contact", "serch": False}}
    tables = [{"table": "t", "category": "note", "colums": {}, "columns": columns}]
    assert said({"url": "sqlite:///x", "tables": tables}, SqlSettings) == [
        "sources.kast.tables[0].columns.email.serch: unknown key (did you mean search?)",
        "sources.kast.tables[0].colums: unknown key (did you mean columns?)",
    ]

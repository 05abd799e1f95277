"""What the administrator writes for a database is refused, before anything is asked, where it cannot be meant so."""

from typing import Any

import pytest
from pydantic import ValidationError

from overdracht_accounting.settings import SqlSettings
from tests.accounting.test_sql_mapping import CUSTOMERS


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ([{**CUSTOMERS, "belongs_to": {"elders": "id"}}], "no table before it"),
        ([CUSTOMERS, CUSTOMERS], "two tables are called klanten"),
        ([{"table": "klanten", "category": "contact"}], "says nothing of people"),
        ([{**CUSTOMERS, "columns": {"id": "contact"}}], "is the key"),
        ([{**CUSTOMERS, "table": "a:b"}], "colon"),
        (
            [
                CUSTOMERS,
                {
                    "table": "x",
                    "category": "note",
                    "part_of": {"klanten": "y"},
                    "identifies": {"email": "z"},
                },
            ],
            "go with that",
        ),
        (
            [
                CUSTOMERS,
                {"table": "x", "category": "note", "part_of": {"klanten": ["van", "aan"]}},
            ],
            "x refers to klanten by van, aan, and the key there is id.*belongs_to",
        ),
    ],
)
def test_a_mapping_that_does_not_hang_together_is_refused(tables: Any, said: str) -> None:
    """Before anything is asked: the message names the table and what is wrong."""
    with pytest.raises(ValidationError, match=said):
        SqlSettings.model_validate({"url": "sqlite:///x", "tables": tables})


@pytest.mark.parametrize("url", ["oracle://x/y", "postgresql://user:geheim@host/db", "zomaar"])
def test_an_address_with_a_password_or_of_another_kind_is_refused(url: str) -> None:
    """A password does not belong in the address, and the error does not repeat it."""
    with pytest.raises(ValidationError) as error:
        SqlSettings.model_validate({"url": url, "tables": [CUSTOMERS]})
    assert "geheim" not in str(error.value)

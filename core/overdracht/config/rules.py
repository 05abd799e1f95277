"""What the configuration says about keeping and erasing: retention rules, how much one plan may take, how long a bundle stays.

A table `[retention.NAME]` under the name of a category changes the rule that this category has by default, key by key; under any other
name it adds a rule, which is then written out whole. Of several rules for a category the longest holds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from overdracht.config.problems import Problem
from overdracht.items import Category
from overdracht.retention import DEFAULT_RULES, CountsFrom, Rule, Term
from overdracht.text import Text


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


def _term(value: object) -> Term:
    if isinstance(value, Term):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a text, such as P7Y")  # noqa: TRY004 - pydantic collects ValueErrors only
    return Term.parse(value)


WrittenTerm = Annotated[Term, BeforeValidator(_term)]
"""A term in ISO 8601: `P7Y`, `P3M`, `P30D`."""

_Share = Annotated[float, Field(gt=0, le=1)]


class Retention(_Table):
    """One retention rule."""

    category: Annotated[
        Category | None,
        Field(description="what it is about; a table named after it needs no such key"),
    ] = None
    term: Annotated[
        WrittenTerm | None,
        Field(description="how long, in ISO 8601: P7Y, P3M, P30D", examples=["P5Y"]),
    ] = None
    counts_from: Annotated[
        CountsFrom | None,
        Field(
            description="what the term counts from: financial-year, last-contact or item",
            examples=["last-contact"],
        ),
    ] = None
    ground_nl: Annotated[str, Field(description="why, in a sentence for the person, in Dutch")] = ""
    ground_en: Annotated[str, Field(description="the same in English")] = ""
    article_nl: Annotated[str, Field(description="the article of law, in Dutch")] = ""
    article_en: Annotated[str, Field(description="the same in English")] = ""
    binding: Annotated[
        bool | None,
        Field(
            description="whether the law demands that it is kept, also when the person asks for erasure"
        ),
    ] = None
    unattended: Annotated[
        bool,
        Field(
            description="whether `overdracht retention` may erase what outlived the term without approval"
        ),
    ] = False

    def over(self, rule: Rule) -> Rule:
        """Return *rule* with what this table says in place of what it said."""
        return replace(
            rule,
            term=self.term or rule.term,
            counts_from=self.counts_from or rule.counts_from,
            ground=_over(self.ground_nl, self.ground_en, rule.ground),
            article=_over(self.article_nl, self.article_en, rule.article),
            binding=rule.binding if self.binding is None else self.binding,
        )


def _over(nl: str, en: str, text: Text) -> Text:
    return Text(nl or text.nl, en or text.en)


class Erasure(_Table):
    """The limits of an erasure."""

    most: Annotated[
        _Share,
        Field(description="the largest share of a source that one plan may take, from 0 to 1"),
    ] = 0.3
    most_of: Annotated[
        Mapping[str, _Share], Field(description="the same for one source: { NAME = 1.0 }")
    ] = Field(default_factory=dict)
    backups: Annotated[
        WrittenTerm | None,
        Field(
            description="how long backups are kept, in ISO 8601: after that nothing erased is left in them",
            examples=["P90D"],
        ),
    ] = None


def _executor(value: str) -> str:
    if not re.fullmatch(r"(?:dask(?:\+tls)?://[^\s/:]+:\d{1,5})?", value):
        raise ValueError("must be dask://host:port, or nothing for this machine's processes")
    return value


class Engine(_Table):
    """Where heavy work is done."""

    executor: Annotated[
        str,
        Field(
            description="a Dask scheduler that the heavy work goes to (dask://host:8786), instead of processes on this machine"
        ),
        AfterValidator(_executor),
    ] = ""


class Bundles(_Table):
    """What becomes of the bundles that were written."""

    keep: Annotated[
        WrittenTerm,
        Field(description="how long a bundle may stay where it was written", examples=["P30D"]),
    ] = Term(days=30)


_NEEDED = ("category", "term", "counts_from", "ground_nl", "ground_en", "article_nl", "article_en")


def problems(tables: Mapping[str, Retention]) -> Iterator[Problem]:
    """Yield what is wrong with the rules in *tables*, by name."""
    for name, table in tables.items():
        if name in DEFAULT_RULES:
            if table.category not in {None, Category(name)}:
                yield Problem(
                    f"retention.{name}.category",
                    f"the table is named after {name}",
                    "give it another name",
                )
            continue
        nearest = get_close_matches(name, DEFAULT_RULES, n=1)
        if nearest and table.category is None:
            # A rule of another name is written out whole: one that does not even say its category was meant to be a category's.
            yield Problem(f"retention.{name}", "no such category", f"did you mean {nearest[0]}?")
            continue
        for key in _NEEDED:
            if not getattr(table, key):
                description = Retention.model_fields[key].description or ""
                yield Problem(f"retention.{name}.{key}", "is missing", description)


def rules_of(tables: Mapping[str, Retention], year_starts: int) -> tuple[Rule, ...]:
    """Return the rules that hold: the defaults, changed and added to by *tables*, which have no problems; the financial year begins in the
    month *year_starts*."""
    changed = (
        tables[category].over(rule) if category in tables else rule
        for category, rule in DEFAULT_RULES.items()
    )
    added = (_whole(table) for name, table in tables.items() if name not in DEFAULT_RULES)
    return tuple(replace(one, year_starts=year_starts) for one in (*changed, *added))


def _whole(table: Retention) -> Rule:
    assert table.category and table.term and table.counts_from  # noqa: S101 - `problems` found none
    return Rule(
        table.category,
        table.term,
        table.counts_from,
        Text(table.ground_nl, table.ground_en),
        Text(table.article_nl, table.article_en),
        binding=bool(table.binding),
    )


def unattended(tables: Mapping[str, Retention]) -> frozenset[Category]:
    """Return the categories of which what outlived its term may be erased without approval: every rule of theirs must say so."""
    said: dict[Category, list[bool]] = {}
    for name, table in tables.items():
        said.setdefault(table.category or Category(name), []).append(table.unattended)
    return frozenset(category for category, each in said.items() if all(each))

"""What the administrator writes of a REST API: where its records are, which fields are personal, and how one is deleted."""

import re
from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from overdracht import Category, ConfigPath, Kinds, SecretRef, Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_KINDS = Kinds().names
_MARK = re.compile(r"\{([^{}]*)\}")
Method = Literal["DELETE", "POST", "PUT", "PATCH"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Paging(_Table):
    """How a long list goes on."""

    by: Literal["nothing", "link", "header", "field", "page", "offset"] = Field(
        "nothing",
        description="nothing: the list is one answer; link: a Link header with rel=next (RFC 8288); header or field: the address of what follows"
        " stands there; page or offset: a number in the query.",
    )
    name: str = Field("", description="Of the header, the field or the parameter.")
    size: int = Field(
        0,
        ge=0,
        description="For page and offset: how many records an answer holds when it is full.",
    )
    size_name: str = Field("", description="The parameter that asks for so many.")
    first: int = Field(1, ge=0, description="The number of the first page.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.by in {"header", "field", "page", "offset"} and not self.name:
            raise ValueError(f"by = {self.by!r} needs a name")
        if self.by in {"page", "offset"} and not self.size:
            raise ValueError(f"by = {self.by!r} needs a size")
        return self


class Forget(_Table):
    """The request by which one record is deleted, or its fields are blanked."""

    method: Method = Field("DELETE", description="DELETE, POST, PUT or PATCH.")
    path: str = Field("", description="With {id} in it; the record's own when it is left out.")
    body: Mapping[str, Any] | None = Field(
        None, description="What is sent, as JSON: for blanking, the fields with what they become."
    )

    @field_validator("path")
    @classmethod
    def _has_id(cls, value: str) -> str:
        return _with_id(value) if value else value


class Permission(_Table):
    """Where the API says whether the account may change records."""

    path: str = Field(description="What to ask for, below `url`.")
    place: str = Field(
        description="What is filled in the answer when it may, e.g. permissions.write."
    )


class Resource(_Table):
    """One kind of record: `[sources.NAME.resources.RESOURCE]`."""

    list: str = Field(description="The path that lists the records, below `url`.")
    items: str = Field(
        "",
        description="Where in the answer the records are, e.g. data; empty: it is the list itself.",
    )
    item: str = Field(description="The path of one record, with {id} in it.")
    object: str = Field(
        "", description="Where in that answer the record is; empty: it is the record itself."
    )
    id: str = Field("id", description="The field with what goes in the place of {id}.")
    paging: Paging = Field(Paging(), description="How the list goes on.")
    search: Mapping[str, str] = Field(
        {},
        description='By kind of identifier, the query that finds its records: { email = "email={value}" }. A plain find asks so; --thorough lists all.',
    )
    category: Category = Field(description="What a record is, for retention.")
    fields: Mapping[str, str | tuple[str, ...]] = Field(
        description='By kind of identifier, the fields that say whose the record is: { email = "email", phone = ["phone", "mobile"] }.'
    )
    text: tuple[str, ...] = Field((), description="The fields with free text.")
    title: str = Field("", description="The field to recognise a record by.")
    when: str = Field(
        "",
        description="The field with its own time: ISO 8601, or seconds or milliseconds since 1970.",
    )
    holder: str = Field(
        "",
        description="The kind of identifier among `fields` that is the customer's whose record it is.",
    )
    contact: bool = Field(
        default=False, description="A record counts as contact with the customer."
    )
    purpose: str = Field(
        "", description="Why the organisation has these records, for the answer to the person."
    )
    delete: Forget | None = Field(
        None, description="How one is deleted; without it that is done by hand."
    )
    blank: Forget | None = Field(
        None,
        description="How the contact data in one are blanked, when the rest of it must be kept.",
    )

    may_change: Permission | None = Field(
        None,
        description="How the API tells that the account may change them: looked at before an erasure.",
    )

    @field_validator("item")
    @classmethod
    def _has_id(cls, value: str) -> str:
        return _with_id(value)

    @field_validator("search")
    @classmethod
    def _has_value(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for kind, query in value.items():
            if "{value}" not in query:
                raise ValueError(f"the query for {kind} has no {{value}} in it")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.fields:
            raise ValueError("no field says whose a record is")
        for kind in (*self.fields, *self.search):
            if kind not in _KINDS:
                raise ValueError(f"{kind} is no kind of identifier: {', '.join(_KINDS)}")
        if self.holder and self.holder not in self.fields:
            raise ValueError("the holder is not among the fields")
        if self.blank is not None and not self.blank.body:
            raise ValueError("blank needs a body: the fields with what they become")
        return self

    def paths(self, kind: str) -> tuple[str, ...]:
        """Return the fields for *kind*."""
        named = self.fields.get(kind, ())
        return (named,) if isinstance(named, str) else tuple(named)


class RestSettings(Settings):
    """The keys of `[sources.NAME]` with `connector = "rest"`."""

    url: str = Field(description="Where the API begins: https, or http on this machine itself.")
    username: str = Field("", description="The account, for basic authentication.")
    password: SecretRef | None = Field(None, description="Where its password is.")
    token: SecretRef | None = Field(None, description="Where the token is that is sent instead.")
    header: str = Field("Authorization", description="The header that it goes in.")
    header_form: str = Field("Bearer {token}", description="How it is written there.")
    ca_file: ConfigPath | None = Field(
        None, description="A certificate authority of your own (PEM)."
    )
    timeout: float = Field(30.0, gt=0, le=600, description="Seconds to wait for an answer.")
    etags: bool = Field(
        default=False,
        description="The API gives ETags and heeds If-Match: a record that changes at the last moment is left alone by the server itself.",
    )
    resources: Mapping[str, Resource] = Field(
        min_length=1, description="The kinds of record, by name."
    )

    @field_validator("url")
    @classmethod
    def _safe_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("not the address of an API: https://…")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "only scheme, name, port and path: who asks stands in username and password, or token"
            )
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("http is only allowed to this machine itself; use https")
        return value.rstrip("/") + "/"

    @field_validator("header_form")
    @classmethod
    def _has_token(cls, value: str) -> str:
        if "{token}" not in value:
            raise ValueError("it has no {token} in it")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token is not None and self.password is not None:
            raise ValueError("give one of password and token")
        if self.password is not None and not self.username:
            raise ValueError("a password needs a username")
        return self


def _with_id(path: str) -> str:
    if _MARK.findall(path) != ["id"]:
        raise ValueError("it must have {id} in it once, and no other braces")
    return path

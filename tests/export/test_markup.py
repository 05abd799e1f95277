"""HTML in which nothing that came from elsewhere can be anything but text."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

import overdracht.report
from overdracht.report.markup import Html, foreign, html, link, neutral
from tests.export.hostile import TEXTS

REPORT = Path(overdracht.report.__file__).parent


@given(st.text(alphabet=st.characters(codec=None)) | st.sampled_from(TEXTS))
def test_text_stays_text(text: str) -> None:
    """Whatever is put into an element or an attribute is read back as that text, made neutral, and adds no element."""
    page = html('<!DOCTYPE html><title>t</title><p title="{}">{}</p>', text, text).text
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    [paragraph] = tree.find("body")
    assert not list(paragraph)
    assert paragraph.attrib == {"title": neutral(text)}
    assert (paragraph.text or "") == neutral(text)


@given(st.text(alphabet=st.characters(codec=None)) | st.sampled_from(TEXTS))
def test_a_link_stays_in_the_bundle(path: str) -> None:
    """No path becomes an address of its own: no scheme, no host, no query, no fragment."""
    tree = html5lib.parseFragment(link(path, "x").text, namespaceHTMLElements=False)
    target = tree.find("a").get("href")
    assert not set(target) & set(":?#\\\"'<> ")
    assert not target.startswith("/")


def test_markup_does_not_join_with_text() -> None:
    """Forgetting to escape is an error, not a hole."""
    with pytest.raises(TypeError):
        html("<p>{}</p>", "x") + "<b>"  # type: ignore[operator]
    with pytest.raises(TypeError):
        html("<p>{}</p>")


def test_foreign_text_is_isolated_and_of_a_length_one_reads() -> None:
    """A text that runs from right to left turns nothing around it, and one of a book's length is cut."""
    assert foreign("مرحبا").text == "<bdi>مرحبا</bdi>"
    assert len(foreign("x" * 10_000).text) < 300


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(REPORT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=called)) if called == name:
                    yield path.name, node


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # `self.say("…", "…")`: the one of two literals in the page's language.
        return node.func.attr == "say" and all(map(_is_literal, node.args))
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_templates_are_literals_of_the_program() -> None:
    """A template is never computed, so no data can be part of one; attributes in it are quoted."""
    found = list(_calls("html"))
    assert len(found) > 50
    for module, call in found:
        template = call.args[0]
        assert _is_literal(template), f"{module}:{call.lineno}"
        if isinstance(template, ast.Constant):
            assert "={}" not in str(template.value), f"{module}:{call.lineno}"


def test_only_two_places_make_markup_without_a_template() -> None:
    """Everything else goes through `html`, and every address through `link` or `anchor`."""
    made = [(module, call.lineno) for module, call in _calls("Html")]
    assert [module for module, _ in made] == ["markup.py", "page.py"]
    for path in REPORT.glob("*.py"):
        assert ("href=" in path.read_text(encoding="utf-8")) is (path.name == "markup.py")


def test_the_style_cannot_end_its_element() -> None:
    """The style sheet is put into every page as it is, loads nothing, and holds no markup."""
    style = files("overdracht.report").joinpath("style.css").read_text(encoding="utf-8")
    assert "<" not in style
    assert "url(" not in style
    assert "@import" not in style


def test_bytes_are_utf8() -> None:
    """Pages are written as UTF-8, half a character replaced."""
    assert bytes(html("<p>{}</p>", "caf\u00e9 \ud83d")) == "<p>café \ufffd</p>".encode()
    assert isinstance(html("x"), Html)

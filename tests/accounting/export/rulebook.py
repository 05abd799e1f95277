"""The official schemas and rules an electronic invoice is held against: UBL's XSD, EN 16931 and NLCIUS as Schematron.

They are not part of the repository. Schematron with XPath 2 is compiled to XSLT here, as its standard describes (a mode a pattern, the
first rule that matches a node fires), and run by Saxon; every rule that fires is counted, so that a run of nothing is no pass.
"""

import copy
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from lxml import etree

ROOT = Path(__file__).parents[3]
SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"
_NAMED = "OVERDRACHT_SCHEMAS"


def schemas() -> Path:
    """Return the folder of the schemas; skip the test where there is none, fail where they should be."""
    shared = ROOT.parent / "shared"
    named = os.environ.get(_NAMED)
    folder = Path(named) if named else shared / "schemas"
    if folder.is_dir():
        return folder
    message = f"needs the official schemas: set {_NAMED} to a folder with ubl21, en16931-ubl and si-ubl-2.0"
    if named or (os.environ.get("CI") and shared.is_dir()):
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True)
class Verdict:
    """What a set of rules said of a document."""

    fired: tuple[str, ...]
    """The contexts of the rules that fired, one for each node."""
    failed: tuple[str, ...]
    """The names of the broken rules that make a document invalid."""
    warned: tuple[str, ...]


class Rules:
    """One Schematron, compiled."""

    def __init__(self, path: Path) -> None:
        from saxonche import PySaxonProcessor

        self._processor = PySaxonProcessor(license=False)
        compiler = self._processor.new_xslt30_processor()
        self._executable = compiler.compile_stylesheet(stylesheet_text=_stylesheet(path))

    def verdict(self, document: bytes) -> Verdict:
        """Hold *document* against the rules."""
        node = self._processor.parse_xml(xml_text=document.decode())
        report = etree.fromstring(self._executable.transform_to_string(xdm_node=node).encode())
        failed = [(one.get("id", ""), one.get("flag")) for one in report.iter("failed")]
        return Verdict(
            tuple(one.get("context", "") for one in report.iter("fired")),
            tuple(name for name, flag in failed if flag != "warning"),
            tuple(name for name, flag in failed if flag == "warning"),
        )


def _stylesheet(path: Path) -> str:
    schema = _whole(path)
    abstract = {
        one.get("id"): one
        for one in schema.iter(f"{SCHEMATRON}pattern")
        if one.get("abstract") == "true"
    }
    spaces = " ".join(
        f"xmlns:{one.get('prefix')}={quoteattr(one.get('uri'))}"
        for one in {one.get("prefix"): one for one in schema.iter(f"{SCHEMATRON}ns")}.values()
    )
    parts = [
        f'<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" {spaces}>'
    ]
    parts += [
        f"<xsl:variable name={quoteattr(one.get('name'))} select={quoteattr(one.get('value'))}/>"
        for one in schema.iter(f"{SCHEMATRON}let")
    ]
    patterns = [one for one in schema.iter(f"{SCHEMATRON}pattern") if one.get("abstract") != "true"]
    for number, pattern in enumerate(patterns):
        filled = _filled(pattern, abstract) if pattern.get("is-a") else pattern
        parts += _pattern(f"m{number}", filled)
    calls = "".join(
        f'<xsl:apply-templates select="/" mode="m{number}"/>' for number in range(len(patterns))
    )
    parts.append(f'<xsl:template match="/"><report>{calls}</report></xsl:template>')
    return "\n".join([*parts, "</xsl:stylesheet>"])


def _whole(path: Path) -> "etree._Element":
    """Return the schema at *path* with what it includes."""
    schema = etree.parse(str(path)).getroot()
    for one in list(schema.iter(f"{SCHEMATRON}include")):
        one.getparent().replace(one, _whole(path.parent / one.get("href")))
    return schema


def _filled(pattern: "etree._Element", abstract: dict[str, "etree._Element"]) -> "etree._Element":
    """Return the abstract pattern that *pattern* is one of, with its parameters filled in."""
    values = {
        one.get("name").strip(): one.get("value") for one in pattern.iter(f"{SCHEMATRON}param")
    }
    named = re.compile(r"\$([A-Za-z][\w-]*)")
    filled = copy.deepcopy(abstract[pattern.get("is-a")])
    for one in filled.iter(f"{SCHEMATRON}rule", f"{SCHEMATRON}assert"):
        for attribute in {"context", "test"} & set(one.keys()):
            text = named.sub(lambda found: values.get(found[1], found[0]), one.get(attribute))
            one.set(attribute, text)
    return filled


def _pattern(mode: str, pattern: "etree._Element") -> list[str]:
    onward = f'<xsl:apply-templates select="@*|node()" mode="{mode}"/>'
    parts = [
        f'<xsl:template match="@*|node()|/" mode="{mode}" priority="-1">{onward}</xsl:template>'
    ]
    rules = pattern.findall(f"{SCHEMATRON}rule")
    for number, rule in enumerate(rules):
        context = quoteattr(rule.get("context"))
        checks = "".join(
            f"<xsl:if test={quoteattr('not(' + one.get('test') + ')')}>"
            f"<failed id={quoteattr(_name(one))} flag={quoteattr(one.get('flag', 'fatal'))}/></xsl:if>"
            for one in rule.findall(f"{SCHEMATRON}assert")
        )
        # The context is a text here, not an attribute value template: its braces, if any, are doubled.
        shown = context.replace("{", "{{").replace("}", "}}")
        parts.append(
            f'<xsl:template match={context} mode="{mode}" priority="{len(rules) - number}">'
            f"<fired context={shown}/>{checks}{onward}</xsl:template>"
        )
    return parts


def _name(check: "etree._Element") -> str:
    return check.get("id") or (check.text or "").partition("]")[0].strip(" [")


@cache
def en16931() -> Rules:
    """Return the rules of the European standard."""
    folder = schemas() / "en16931-ubl" / "ubl" / "schematron" / "preprocessed"
    return Rules(folder / "EN16931-UBL-validation-preprocessed.sch")


@cache
def nlcius() -> Rules:
    """Return the Dutch rules, which hold the European ones."""
    return Rules(schemas() / "si-ubl-2.0" / "schematron" / "si-ubl-2.0.sch")


@cache
def _xsd(kind: str) -> etree.XMLSchema:
    path = schemas() / "ubl21" / "maindoc" / f"UBL-{kind}-2.1.xsd"
    return etree.XMLSchema(etree.parse(str(path)))


def schema_errors(document: bytes) -> list[str]:
    """Return what UBL's own schema says against *document*."""
    root = etree.fromstring(document)
    schema = _xsd(etree.QName(root).localname)
    schema.validate(root)
    return [one.message for one in schema.error_log]

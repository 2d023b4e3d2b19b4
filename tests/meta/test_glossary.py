"""The words of the glossary are the words of the graph, the facts and the API."""

from __future__ import annotations

import re
from importlib.resources import files

from graph_schema import NODES
from hub.api.schema import sdl
from hub.domain.kinds import KINDS

_TEXT = (files("hub") / "docs" / "glossary.md").read_text(encoding="utf-8")
_ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in _TEXT.splitlines()
    if line.startswith("| ")
]
_TERMS = {term.strip() for row in _ROWS[1:] for term in row[0].split(",")}
# What one thing must not be called may be the name of another.
_NEVER = {word.strip() for row in _ROWS[1:] for word in row[3].split(",")} - {term.lower() for term in _TERMS}
_OWN = {"LedgerHead", "SchemaVersion"}


def test_every_label_of_the_graph_is_a_term_of_the_glossary() -> None:
    missing = {node.label for node in NODES} - _OWN - _TERMS
    assert missing == set()


def test_every_type_of_subject_is_a_term_of_the_glossary() -> None:
    assert {kind.type for kind in KINDS.values()} <= _TERMS


def test_no_type_of_the_api_bears_a_name_that_the_glossary_rules_out() -> None:
    types = set(re.findall(r"^(?:type|interface|enum|input) (\w+)", sdl(), re.MULTILINE))
    assert {name for name in types if name.lower() in _NEVER} == set()

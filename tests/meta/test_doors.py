"""Nothing goes around the two doors: who may append to the ledger, write to the graph, or run SQL, read from the code.

Rules, over the syntax trees of all modules of `hub`:
- `append`, `prepare` and `disclosure` are called on something whose name ends in `ledger` only in hub.service;
- what an append is made of (`Pending`, `Writer`, `Batch`) is made only in hub.ledger;
- Cypher that writes stands only in four modules of hub.graph, as text that is no docstring;
- SQL is run, and its libraries are imported, only in hub.ledger.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hub

_ROOT = Path(hub.__file__).parent
_DOOR = "hub.service"
_APPENDING = {"append", "prepare", "disclosure"}
_PARTS = {"Pending", "Writer", "Batch"}
_WRITERS = {f"hub.graph.{name}" for name in ("apply", "migrate", "project")}
_WRITES = re.compile(r"\b(?:CREATE|MERGE|SET|DELETE|DETACH|REMOVE|FOREACH|DROP|LOAD CSV)\b")
_SQL_LIBRARIES = {"sqlalchemy", "sqlmodel", "sqlite3", "psycopg"}
_SQL_CALLS = {"execute", "executemany", "executescript", "exec_driver_sql"}


@cache
def modules() -> dict[str, ast.Module]:
    """Name → syntax tree of every module of `hub`."""
    found = {}
    for path in sorted(_ROOT.rglob("*.py")):
        name = ".".join(("hub", *path.relative_to(_ROOT).with_suffix("").parts)).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(last word of the receiver, function) of every call; the receiver is "" for a plain function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield last_word(function.value), function.attr
            else:
                yield "", last_word(function)


def last_word(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=function):
            return last_word(function)
        case _:
            return ""


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text constant, also pieces of f-strings, that is not a docstring or a bare description."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def imported(tree: ast.AST) -> set[str]:
    """First words of everything imported."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def appends(tree: ast.AST) -> set[str]:
    return {what for on, what in calls(tree) if what in _APPENDING and on.lower().endswith("ledger")}


def writes(tree: ast.Module) -> list[str]:
    return [text for text in texts(tree) if _WRITES.search(text)]


def runs_sql(tree: ast.AST) -> set[str]:
    """SQL's libraries, and methods that run a statement; a plain `execute(…)` is somebody's own function."""
    run = {what for on, what in calls(tree) if on and what in _SQL_CALLS}
    return run | (imported(tree) & _SQL_LIBRARIES)


_ELSEWHERE = {
    "hub.intake.keyset",  # keeps the keys of one file in a temporary table of its own
    "hub.matching.scoring",  # keeps the rows of one run in a DuckDB in memory
}
"""Modules that run SQL on tables of their own; they never see the ledger."""


def test_only_the_doors_append_to_the_ledger() -> None:
    found = {name for name, tree in modules().items() if appends(tree)}
    assert found == {_DOOR}
    assert appends(modules()[_DOOR]) == _APPENDING


def test_what_an_append_is_made_of_is_made_only_inside_the_ledger() -> None:
    found = {name for name, tree in modules().items() if {what for _, what in calls(tree)} & _PARTS}
    assert found == {"hub.ledger.store", "hub.ledger.writer"}


def test_only_the_projector_and_its_kin_hold_cypher_that_writes() -> None:
    # The ledger's statements are SQL, and so are those of modules with tables of their own.
    outside = {name for name in modules() if not name.startswith("hub.ledger")} - _ELSEWHERE
    assert {name for name in outside if writes(modules()[name])} == _WRITERS


def test_only_the_ledger_runs_sql() -> None:
    found = {name for name, tree in modules().items() if runs_sql(tree)} - _ELSEWHERE
    assert found
    assert all(name.startswith("hub.ledger.") for name in found), found


def test_no_module_but_the_ledgers_reaches_for_its_engine() -> None:
    found = {
        name
        for name, tree in modules().items()
        if any(isinstance(node, ast.Attribute) and node.attr == "engine" for node in ast.walk(tree))
    }
    assert all(name.startswith("hub.ledger.") for name in found), found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("self._ledger.append(x)", True),
        ("opened.ledger.prepare(x)", True),
        ("open_ledger(settings).disclosure(x)", True),
        ("ledger.size(log)", False),
        ("rows.append(x)", False),
    ],
)
def test_an_append_is_recognised(code: str, found: bool) -> None:
    assert bool(appends(ast.parse(code))) is found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('Q = "MATCH (n) SET n.x = 1"', True),
        ('run(f"MERGE (n:{label})")', True),
        ('"""SET in a docstring."""', False),
        ('Q = "MATCH (n) RETURN n.set"', False),
    ],
)
def test_cypher_that_writes_is_recognised(code: str, found: bool) -> None:
    assert bool(writes(ast.parse(code))) is found

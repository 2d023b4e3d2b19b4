"""The fast way to finish an answer agrees with graphql-core on every query and every answer."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLType,
    execute_sync,
    get_named_type,
    is_composite_type,
)
from hypothesis import event, given, settings
from hypothesis import strategies as st

from hub.api.documents import EMPTY, read
from hub.api.finish import Unfit
from hub.api.plan import snake
from hub.api.schema import CORE
from hub.domain.errors import NotFound
from hub.domain.selection import Selection

ROOTS = {
    "person": '(id: "x")', "persons": "", "node": '(id: "x")', "area": '(code: "32")', "programmes": "",
    "enrolments": "", "releases": "", "viewer": "", "ledgerEntry": "(seq: 1)", "ledgerEntries": "",
    "inclusionProof": "(seq: 1)", "disclosures": "",
}  # fmt: skip
ALIASES = ("a", "b", "id", "name", "nik", "__typename")
LEAVES = {
    "ID": st.text(max_size=3), "String": st.text(max_size=3), "Int": st.integers(-(2**31), 2**31 - 1),
    "Boolean": st.booleans(), "Date": st.dates().map(str) | st.dates(), "DateTime": st.datetimes().map(str),
    "JSON": st.dictionaries(st.text(max_size=2), st.integers() | st.none(), max_size=2),
}  # fmt: skip
WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, 2**40, True, "x", [], {}, [None], 1.5, ValueError("x"), NotFound("x", "y")]
)

type_of = CORE.type_map


@st.composite
def fields_below(draw: st.DrawFn, kind: GraphQLObjectType, depth: int) -> str:
    """A selection set on an object type; aliases may repeat only where the same field stands behind them."""
    names = [
        name
        for name, field in kind.fields.items()
        if depth or not is_composite_type(get_named_type(field.type))
    ]
    parts: list[str] = []
    taken: dict[str, str] = {}
    for name in draw(st.lists(st.sampled_from([*names, "__typename"]), min_size=1, max_size=5)):
        key = draw(st.sampled_from([name, *ALIASES]))
        if taken.setdefault(key, name) != name or (key in parts and name != "__typename"):
            continue
        below = "" if name == "__typename" else draw(_below(kind.fields[name].type, depth - 1))
        if below and any(part.startswith(f"{key}:") for part in parts):
            continue
        parts.append(f"{key}: {name} {below}")
    return "{ " + " ".join(parts) + " }"


def _below(kind: GraphQLType, depth: int) -> st.SearchStrategy[str]:
    named = get_named_type(kind)
    if isinstance(named, GraphQLObjectType):
        return fields_below(named, max(depth, 0))
    return st.just("{ id __typename ... on Person { n: name } }" if is_composite_type(named) else "")


@st.composite
def queries(draw: st.DrawFn) -> str:
    root = draw(st.sampled_from(sorted(ROOTS)))
    assert CORE.query_type
    below = draw(_below(CORE.query_type.fields[root].type, 3))
    return f"{{ r: {root}{ROOTS[root]} {below} again: __typename }}"


@st.composite
def values(draw: st.DrawFn, kind: GraphQLType, selection: Selection, wrong: bool) -> Any:
    """A value of a type, keyed as picked; now and then one that is none, when `wrong`."""
    if wrong and draw(st.integers(0, 19)) == 0:
        return draw(WRONG)
    if not isinstance(kind, GraphQLNonNull):
        if draw(st.integers(0, 4)) == 0:
            return None
    else:
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return draw(st.lists(values(kind.of_type, selection, wrong), max_size=2))
    if isinstance(kind, GraphQLObjectType):
        by_snake = {snake(name): field.type for name, field in kind.fields.items()}
        return {each.key: draw(values(by_snake[each.name], each.picks, wrong)) for each in selection}
    if isinstance(kind, GraphQLEnumType):
        return draw(st.sampled_from(sorted(kind.values)))
    return draw(LEAVES[kind.name])  # type: ignore[attr-defined]  # every leaf has a name


@st.composite
def answered(draw: st.DrawFn, wrong: bool) -> tuple[Any, Any, dict[str, Any]]:
    """An operation, its plan, and an answer to it."""
    (operation,) = read(draw(queries()))
    plan = operation.plan(EMPTY)
    (step,) = plan.steps
    assert CORE.query_type
    kind = CORE.query_type.fields[step.name].type
    if step.name == "node":
        person = CORE.type_map["Person"]
        data = draw(values(person, step.selections["Person"], wrong))
        data = {**data, "__typename": "Person"} if isinstance(data, dict) else data
    else:
        data = draw(values(kind, step.selections[get_named_type(kind).name], wrong))
    return operation, plan, {"r": data}


@settings(max_examples=150, deadline=None)
@given(answered(wrong=False))
def test_finishes_every_answer_that_keeps_the_contract_as_graphql_core_does(case: Any) -> None:
    operation, plan, data = case
    by_the_book = execute_sync(CORE, operation.document, data)
    assert by_the_book.errors is None
    fast = plan.finish(data)
    assert fast == by_the_book.data
    assert repr(fast) == repr(by_the_book.data), "in the order of the query, at every level"


@settings(max_examples=250, deadline=None)
@given(answered(wrong=True))
def test_never_lets_a_wrong_value_through(case: Any) -> None:
    operation, plan, data = case
    by_the_book = execute_sync(CORE, operation.document, data)
    try:
        fast = plan.finish(data)
    except (Unfit, KeyError, TypeError):
        event("left to graphql-core")
        return
    assert by_the_book.errors is None
    assert fast == by_the_book.data

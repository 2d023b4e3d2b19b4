"""Documents are read once, plans settled once where no variable has a say, and resolvers stay plain."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType

from hub.api.context import Root
from hub.api.documents import EMPTY, Documents, Rejected, read
from hub.api.plan import snake
from hub.api.roots import RootField, root_field
from hub.domain.errors import NotFound
from hub.domain.selection import Pick, pick, project, shape

QUERY = "query($n: ID!) { person(id: $n) { id } }"


def test_a_document_is_kept_until_others_were_used_more_lately() -> None:
    documents = Documents(kept=2)
    first = documents.operation("{ viewer { id } }", None)
    documents.operation("{ viewer { name } }", None)
    assert documents.operation("{ viewer { id } }", None) is first
    second = documents.operation("{ viewer { agency } }", None)
    assert documents.operation("{ viewer { id } }", None) is first
    assert documents.operation("{ viewer { agency } }", None) is second
    assert len(documents._known) == 2


def test_a_document_that_is_rejected_is_not_kept() -> None:
    documents = Documents()
    with pytest.raises(Rejected):
        documents.operation("{ nothing }", None)
    assert not documents._known


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("{ viewer { id } }", True),
        (QUERY, True),
        ("query($s: EnrolmentStatus) { person(id: 1) { enrolments(filter: {status: $s}) { id } } }", False),
        ("query($s: Boolean!) { person(id: 1) { id @skip(if: $s) } }", False),
        ("query($s: Boolean!) { viewer { id } person(id: 1) @skip(if: $s) { id } }", False),
        ("query($s: Boolean!) { ...A } fragment A on Query { viewer { id @skip(if: $s) } }", False),
    ],
)
def test_a_plan_is_settled_at_once_unless_a_variable_decides_what_is_selected(
    text: str, settled: bool
) -> None:
    (operation,) = read(text)
    assert (operation.settled is not None) is settled


def test_equal_queries_have_equal_selections_whatever_their_spelling() -> None:
    texts = (
        "{ person(id: 1) { id area { code name } } }",
        "{ person(id: 1) { ...A area { name } } } fragment A on Person { id area { code } }",
        "{ person(id: 1) { ... on Person { id } ... on Node { id } area { code } area { name } } }",
    )
    selections = [read(text)[0].plan(EMPTY).steps[0].selections["Person"] for text in texts]
    assert {shape(each) for each in selections} == {
        shape((pick("id"), pick("area", pick("code"), pick("name"))))
    }


def test_a_node_is_planned_for_each_type_it_may_be() -> None:
    (operation,) = read("{ node(id: 1) { id ... on Person { born: bornOn } ... on Area { code } } }")
    (step,) = operation.plan(EMPTY).steps
    assert step.selections["Person"] == (pick("id"), Pick("born_on", "born"))
    assert step.selections["Area"] == (pick("id"), pick("code"))
    assert step.selections["Enrolment"] == (pick("id"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bornOn", "born_on"), ("rt", "rt"), ("lastPaidOn", "last_paid_on"), ("from", "from")],
)
def test_names_turn_to_snake_case(name: str, expected: str) -> None:
    assert snake(name) == expected


def test_whole_answers_are_cut_to_the_selection_and_errors_pass() -> None:
    selection = (Pick("seq", "a"), Pick("seq", "b"), pick("facts", Pick("kind", "k")))
    error = NotFound("x", "y")
    assert project({"seq": 1, "facts": [{"kind": "A", "x": 1}]}, selection) == {
        "a": 1,
        "b": 1,
        "facts": [{"k": "A"}],
    }
    assert project(None, selection) is None
    assert project(error, selection) is error
    assert project([None, {"seq": 1, "facts": None}], selection) == [None, {"a": 1, "b": 1, "facts": None}]


def test_a_resolver_may_not_bring_rights_of_its_own() -> None:
    class Nobody(strawberry.BasePermission):
        def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
            return False

    async def secret(root: Root) -> Any:
        return None

    fields: list[Any] = []
    root_field(fields, str, "A secret.", needs="viewer:read")(secret)
    fields[0].permission_classes.append(Nobody)
    schema = strawberry.Schema(strawberry.tools.create_type("Query", fields))
    kind = schema._schema.query_type
    assert isinstance(kind, GraphQLObjectType)
    with pytest.raises(TypeError, match="do not belong"):
        RootField.bind(kind.fields["secret"], schema)

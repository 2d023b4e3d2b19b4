"""What an operation asks for, worked out once: selections for the questions, finishers for their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableValues,
    get_argument_values,
    get_directive_values,
    get_named_type,
    is_composite_type,
)

from hub.api.finish import Finish, Finisher, finish_dict, finish_one_of, finisher
from hub.domain.errors import InvalidInput
from hub.domain.selection import Pick, Selection

INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Step:
    """One root field: which, under what key, with what selected of each type it may return."""

    key: str
    name: str
    node: FieldNode
    selections: Mapping[str, Selection]


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation with its conditions settled."""

    steps: tuple[Step, ...]
    finish: Finish
    introspects: bool
    """Whether parts of the answer come from the schema instead of from a door."""


def snake(name: str) -> str:
    """`bornOn` → `born_on`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


@dataclass(frozen=True, slots=True)
class Planner:
    """Works out the plan of one operation. The document must have been validated."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    _snake: dict[str, str] = field(default_factory=dict)

    def plan(self, root_type: GraphQLObjectType, selection_set: SelectionSetNode) -> Plan:
        """The plan of an operation on Query or Mutation."""
        asked = self._collect(root_type, [selection_set])
        steps, finishers = [], []
        constants, introspects = {}, False
        for key, nodes in asked.items():
            name = nodes[0].name.value
            if name == "__typename":
                constants[key] = root_type.name
            elif name in INTROSPECTION:
                introspects = True
            else:
                definition = root_type.fields[name]
                selections, finish = self._below(definition, nodes)
                steps.append(Step(key, name, nodes[0], selections))
                finishers.append((key, finisher(definition.type, finish)))
        return Plan(tuple(steps), finish_dict(self._ordered(asked, finishers), constants), introspects)

    def _ordered(
        self, asked: Mapping[str, list[FieldNode]], finishers: list[tuple[str, Finisher]]
    ) -> tuple[tuple[str, Finisher], ...]:
        """Finishers in the order of the query, with room for `__typename` where it was asked."""
        known = dict(finishers)
        return tuple((key, known.get(key, TYPENAME)) for key in asked)

    def _below(
        self, definition: GraphQLField, nodes: list[FieldNode]
    ) -> tuple[Mapping[str, Selection], Finish | None]:
        """What is selected below a field, for each object type it may return, and how that is finished."""
        named = get_named_type(definition.type)
        if not is_composite_type(named):
            return {}, None
        below = [node.selection_set for node in nodes if node.selection_set]
        if isinstance(named, GraphQLObjectType):
            selection, finish = self._object(named, below)
            return {named.name: selection}, finish
        each = {kind.name: self._object(kind, below) for kind in self.schema.get_possible_types(named)}
        return (
            {name: selection for name, (selection, _) in each.items()},
            finish_one_of({name: finish for name, (_, finish) in each.items()}),
        )

    def _object(
        self, kind: GraphQLObjectType, selection_sets: list[SelectionSetNode]
    ) -> tuple[Selection, Finish]:
        asked = self._collect(kind, selection_sets)
        picks, finishers, constants = [], [], {}
        for key, nodes in asked.items():
            name = nodes[0].name.value
            if name == "__typename":
                constants[key] = kind.name
                continue
            definition = kind.fields[name]
            selections, finish = self._below(definition, nodes)
            (below,) = selections.values() or ((),)
            picks.append(Pick(snake(name), key, self._arguments(definition, nodes[0]), below))
            finishers.append((key, finisher(definition.type, finish)))
        return tuple(picks), finish_dict(self._ordered(asked, finishers), constants)

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> tuple[tuple[str, Any], ...]:
        """Arguments by snake_case name, in plain terms."""
        if not definition.args:
            return ()
        given = get_argument_values(definition, node, self.variables)
        return tuple(sorted(_checked(_plain(given)).items()))

    def _collect(
        self, kind: GraphQLObjectType, selection_sets: list[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Response key → the nodes that ask for it, in the order of the query (CollectFields of GraphQL)."""
        asked: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection_set in selection_sets:
            self._collect_into(asked, seen, kind, selection_set)
        return asked

    def _collect_into(
        self,
        asked: dict[str, list[FieldNode]],
        seen: set[str],
        kind: GraphQLObjectType,
        selection_set: SelectionSetNode,
    ) -> None:
        for node in selection_set.selections:
            if node.directives and not self._wanted(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                asked.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node, kind):
                    self._collect_into(asked, seen, kind, node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment, kind):
                    self._collect_into(asked, seen, kind, fragment.selection_set)

    def _wanted(self, node: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not include or bool(include["if"])

    def _applies(
        self, fragment: FragmentDefinitionNode | InlineFragmentNode, kind: GraphQLObjectType
    ) -> bool:
        condition = fragment.type_condition
        if condition is None or condition.name.value == kind.name:
            return True
        named = self.schema.get_type(condition.name.value)
        return isinstance(named, GraphQLInterfaceType) and self.schema.is_sub_type(named, kind)


FILTERS_BELOW = frozenset({"programme", "status"})
"""What nested lists can be filtered by (see Link.filters of hub.graph.select_fields)."""
TYPENAME: Finisher = (frozenset({str}), None)


def _plain(value: Any) -> Any:
    """A coerced value in plain terms: snake_case names, codes instead of enums, no nulls."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {snake(name): _plain(each) for name, each in value.items() if each is not None}
    return value


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a nested list. Raises InvalidInput for filters that hold for whole lists only."""
    if set(given.get("filter", ())) - FILTERS_BELOW:
        known = ", ".join(sorted(FILTERS_BELOW))
        raise InvalidInput(
            f"Below a row, a list can be filtered by {known} only.", "Ask for the list itself."
        )
    return given

"""Documents are read once: parsed, held against the limits, validated, planned, and kept by their text."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    VariableValues,
    Visitor,
    get_variable_values,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation import recommended_rules

from hub.api import limits
from hub.api.plan import Plan, Planner
from hub.api.schema import CORE
from hub.domain.errors import HubError, InvalidInput

KEPT = 1_000
"""Documents kept in memory; clients send the same few."""

RULES = tuple(dict.fromkeys((*specified_rules, *recommended_rules)))
EMPTY = VariableValues({}, {})


class Rejected(Exception):  # carries errors, is not one of the tree
    """A request that never came to be executed, with one error for each reason."""

    def __init__(self, errors: Collection[GraphQLError | HubError]) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    node: OperationDefinitionNode
    document: DocumentNode
    fragments: Mapping[str, FragmentDefinitionNode]
    settled: Plan | None
    """Its plan, when no variable has a say in it."""

    @property
    def is_change(self) -> bool:
        """Whether it is a mutation."""
        return self.node.operation is OperationType.MUTATION

    @property
    def name(self) -> str | None:
        """Its name in the document."""
        return self.node.name.value if self.node.name else None

    def variables(self, given: Mapping[str, Any]) -> VariableValues:
        """The variables as the schema types them. Raises Rejected."""
        if not self.node.variable_definitions:
            return EMPTY
        values = get_variable_values(CORE, self.node.variable_definitions, dict(given), max_errors=20)
        if isinstance(values, list):
            raise Rejected(values)
        return values

    def plan(self, variables: VariableValues) -> Plan:
        """What it asks for under these variables."""
        return self.settled or _plan(self.node, self.fragments, variables)


class Documents:
    """Documents by their text, the least used forgotten first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._known: OrderedDict[str, tuple[Operation, ...]] = OrderedDict()

    def operation(self, text: str, name: str | None) -> Operation:
        """The operation of that name, or the only one. Raises Rejected."""
        operations = self._known.get(text)
        if operations is None:
            operations = self._known[text] = read(text)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        if name is None and len(operations) == 1:
            return operations[0]
        found = next((each for each in operations if name is not None and each.name == name), None)
        if found is None:
            error = InvalidInput("There is no such operation.", "Name one in `operationName`.")
            raise Rejected([error])
        return found


def read(text: str) -> tuple[Operation, ...]:
    """The operations of a document. Raises Rejected with every error found."""
    try:
        document = parse(text, max_tokens=limits.MAX_TOKENS, allow_empty_selection_sets=False)
        limits.check_counts(document)
        errors = validate(CORE, document, RULES, max_errors=20)
        if not errors:
            limits.check_extent(document)
    except (GraphQLError, HubError) as error:
        raise Rejected([error]) from error
    if errors:
        raise Rejected(errors)
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    return tuple(
        Operation(each, document, fragments, _settled(each, fragments))
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    )


def _plan(
    node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues
) -> Plan:
    root = CORE.get_root_type(node.operation)
    assert isinstance(root, GraphQLObjectType)
    return Planner(CORE, fragments, variables).plan(root, node.selection_set)


def _settled(node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Plan | None:
    """The plan, unless a variable decides what is selected; arguments of root fields are read each time."""
    below = [child for each in node.selection_set.selections for child in _conditions_and_children(each)]
    if any(_mentions_variable(each) for each in (*below, *fragments.values())):
        return None
    try:
        return _plan(node, fragments, EMPTY)
    except HubError as error:
        raise Rejected([error]) from error


def _conditions_and_children(node: Any) -> list[Node]:
    selection_set = getattr(node, "selection_set", None)
    return [*(node.directives or ()), *([selection_set] if selection_set else ())]


def _mentions_variable(node: Node) -> bool:
    found = _VariableFinder()
    visit(node, found)
    return found.any


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.any = True

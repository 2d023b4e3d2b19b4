"""How much one request may ask for; what goes beyond is refused before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from hub.domain.errors import InvalidInput

MAX_BODY = 256 * 1024
MAX_TOKENS = 2_000
MAX_ALIASES = 50
MAX_DIRECTIVES = 50
MAX_DEPTH = 12
MAX_FIELDS = 1_000
MAX_ROOTS = 10


def check_counts(document: DocumentNode) -> None:
    """Aliases and directives as written. Raises InvalidInput; comes before validation, which is dear."""
    counted = _Counts()
    for definition in document.definitions:
        if isinstance(definition, (OperationDefinitionNode, FragmentDefinitionNode)):
            counted.add(definition.selection_set)
    _refuse_above(MAX_ALIASES, counted.aliases, "aliases")
    _refuse_above(MAX_DIRECTIVES, counted.directives, "directives")


def check_extent(document: DocumentNode) -> None:
    """Depth and fields with fragments spelled out. Raises InvalidInput; fragments must be free of circles."""
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    measure = _Extent(fragments)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            extent = measure.of(definition.selection_set)
            _refuse_above(MAX_DEPTH, extent.depth, "levels")
            _refuse_above(MAX_FIELDS, extent.fields, "fields")
            _refuse_above(MAX_ROOTS, extent.here, "questions or changes")


def _refuse_above(limit: int, found: int, what: str) -> None:
    if found > limit:
        raise InvalidInput(
            f"The request has {found} {what}; {limit} are allowed.", "Split it into several requests."
        )


@dataclass(slots=True)
class _Counts:
    aliases: int = 0
    directives: int = 0

    def add(self, selection_set: SelectionSetNode | None) -> None:
        for node in selection_set.selections if selection_set else ():
            self.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self.aliases += node.alias is not None
            if isinstance(node, (FieldNode, InlineFragmentNode)):
                self.add(node.selection_set)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a selection set reaches."""

    depth: int = 0
    fields: int = 0
    here: int = 0
    """Fields of the set itself, without those below them."""


@dataclass(slots=True)
class _Extent:
    fragments: Mapping[str, FragmentDefinitionNode]
    known: dict[str, Extent] = field(default_factory=dict)

    def of(self, selection_set: SelectionSetNode | None) -> Extent:
        depth = fields = here = 0
        for node in selection_set.selections if selection_set else ():
            extent = self._of_node(node)
            depth, fields, here = max(depth, extent.depth), fields + extent.fields, here + extent.here
        return Extent(depth, fields, here)

    def _of_node(self, node: object) -> Extent:
        if isinstance(node, FieldNode):
            if node.name.value.startswith("__"):  # graphql-core bounds introspection by a rule of its own
                return Extent(1, 1, 1)
            below = self.of(node.selection_set)
            return Extent(below.depth + 1, below.fields + 1, 1)
        if isinstance(node, InlineFragmentNode):
            return self.of(node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        if name not in self.known:
            self.known[name] = self.of(self.fragments[name].selection_set)
        return self.known[name]

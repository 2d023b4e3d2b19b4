"""Root fields: how a function becomes a field of Query or Mutation, and how the executor calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    VariableValues,
    get_argument_values,
    get_named_type,
    is_input_object_type,
)
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField

from hub.api.context import Root

Resolver = Callable[..., Awaitable[Any]]


def root_field(
    fields: list[StrawberryField], graphql_type: object, description: str, *, needs: str
) -> Callable[[Resolver], StrawberryField]:
    """Declare a resolver as a root field that answers `graphql_type` and needs the action `needs`.

    The resolver is given a `Root` and the arguments by their Python names; it returns plain dicts.
    """

    def declare(resolver: Resolver) -> StrawberryField:
        declared: StrawberryField = strawberry.field(
            resolver=resolver, graphql_type=graphql_type, description=f"{description} Needs `{needs}`."
        )
        fields.append(declared)
        return declared

    return declare


@dataclass(frozen=True, slots=True)
class RootField:
    """A root field as the executor calls it, without the layers that Strawberry puts around a resolver."""

    definition: GraphQLField
    resolver: Resolver
    names: Mapping[str, str]
    """GraphQL name → Python name of each argument."""
    blank: Mapping[str, None]
    """Every argument as if it had not been given."""
    read_inputs: Mapping[str, Callable[[Any], Any]]
    """GraphQL name of each argument that is an input object → how it becomes an instance of its class."""

    @classmethod
    def bind(cls, definition: GraphQLField, schema: strawberry.Schema) -> RootField:
        """Take a root field of a schema. Raises TypeError for one that brings rights or extensions along."""
        declared: StrawberryField = definition.extensions["strawberry-definition"]
        if declared.permission_classes or declared.extensions:
            raise TypeError(f"{declared.python_name}: rights and extensions do not belong in a resolver")
        assert declared.base_resolver is not None
        name_of = schema.config.name_converter.from_argument
        return cls(
            definition,
            cast(Resolver, declared.base_resolver.wrapped_func),
            {name_of(each): each.python_name for each in declared.arguments},
            {each.python_name: None for each in declared.arguments},
            {
                name_of(each): _reader(each, schema)
                for each in declared.arguments
                if is_input_object_type(get_named_type(definition.args[name_of(each)].type))
            },
        )

    def arguments(self, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
        """The arguments that a query gives, by Python name, as inputs and enums; None where nothing is given.

        Raises GraphQLError for a variable that is missing or null where a value is needed.
        """
        found: dict[str, Any] = {**self.blank}
        for name, value in get_argument_values(self.definition, node, variables).items():
            found[self.names[name]] = self.read_inputs[name](value) if name in self.read_inputs else value
        return found

    def __call__(self, root: Root, arguments: dict[str, Any]) -> Awaitable[Any]:
        """Ask or submit."""
        return self.resolver(root, **arguments)


def _reader(argument: StrawberryArgument, schema: strawberry.Schema) -> Callable[[Any], Any]:
    scalars, kind, config = schema.schema_converter.scalar_registry, argument.type, schema.config
    return lambda value: convert_argument(value, kind, scalars, config)

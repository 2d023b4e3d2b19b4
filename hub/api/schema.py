"""The schema, put together; `python -m hub.api.schema` prints the text that is kept in schema.graphql."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from hub.api.mutations import Mutation
from hub.api.queries import Query
from hub.api.roots import RootField
from hub.api.scalars import SCALARS

GOLDEN = Path(__file__).with_name("schema.graphql")

schema = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))


def _read(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    """Everything is plain data under the key it is answered by."""
    return source[info.path.key]


def _over_plain_data(declared: strawberry.Schema) -> GraphQLSchema:
    """The same schema for graphql-core, reading dicts instead of instances of Strawberry's classes."""
    core = declared._schema
    for each in core.type_map.values():
        if isinstance(each, GraphQLObjectType) and not each.name.startswith("__"):
            each.is_type_of = None
            for field in each.fields.values():
                field.resolve = _read
        elif isinstance(each, GraphQLInterfaceType):
            each.resolve_type = None
    return core


def _roots(core: GraphQLSchema) -> dict[str, RootField]:
    assert core.query_type is not None
    assert core.mutation_type is not None
    fields = {**core.query_type.fields, **core.mutation_type.fields}
    return {name: RootField.bind(field, schema) for name, field in fields.items()}


CORE = _over_plain_data(schema)
ROOTS = _roots(CORE)


def sdl() -> str:
    """The schema in GraphQL's own language."""
    return schema.as_str().rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(sdl())

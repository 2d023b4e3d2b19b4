"""GraphQL types of lineage: where a value comes from, and what was decided from it."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry import ID, field

from hub.api.scalars import JSON, DateTime
from hub.api.types import WITHHELD, WithheldField


@strawberry.enum(description="What W3C PROV calls a node.")
class LineageKind(StrEnum):
    """Kinds of nodes."""

    ENTITY = "ENTITY"
    ACTIVITY = "ACTIVITY"
    AGENT = "AGENT"


@strawberry.type(
    description="A version of a subject, the entry that made it, or who did it for whom (asal-usul)."
)
class LineageNode:
    """A node of a lineage."""

    id: ID = field(description="Id within this lineage.")
    kind: LineageKind = field(
        description="Version (`ENTITY`), entry (`ACTIVITY`), actor or agency (`AGENT`)."
    )
    type: str = field(description="Label of the subject, `Entry`, `Actor` or `Agency`.")
    label: str = field(description="Kind of the fact, action of the entry, name of the actor or agency.")
    subject: ID | None = field(description="Id of the subject or actor.")
    version: int | None = field(description="Version of the subject.")
    seq: int | None = field(description="Entry of the ledger.")
    recorded_at: DateTime | None = field(description="When it was recorded, UTC.")
    distance: int = field(
        description="Steps from where the lineage begins: above 0 upstream, below downstream."
    )
    details: JSON = field(description="What it says, as far as the asker may see it.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(description="How two nodes hang together.")
class LineageEdge:
    """An edge of a lineage."""

    from_: ID = field(name="from", description="What was made or done.")
    to: ID = field(description="What it was made from, or who did it.")
    relation: str = field(description="As W3C PROV names it, e.g. `wasDerivedFrom`.")
    role: str | None = field(
        description="As what: names of the values it gave, `record`, `judgement`, `absorbed` …"
    )


@strawberry.type(
    description="Where a subject or a value of it comes from, and what was decided from it (asal-usul). "
    "Needs `lineage:read`."
)
class Lineage:
    """A lineage."""

    subject: ID = field(description="Id of the subject; of a merged one, that which it became.")
    field: str | None = strawberry.field(description="The golden value that was traced, if one was named.")
    truncated: bool = strawberry.field(description="Whether there was more than is told at once.")
    nodes: list[LineageNode] = strawberry.field(description="Versions, entries, actors and agencies.")
    edges: list[LineageEdge] = strawberry.field(description="How they hang together.")
    prov_json: JSON = strawberry.field(description="The same as W3C PROV-JSON.")

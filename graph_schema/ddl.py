"""From the schema as data: the statements that create it, and the pages that describe it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graph_schema.nodes import NODES
from graph_schema.notation import Constraint, Index, Node, Property, Relationship, TextIndex
from graph_schema.relationships import RELATIONSHIPS

HERE = Path(__file__).parent
_MADE = "made by `python -m graph_schema` from nodes.py and relationships.py; change those"


def constraints() -> list[Constraint]:
    """Every constraint, in the order of the labels."""
    return [constraint for node in NODES for constraint in node.constraints]


def indexes() -> list[Index]:
    """Every index besides those that constraints bring, in the order of the labels."""
    return [index for node in NODES for index in node.indexes]


def text_indexes() -> list[TextIndex]:
    """Every full-text index, in the order of the labels."""
    return [index for node in NODES for index in node.text_indexes]


def statements() -> list[str]:
    """Cypher statements that create today's schema; each may be run again without effect."""
    made: list[Constraint | Index | TextIndex] = [*constraints(), *indexes(), *text_indexes()]
    return [each.cypher for each in made]


def schema_cypher() -> str:
    """The text of `schema.cypher`: every statement with its semicolon."""
    return "\n".join([f"// {_MADE}", *(f"{statement};" for statement in statements())]) + "\n"


def schema_page() -> str:
    """The text of `SCHEMA.md`: a picture, a table for each label, and the relationships."""
    parts = [
        "# The graph",
        f"This page is {_MADE}.",
        "Each property has a sensitivity class, which rules and masks speak of. Any may be missing.",
        _picture(),
        "## Labels",
        *(_label(node) for node in NODES),
        "## Relationships",
        _table(
            ("relationship", "from", "to", "meaning"),
            ((f"`{r.type}`", r.from_label, r.to_label, _meaning(r)) for r in RELATIONSHIPS),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def generated() -> dict[Path, str]:
    """The committed files that are made from the schema, with the text each must have."""
    return {HERE / "schema.cypher": schema_cypher(), HERE / "SCHEMA.md": schema_page()}


def stale() -> list[Path]:
    """Those generated files that are missing or differ from what the schema says."""
    return [
        path for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text
    ]


def _meaning(relationship: Relationship) -> str:
    bears = (f"`{each.name}`: {each.description}" for each in relationship.properties)
    return " ".join([relationship.description, *bears])


def _picture() -> str:
    arrows = [f"  {r.from_label} -->|{r.type}| {r.to_label}" for r in RELATIONSHIPS]
    joined = {label for r in RELATIONSHIPS for label in (r.from_label, r.to_label)}
    alone = [f"  {node.label}" for node in NODES if node.label not in joined]
    return "\n".join(["```mermaid", "graph LR", *arrows, *alone, "```"])


def _label(node: Node) -> str:
    lines = [f"### {node.label}", "", node.description, "", _properties((*node.properties, *node.per_agency))]
    lines += ["", f"Unique: {_lists(c.properties for c in node.constraints)}."]
    if node.indexes:
        lines.append(f"Indexed: {_lists(i.properties for i in node.indexes)}.")
    if node.searched:
        lines.append(f"Searched, by full text: {_lists((name,) for name in node.searched)}.")
    if node.per_agency:
        lines.append(
            "`{agency}` stands for an agency's code; such a person also carries the label `Vis_{agency}`."
        )
    return "\n".join(lines)


def _properties(properties: Iterable[Property]) -> str:
    rows = ((f"`{p.name}`", p.type.value, p.sensitivity.value, p.description) for p in properties)
    return _table(("property", "type", "class", "meaning"), rows)


def _lists(names: Iterable[tuple[str, ...]]) -> str:
    return "; ".join(f"`{', '.join(each)}`" for each in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

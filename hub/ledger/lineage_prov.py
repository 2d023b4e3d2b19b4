"""A lineage as W3C PROV-JSON: versions are entities, entries are activities, actors and agencies are agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from prov.model import ProvDocument

_NAMESPACE = "urn:hub:"
_TOLD = ("type", "label", "subject", "version", "seq")


def prov_json(nodes: Iterable[Mapping[str, Any]], edges: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The PROV-JSON document of nodes and edges that were masked before."""
    document = ProvDocument()
    document.add_namespace("hub", _NAMESPACE)
    kinds = {each["id"]: each["kind"] for each in nodes}
    for node in nodes:
        _node(document, node)
    for edge in edges:
        _edge(document, edge, kinds)
    text = document.serialize(format="json")
    assert text is not None  # it goes into no file
    found: dict[str, Any] = orjson.loads(text)
    return found


def _name(id_: str) -> str:
    return f"hub:{id_.replace('@', '/')}"


def _node(document: ProvDocument, node: Mapping[str, Any]) -> None:
    said = {f"hub:{name}": node[name] for name in _TOLD if node[name] is not None}
    said |= {f"hub:{name}": _plain(value) for name, value in node["details"].items() if value is not None}
    if node["withheld"]:
        said["hub:withheld"] = ", ".join(each["field"] for each in node["withheld"])
    name = _name(node["id"])
    if node["kind"] == "ENTITY":
        document.entity(name, said)
    elif node["kind"] == "ACTIVITY":
        at = datetime.fromisoformat(node["recorded_at"])
        document.activity(name, at, at, said)
    else:
        document.agent(name, said)


def _plain(value: Any) -> str | int | bool:
    """A value as a PROV attribute holds it: text, numbers and truth; all else as JSON text."""
    return value if isinstance(value, str | int | bool) else orjson.dumps(value).decode()


def _edge(document: ProvDocument, edge: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    begin, end = _name(edge["from"]), _name(edge["to"])
    said = {"hub:role": edge["role"]} if edge["role"] else None
    match edge["relation"]:
        case "wasGeneratedBy":
            document.wasGeneratedBy(begin, end)
        case "wasAssociatedWith":
            document.wasAssociatedWith(begin, end)
        case "actedOnBehalfOf":
            document.actedOnBehalfOf(begin, end)
        case "wasRevisionOf":
            document.revision(begin, end, other_attributes=said)
        case "wasInfluencedBy":
            document.wasInfluencedBy(begin, end, other_attributes=said)
        case _:
            document.wasDerivedFrom(begin, end, other_attributes=said)

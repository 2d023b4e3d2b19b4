"""A lineage as a tree of lines, for terminals and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import svg

_MADE = ("wasDerivedFrom", "wasRevisionOf", "wasInfluencedBy")
_ROW, _STEP, _WIDTH = 40, 26, 1000
_INK, _LINE, _UP, _DOWN = "#222222", "#cccccc", "#2a6f4e", "#c98a1b"
_SKIPPED = frozenset(
    {"levels", "chosen", "values", "release", "unit", "digest", "visible", "members", "former"}
)


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree: a version, and below it who made it when."""

    depth: int
    sign: str
    text: str
    by: str


def branches(found: Mapping[str, Any]) -> list[Branch]:
    """The tree: first what the subject was made from, then what was made from it. What stood already is named again."""
    tree = _Tree(found)
    roots = [each for each in found["nodes"] if each["distance"] == 0 and each["kind"] == "ENTITY"]
    return [branch for root in roots for branch in tree.of(root)]


def picture(found: Mapping[str, Any]) -> str:
    """The same as SVG."""
    lines = branches(found)
    elements: list[svg.Element] = []
    last: dict[int, float] = {}
    for index, each in enumerate(lines):
        x, y = 12 + each.depth * _STEP, 22 + index * _ROW
        if each.depth:
            parent = last.get(each.depth - 1, y)
            elements.append(svg.Line(x1=x - _STEP + 4, y1=parent + 6, x2=x - _STEP + 4, y2=y, stroke=_LINE))
            elements.append(svg.Line(x1=x - _STEP + 4, y1=y, x2=x - 4, y2=y, stroke=_LINE))
        last[each.depth] = y
        colour = _DOWN if each.sign.startswith("→") else _UP
        elements.append(svg.Circle(cx=x, cy=y, r=4, fill=colour))
        elements.append(_line(x + 10, y + 4, f"{each.sign}{each.text}", 13))
        elements.append(_line(x + 10, y + 19, each.by, 11))
    height = 30 + len(lines) * _ROW
    drawn = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, height), width=_WIDTH, height=height, elements=elements,
        extra={"role": "img", "aria-label": "Asal-usul"},
    )  # fmt: skip
    return drawn.as_str() + "\n"


def _line(x: float, y: float, text: str, size: float) -> svg.Text:
    return svg.Text(
        x=x, y=y, text=escape(text), font_size=size, fill=_INK, font_family="system-ui,sans-serif"
    )


class _Tree:
    """Nodes by id, with what hangs on them."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._nodes = {each["id"]: each for each in found["nodes"]}
        self._told: set[str] = set()
        self._up: dict[str, list[tuple[str, str]]] = {}
        self._down: dict[str, list[tuple[str, str]]] = {}
        self._entry: dict[str, str] = {}
        self._actor: dict[str, str] = {}
        self._agency: dict[str, str] = {}
        for edge in found["edges"]:
            begin, end, role = edge["from"], edge["to"], edge["role"] or ""
            if edge["relation"] in _MADE:
                self._up.setdefault(begin, []).append((end, role))
                self._down.setdefault(end, []).append((begin, role))
            else:
                kept = {"wasGeneratedBy": self._entry, "wasAssociatedWith": self._actor}
                kept.get(edge["relation"], self._agency)[begin] = end

    def of(self, root: Mapping[str, Any]) -> Iterator[Branch]:
        """The root with both its sides."""
        yield self._branch(root, 0, "")
        yield from self._below(root, 1, up=True)
        yield from self._below(root, 1, up=False)

    def _below(self, node: Mapping[str, Any], depth: int, *, up: bool) -> Iterator[Branch]:
        hanging = (self._up if up else self._down).get(node["id"], [])
        for id_, role in hanging:
            other = self._nodes[id_]
            if (other["distance"] > 0) is not up or other["distance"] == 0:
                continue
            sign = f"{'←' if up else '→'} {role}: " if role else ("← " if up else "→ ")
            if id_ in self._told:
                yield Branch(depth, sign, f"{_name(other)}, as above", "")
                continue
            yield self._branch(other, depth, sign)
            yield from self._below(other, depth + 1, up=up)

    def _branch(self, node: Mapping[str, Any], depth: int, sign: str) -> Branch:
        self._told.add(node["id"])
        said = ", ".join(_said(node))
        entry = self._nodes.get(self._entry.get(node["id"], ""))
        return Branch(depth, sign, f"{_name(node)}{'  ' if said else ''}{said}", self._by(entry))

    def _by(self, entry: Mapping[str, Any] | None) -> str:
        if entry is None:
            return ""
        actor = self._nodes.get(self._actor.get(entry["id"], ""), {})
        agency = self._nodes.get(self._agency.get(actor.get("id", ""), ""), {})
        whose = f" ({agency['label']})" if agency else ""
        return f"entry {entry['seq']}, {entry['recorded_at']}, {entry['label']} by {actor.get('label', '?')}{whose}"


def _name(node: Mapping[str, Any]) -> str:
    return f"{node['type']} {node['subject']} v{node['version']} {node['label']}"


def _said(node: Mapping[str, Any]) -> Iterator[str]:
    """What a version says, short."""
    details = node["details"]
    release = details.get("release")
    if isinstance(release, Mapping):
        yield f"release {release.get('label')} of {release.get('as_of')}"
    for name, value in (details.get("values") or {}).items():
        yield f"{name} = {value}"
    for name, value in details.items():
        if name not in _SKIPPED and value is not None and not isinstance(value, list | dict):
            yield f"{name} {value}"
    for level in details.get("levels") or ():
        yield f"{level['comparison']} {level['level']} {level['bits']:+.1f}"
    if node["withheld"]:
        yield f"withheld {', '.join(each['field'] for each in node['withheld'])}"

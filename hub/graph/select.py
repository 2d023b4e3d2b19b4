"""The selection compiler: a question's plan, its selection and a scope become one Cypher statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from graph_schema import LABELS
from hub.access.conditions import Atom
from hub.access.scope import Scope
from hub.access.vocabulary import PERSONAL
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.selection import Selection, shape, walk
from hub.graph.select_fields import FIELDS, Link, Node, numbered
from hub.graph.select_objects import At, Compiler
from hub.graph.select_rows import Rows, matched
from hub.graph.select_view import Edges, Noted, Row, Seal, Shape, connection, finish
from hub.questions.cursor import open_cursor, seal_cursor
from hub.questions.model import Page, Trail, Viewed
from hub.questions.plan import Many, Plan, Span, Test
from hub.questions.registry import QUESTIONS

_PLANS = 1024
HEAD = "MATCH (h:LedgerHead {id: 'changes'}) RETURN [h.seq, coalesce(h.whole_at, 0), h.build] AS head"
"""Its row comes first and last, so that an answer knows which entries it shows; all other rows have no head."""
_INFO = ("has_next_page", "has_previous_page", "start_cursor", "end_cursor")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question ready to run: one statement in read mode, and how its rows become an answer."""

    action: str
    statement: str
    params: Mapping[str, Any]
    view: Callable[[list[Row]], Viewed]
    personal: bool
    masked: tuple[str, ...] = ()
    """Asked values that may come masked or not at all."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What a statement's text depends on besides the scope: equal forms under equal keys share a text."""

    rows: Rows
    many: Many
    descending: bool
    bounds: tuple[str, ...]
    shape: tuple[Any, ...]

    @property
    def label(self) -> str:
        return self.rows.label


@dataclass(frozen=True, slots=True)
class _Compiled:
    statement: str
    shape: Shape
    edges: Edges
    masked: tuple[str, ...]


class _Keyed:
    """A scope that stands for all scopes with its key: their statements are the same text."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.key = scope.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.key == other.key


def prepare(question: Any, scope: Scope, cursor_key: bytes) -> Prepared:
    """The statement, parameters and view of a question that the graph answers.

    Raises Forbidden when the action or a filter is not open to the scope, InvalidInput when the question
    can't be answered as asked, KeyError for what is no question of the graph (see hub.questions.registry).
    """
    spec = QUESTIONS[type(question)]
    if spec.plan is None:
        raise KeyError(f"{type(question).__name__} is answered by the ledger")
    scope.require(spec.action, spec.label)
    plan = spec.plan(question, scope)
    if plan.order_by and not scope.shows(plan.label, plan.order_by):
        raise Forbidden(
            f"{plan.label}.{plan.order_by} is withheld from you, at least in part: an order by it would tell it.",
            "Leave the order out, or ask under a purpose that opens it.",
        )
    compiled = _compile(_form(plan), _Keyed(scope))
    bound = _bound(question, plan, scope)
    params = {
        **scope.parameters,
        **plan.values,
        **({"query": plan.search.query, "words": list(plan.search.words)} if plan.search else {}),
        **arguments_of(plan.selection),
        **places_of(plan.span, cursor_key, bound),
        "today": date.fromisoformat(scope.day),
    }

    def view(rows: list[Row]) -> Viewed:
        noted = Noted()
        data = _data(rows, plan, compiled, lambda place: seal_cursor(cursor_key, place, bound), noted)
        return Viewed(data, tuple(noted.seen), compiled.masked, trails_of(noted, plan.selection))

    return Prepared(spec.action, compiled.statement, params, view, plan.label in PERSONAL, compiled.masked)


def _form(plan: Plan) -> _Form:
    span = plan.span
    exact = (each.test is Test.WITHIN and len(plan.values[each.parameter]) == 10 for each in plan.filters)
    rows = Rows(plan.label, plan.filters, tuple(exact), plan.order, plan.by, plan.search is not None)
    given = {"after": span.after, "before": span.before} if span else {}
    bounds = tuple(name for name, cursor in given.items() if cursor is not None)
    down = plan.by.descending if plan.by else plan.backwards
    descending = down is not bool(span and span.backwards)
    return _Form(rows, plan.many, descending, _directed(bounds, down), shape(plan.selection))


def _directed(bounds: tuple[str, ...], backwards: bool) -> tuple[str, ...]:
    """Each bound as a comparison with a place."""
    forth, back = ("<", ">") if backwards else (">", "<")
    return tuple(f"{forth if each == 'after' else back} ${each}" for each in bounds)


def _bound(question: Any, plan: Plan, scope: Scope) -> str:
    """What a cursor is good for: this list in this order, with these filters, under these rights."""
    asked = (
        type(question).__name__,
        plan.order,
        plan.by,
        plan.backwards,
        plan.filters,
        sorted(plan.values.items()),
    )
    return repr((asked, plan.search, scope.key, sorted(scope.parameters.items())))


def cached() -> tuple[int, int]:
    """(hits, misses) of the plans compiled so far."""
    info = _compile.cache_info()
    return info.hits, info.misses


@lru_cache(maxsize=_PLANS)
def _compile(form: _Form, keyed: _Keyed) -> _Compiled:
    scope = keyed.scope
    compiler = Compiler(scope)
    picks = numbered(form.shape)
    begun = matched(form.rows, scope)
    if form.many is Many.CONNECTION:
        statement, edges = _connection(form, compiler, begun, picks)
        return _Compiled(statement, Shape(False, "", (), ()), edges, tuple(sorted(compiler.masked)))
    made, found = compiler.map(At(form.label, "n0", scope.reads(form.label)), picks)
    limit = " LIMIT 1" if form.many is Many.ONE else ""
    body = f"{begun} WITH n0 ORDER BY {form.rows.place}{limit} RETURN null AS head, {made} AS node"
    return _Compiled(between_heads([body], ("node",)), found, Edges((), ()), tuple(sorted(compiler.masked)))


def between_heads(parts: list[str], columns: Iterable[str]) -> str:
    """One statement of parts with these columns, which says before and after how far the graph is."""
    head = HEAD + "".join(f", null AS {each}" for each in columns)
    return " UNION ALL ".join([head, *parts, head])


def _connection(form: _Form, compiler: Compiler, begun: str, picks: tuple[Node, ...]) -> tuple[str, Edges]:
    at = At(form.label, "n0", compiler.scope.reads(form.label))
    edges, maps = edges_of(picks, lambda below: compiler.map(at, below))
    names = {name for _, name, _ in edges.picks}
    parts = []
    if names & {"edges", "page_info"} or not names:
        one = _one_kelurahan(form, compiler.scope)
        parts.append(_page(form, one, begun, (maps, "total_count" in names)))
    if "total_count" in names:
        nothing = "".join(f", null AS {column}" for column, _ in edges.columns)
        parts.append(f"{begun} RETURN null AS head, null AS place{nothing}, count(n0) AS total")
    return between_heads(parts, columns_of(edges)), edges


def columns_of(edges: Edges) -> tuple[str, ...]:
    """The columns of a connection's rows, `head` left out."""
    total = ("total",) if any(name == "total_count" for _, name, _ in edges.picks) else ()
    return ("place", *(column for column, _ in edges.columns), *total)


def edges_of(
    picks: tuple[Node, ...], make: Callable[[tuple[Node, ...]], tuple[str, Shape]]
) -> tuple[Edges, list[str]]:
    """What is picked of a connection, and each node's map as a column; `make` compiles the map of a node."""
    found: list[tuple[str, str, tuple[tuple[str, str], ...]]] = []
    columns: list[tuple[str, Shape]] = []
    maps: list[str] = []
    for pick in picks:
        below: list[tuple[str, str]] = []
        if pick.name == "edges":
            for each in pick.below:
                if each.name == "node":
                    column = f"node{len(columns)}"
                    text, made = make(each.below)
                    columns.append((column, made))
                    maps.append(f"{text} AS {column}")
                    below.append((each.key, column))
                else:
                    below.append((each.key, _known(each, ("cursor", "node"))))
        elif pick.name == "page_info":
            below = [(each.key, _known(each, _INFO)) for each in pick.below]
        else:
            _known(pick, ("edges", "page_info", "total_count"))
        found.append((pick.key, pick.name, tuple(below)))
    return Edges(tuple(found), tuple(columns)), maps


def _one_kelurahan(form: _Form, scope: Scope) -> bool:
    # Whether all rows surely have the same kelurahan, by the filter or by the scope.
    asked = any(
        each.property == "kelurahan" and not each.of and exact
        for each, exact in zip(form.rows.filters, form.rows.exact, strict=True)
    )
    rows = scope.reads(form.label)
    return asked or (
        isinstance(rows, Atom) and rows.predicate == "territory" and len(scope.parameters[rows.slot]) == 10
    )


def _page(form: _Form, one: bool, begun: str, columns: tuple[list[str], bool]) -> str:
    maps, counted = columns
    place, carried = form.rows.place, form.rows.carried
    joint = " WHERE " if form.rows.search or " WHERE " not in begun else " AND "
    bounds = " AND ".join(f"{place} {each}" for each in form.bounds)
    narrowed = begun + (joint + bounds if bounds else "")
    # Named first, the one kelurahan lets an index on it and the order give that order: no sort is planned.
    plain = not form.rows.search and form.rows.by is None
    indexed = plain and ("kelurahan", form.rows.order) in LABELS[form.label].indexed
    leading = ["n0.kelurahan"] if one and indexed else []
    order = ", ".join(f"{each} DESC" if form.descending else each for each in (*leading, place))
    texts = ", ".join(["null AS head", f"{place} AS place", *maps, *(["null AS total"] if counted else [])])
    return f"{narrowed} WITH {carried} ORDER BY {order} LIMIT $limit RETURN {texts} ORDER BY {order}"


def _known(pick: Node, names: tuple[str, ...]) -> str:
    if pick.name not in names or pick.args:
        raise InvalidInput(f"A connection has no {pick.name} here.", f"It has {', '.join(names)}.")
    return pick.name


def arguments_of(selection: Selection) -> dict[str, Any]:
    """The parameters of arguments below the root: a0, a1 … in the order of `selection.walk`."""
    found = {}
    for index, pick in enumerate(each for each in walk(selection) if each.args):
        if "filter" not in pick.arguments:
            continue
        given = pick.arguments.get("filter") or {}
        names = _filters(pick.name)
        if set(given) - set(names):
            raise InvalidInput(f"{pick.name} can't be filtered so.", f"Filter by {' or '.join(names)}.")
        found[f"a{index}"] = {name: given.get(name) for name in names}
    return found


def trails_of(noted: Noted, selection: Selection) -> tuple[Trail, ...]:
    """What the ledger is still to be asked, page by page as the selection's arguments say."""
    return tuple(replace(each, page=paging(selection, each.slot)) for each in noted.trails)


def paging(selection: Selection, slot: str) -> Page:
    """The page that the arguments of a trail ask for."""
    picks = [each for each in walk(selection) if each.args]
    given = picks[int(slot.removeprefix("a"))].arguments if slot else {}
    return Page(given.get("first", 20), given.get("after"))


def _filters(name: str) -> tuple[str, ...]:
    links = (fields.get(name) for fields in FIELDS.values())
    return next((link.filters for link in links if isinstance(link, Link) and link.filters), ())


def places_of(span: Span | None, key: bytes, bound: str) -> dict[str, Any]:
    """The parameters of a page: how many rows, one more than wanted, and the places that its cursors stand for."""
    if span is None:
        return {}
    given = {"after": span.after, "before": span.before}
    places = {name: open_cursor(key, cursor, bound) for name, cursor in given.items() if cursor is not None}
    return {"limit": span.limit + 1, **places}


def _data(rows: list[Row], plan: Plan, compiled: _Compiled, seal: Seal, noted: Noted) -> Any:
    if plan.span is not None:
        return connection(rows, compiled.edges, plan.span, seal, noted)
    found = [row["node"] for row in rows if row["node"] is not None]
    for each in found:
        finish(each, compiled.shape, noted)
    return found if plan.many is Many.LIST else next(iter(found), None)

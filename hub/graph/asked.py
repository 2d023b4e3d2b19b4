"""Every question that the graph answers, prepared: most are plans, some have a statement of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hub.access.scope import Scope
from hub.graph import select
from hub.graph.select import Prepared
from hub.graph.select_check import prepare_check
from hub.graph.select_overlaps import prepare_overlaps
from hub.questions.model import Overlaps, PersonCheck

OWN: Mapping[type, Callable[[Any, Scope, bytes], Prepared]] = MappingProxyType(
    {PersonCheck: prepare_check, Overlaps: prepare_overlaps}
)
"""Questions whose statement no plan could say."""


def prepare(question: Any, scope: Scope, cursor_key: bytes) -> Prepared:
    """A question ready to run. Raises Forbidden and InvalidInput, KeyError for what the ledger answers."""
    return OWN.get(type(question), select.prepare)(question, scope, cursor_key)

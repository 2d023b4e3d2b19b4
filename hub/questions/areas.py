"""Questions about areas."""

from __future__ import annotations

from hub.access.scope import Scope
from hub.domain.errors import InvalidInput
from hub.questions.model import AreaByCode
from hub.questions.plan import Filter, Many, Plan

_CODE_IN = {"KEMENDAGRI": "code", "BPS": "bps_code"}


def area_by_code(question: AreaByCode, scope: Scope) -> Plan:
    """One area, or nothing. The two systems share digits but not meaning, so the system is never guessed."""
    name = _CODE_IN.get(question.system)
    if name is None:
        raise InvalidInput("There is no such code system.", f"Name one of {', '.join(_CODE_IN)}.")
    filters: tuple[Filter, ...] = (Filter(name, "code"),)
    values = {"code": question.code}
    if name == "code":
        filters += (Filter("system", "system"),)
        values["system"] = question.system
    return Plan("Area", Many.ONE, question.selection, filters, values)

"""An area that a client names, as the questions and commands take it."""

from __future__ import annotations

from hub.api.context import Root
from hub.api.inputs import AreaInput
from hub.api.scalars import AreaSystem
from hub.domain.errors import NotFound
from hub.domain.selection import pick
from hub.questions.model import AreaByCode


async def kemendagri_code(root: Root, area: AreaInput | None) -> str | None:
    """The Kemendagri code, digits only, of an area given in either system. Raises NotFound."""
    if area is None:
        return None
    digits = area.code.replace(".", "")
    if area.system == AreaSystem.KEMENDAGRI:
        return digits
    found = await root.ask(AreaByCode(area.system.value, digits, (pick("code"),)))
    if found is None:
        raise NotFound("No area has this BPS code.", "Check the code, or give the Kemendagri code.")
    return str(found["code"])

"""Every register that the hub can take in, by its code: those of ministries, and the lists of programmes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hub.domain.errors import InvalidInput
from hub.intake.dtks import Dtks
from hub.intake.dtsen import Dtsen
from hub.intake.dukcapil import Dukcapil
from hub.intake.layout import Adapter
from hub.intake.p3ke import P3ke
from hub.intake.programme_lists import ProgrammeList, programme_lists
from hub.intake.regsosek import Regsosek

REGISTERS: Mapping[str, Adapter] = MappingProxyType(
    {each.register: each for each in (Dtks(), P3ke(), Regsosek(), Dtsen(), Dukcapil())}
)
PROGRAMMES: Mapping[str, ProgrammeList] = MappingProxyType(
    {each.register: each for each in programme_lists()}
)
"""Lists whose mappings come with the hub."""
ADAPTERS: Mapping[str, Adapter] = MappingProxyType({**REGISTERS, **PROGRAMMES})


def adapter_of(register: str, described: Adapter | None = None) -> Adapter:
    """The adapter of a register or programme, or the described one. Raises InvalidInput naming those there are."""
    found = described or ADAPTERS.get(register)
    if found is None:
        raise InvalidInput(f"There is no register {register}.", f"Known: {', '.join(sorted(ADAPTERS))}.")
    return found

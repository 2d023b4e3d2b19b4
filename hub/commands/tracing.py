"""Ways back: who may stand at the other end of what a fact of somebody else says.

A look-up also names whom it once named, so that these find everybody who ever stood there; who stands there at a
moment, their own facts say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Find = Callable[[str, str], tuple[str, ...]]
"""The subjects that a look-up names: space and value."""


def naming(find: Find, dwellings: Iterable[str]) -> list[str]:
    """Records of persons that ever named one of these dwellings."""
    return list(dict.fromkeys(each for dwelling in dwellings for each in find("named_by", dwelling)))


def living_at(find: Find, dwellings: Iterable[str]) -> list[str]:
    """Persons whose address may be that of one of these dwellings."""
    return list(
        dict.fromkeys(each for record in naming(find, dwellings) for each in find("person_of", record))
    )

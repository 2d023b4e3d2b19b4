"""Regsosek 2022 of BPS: a file of families, each tied to a KK, and a file of their persons.

Layout: FORMATS, Regsosek. id_keluarga = BPS village code (10 digits) + SLS (4) + sub-SLS (2) + family (3).
"""

from __future__ import annotations

import re
from collections.abc import Container

from hub.commands.intake import Incoming
from hub.domain.facts import Json
from hub.domain.standard import codes
from hub.domain.standard.areas import BPS
from hub.domain.standard.text import known as known_text
from hub.intake.answers import Block, assess, picker
from hub.intake.layout import Bound, Context, Layout, RowReader
from hub.intake.people import Coded, Original, Person, PersonColumns, card, present, told
from hub.intake.places import Place, PlaceColumns, lying_in
from hub.intake.refusals import Refusal
from hub.intake.regsosek_checks import FAMILY_SKIPS, PERSON_SKIPS, Skips, age_differs, age_of
from hub.intake.regsosek_columns import FAMILIES, FAMILY_BLOCKS, PERSON_BLOCKS, PERSONS, answers

_KEY_PARTS = (("r101", 2), ("r102", 2), ("r103", 3), ("r104", 3), ("r105", 4), ("r105a", 2), ("r110", 3))
_SLS_DIGITS = 16
_GOLDEN = ("r415", "r418")
_is_family = re.compile(r"[0-9]{19}").fullmatch
_is_position = re.compile(r"[0-9]{1,3}").fullmatch
_CODED = (
    Coded("sex", "r405", codes.sex),
    Coded("marital_status", "r408", codes.marital),
)
_BPS = ("r101", "r102", "r103", "r104")
_FAMILY_PLACE = PlaceColumns(bps=_BPS, system=BPS, address="r107", sls="r106")
_PERSON_PLACE = PlaceColumns(bps=_BPS, system=BPS)


class Regsosek:
    """The register Regsosek."""

    register = "regsosek"
    layouts = (FAMILIES, PERSONS)

    def bind(self, layout: Layout, columns: Bound, context: Context) -> RowReader:
        """A reader for one of its files."""
        return (_FamilyRows if layout is FAMILIES else _PersonRows)(columns, context)


class _Key:
    """The key of the family and the numbers it is made of."""

    def __init__(self, bound: Bound) -> None:
        self._family_at = bound.at["id_keluarga"]
        self._parts = picker([bound.at[column] for column, _ in _KEY_PARTS])

    def read(self, values: list[str]) -> str | Refusal:
        """The key, 19 digits."""
        given = values[self._family_at]
        family = given.strip()
        return family if _is_family(family) else Refusal("bad_key", "id_keluarga", given)

    def flags(self, values: list[str], family: str) -> list[str]:
        """key_differs when the row's own numbers make another key; zeros lost before them do not count."""
        given = self._parts(values)
        if "".join(given) == family:
            return []
        made = "".join(cell.strip().zfill(width) for cell, (_, width) in zip(given, _KEY_PARTS, strict=True))
        return [] if made == family else ["key_differs"]


class _FamilyRows:
    """Reads rows of the family file: a dwelling each, and the name of its head."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._key = _Key(bound)
        self._own = Original(FAMILIES, bound, "dwelling", own=True)
        self._of_head = Original(FAMILIES, bound, "head")
        self._place = Place(at, _FAMILY_PLACE, context)
        self._blocks = [Block(at, answers(each)) for each in FAMILY_BLOCKS]
        self._skips = Skips(at, FAMILY_SKIPS)
        self._head = Person(at, PersonColumns("r108"), context.as_of)
        self._kk_at, self._building_at, self._desa_aid_at = at["r114"], at["r109"], at["r501c"]

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The family's dwelling, with the number of its KK."""
        family = self._key.read(values)
        if isinstance(family, Refusal):
            return family
        found = self._place.read(values)
        if found is None:
            return Refusal("impossible_area", "r104", self._place.given(values))
        known, flags = found
        card(values[self._kk_at], known, flags, rounded=self._kk_at in rounded)
        known["sls"] = family[:_SLS_DIGITS]
        if building := known_text(values[self._building_at]):
            known["building"] = f"{family[:_SLS_DIGITS]}-{building.zfill(3)}"
        assessed = assess(self._blocks, values, flags)
        flags += self._key.flags(values, family)
        flags += self._skips.flags(values)
        if values[self._desa_aid_at].strip() == "1":  # the city has no desa whose fund could pay
            flags.append("no_desa:r501c")
        return Incoming("dwelling", family, family, self._own.of(values), told(known, flags, assessed))

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: the row's own record is the dwelling."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """The head's name; None when the cell is blank."""
        original, family = self._of_head.of(values), self._key.read(values)
        found = self._head.read(values, nameless=True)
        if found is None or isinstance(family, Refusal) or not any(map(str.strip, original.values())):
            return None
        key = f"{family}-head"
        return Incoming("head", key, key, original, told(*found), family)


class _PersonRows:
    """Reads rows of the person file; KK and address come from the family's row."""

    def __init__(self, bound: Bound, context: Context) -> None:
        at = bound.at
        self._as_of = context.as_of
        self._key = _Key(bound)
        self._own = Original(PERSONS, bound, "person", own=True)
        self._place = Place(at, _PERSON_PLACE, context)
        self._person = Person(at, PersonColumns("r402", "r403", born="r406", coded=_CODED), context.as_of)
        self._golden = Block(at, answers(_GOLDEN))
        self._blocks = [Block(at, answers(each)) for each in PERSON_BLOCKS]
        self._skips = Skips(at, PERSON_SKIPS)
        self._number_at, self._name_at, self._age_at = at["r401"], at["r402"], at["r407"]
        self._presence_at, self._relation_at = at["r404"], at["r409"]

    def record(self, values: list[str], rounded: Container[int] = ()) -> Incoming | Refusal:
        """The person, who names the family's dwelling."""
        family, number = self._key.read(values), values[self._number_at].strip()
        if isinstance(family, Refusal):
            return family
        if not _is_position(number):
            return Refusal("bad_key", "r401", number)
        found = self._person.read(values, rounded)
        if found is None:
            return Refusal("no_name_no_nik", "r402", values[self._name_at])
        area = self._place.area(values)
        if area is None:
            return Refusal("impossible_area", "r104", self._place.given(values))
        known, flags = found
        known |= lying_in(area)
        flags += self._key.flags(values, family)
        self._golden.read(values, known, flags)
        self._in_the_family(values, known, flags)
        assessed = assess(self._blocks, values, flags)
        self._check_form(values, known.get("born_on"), flags)
        key = f"{family}-{number}"
        return Incoming("person", key, key, self._own.of(values), told(known, flags, assessed), family)

    def dwelling(self, values: list[str]) -> Incoming | None:
        """None: the family file tells the dwelling, and a person without its row is taken all the same."""
        return None

    def head(self, values: list[str], rounded: Container[int] = ()) -> Incoming | None:
        """None: the head has a row of their own."""
        return None

    def _in_the_family(self, values: list[str], known: dict[str, Json], flags: list[str]) -> None:
        given, relation = values[self._presence_at].strip(), values[self._relation_at].strip()
        if presence := codes.presence_by_r404(given):
            known |= present(presence)
        elif given:
            flags.append("code_unknown:r404")
        if said := codes.relation_by_r409(relation, known.get("sex")):
            known["relation_to_head"] = said
        elif relation:
            flags.append("code_unknown:r409")

    def _check_form(self, values: list[str], born_on: str | None, flags: list[str]) -> None:
        age = age_of(values[self._age_at])
        flags += self._skips.flags(values, age)
        if age_differs(age, born_on, self._as_of):
            flags.append("age_differs")

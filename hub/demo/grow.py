"""Makes households as they were when the city's history began: who lives together, born where, how old.

Structure: couples with children, lone parents, single and widowed people, parents and grandchildren living
with them, and young couples in the dwelling of their parents (one household, two KK, or one extended KK).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from hub.demo import people
from hub.demo.chance import choice
from hub.demo.people import Dwelling, Family, Person, Place, join, marry
from hub.demo.register_office import RegisterOffice
from hub.demo.shares import Shares


class Grower:
    """Makes the households of one city."""

    def __init__(self, rng: Random, office: RegisterOffice, places: Sequence[Place], shares: Shares) -> None:
        self._rng = rng
        self._office = office
        self._places = places
        self._shares = shares

    def household(self, place: Place, day: date, story: str = "", *, at_home: bool = False) -> list[Family]:
        """The one or two families of a new dwelling; `at_home`: their papers name this dwelling too."""
        rng = self._rng
        dwelling = self._office.dwelling(place)
        legal = dwelling
        if not at_home and rng.random() < self._shares.legal_elsewhere:
            legal = self._office.dwelling(choice(rng, self._places))
        decile = 1 + int(rng.random() * (3 if story or at_home else 10))
        first = self._family(dwelling, legal, decile, day, story)
        elder = first.members[-1]
        if elder.relation in (people.PARENT, people.PARENT_IN_LAW) and rng.random() < 0.4:
            return [first, self._own_card(elder, day)]
        if story or not _has_grown_children(first, day) or rng.random() > 0.55:
            return [first]
        return self._with_young_couple(first, day)

    def _family(self, dwelling: Dwelling, legal: Dwelling, decile: int, day: date, story: str) -> Family:
        rng = self._rng
        kind = 0.0 if story else rng.random()
        if kind < 0.78:
            age = 62.0 if story == people.MOURNING else 34.0 if story else 22 + rng.random() * 50
            members = self._couple(dwelling.place, age, day)
        elif kind < 0.90:
            members = self._lone_parent(dwelling.place, day)
        else:
            sex, age = choice(rng, "LP"), 20 + rng.random() * 65
            members = [self._adult(dwelling.place, sex, age, day, people.HEAD)]
            members[0].marital = people.WIDOWED if age > 55 else people.SINGLE
        if not story:
            self._add_relatives(dwelling.place, members, day)
        family = self._office.family(dwelling, legal, decile, members, self._registered(day))
        family.story = story
        return family

    def _own_card(self, elder: Person, day: date) -> Family:
        """A parent who lives with a child but kept an own KK."""
        family = elder.home
        elder.relation = people.HEAD
        registered = self._registered(day)
        return self._office.family(family.dwelling, family.legal, family.decile, [elder], registered)

    def _registered(self, day: date) -> date:
        return date.fromordinal(day.toordinal() - 30 - int(self._rng.random() * 5000))

    def _couple(self, place: Place, age: float, day: date) -> list[Person]:
        husband = self._adult(place, "L", age, day, people.HEAD)
        wife = self._adult(place, "P", max(18, age + 2 - self._rng.random() * 9), day, people.WIFE)
        marry(husband, wife)
        return [husband, wife, *self._children(place, husband, wife, day)]

    def _lone_parent(self, place: Place, day: date) -> list[Person]:
        mother = self._adult(place, "P", 24 + self._rng.random() * 45, day, people.HEAD)
        mother.marital = people.DIVORCED + int(self._rng.random() * 2)
        return [mother, *self._children(place, None, mother, day)]

    def _children(self, place: Place, father: Person | None, mother: Person, day: date) -> list[Person]:
        """Children born when the mother was 19 to 41 and still at home; now and then twins."""
        rng = self._rng
        children: list[Person] = []
        mother_age, at_birth = _exact_age(mother, day), 19 + rng.random() * 8
        while at_birth < min(mother_age, 41) and len(children) < 6:
            age = mother_age - at_birth
            if age < 19 or rng.random() < 0.4:
                born = date.fromordinal(day.toordinal() - 1 - int(age * 365.25))
                children += self._office.born(place, father, mother, born)
            at_birth += 1.6 + rng.random() * 6
            if rng.random() < 0.22 * len(children):
                break
        return children

    def _add_relatives(self, place: Place, members: list[Person], day: date) -> None:
        rng, head = self._rng, members[0]
        if rng.random() < 0.06 and _exact_age(head, day) < 60:
            child = head.spouse if head.spouse and rng.random() < 0.4 else head
            relation = people.PARENT if child is head else people.PARENT_IN_LAW
            elder = self._adult(place, "P", _exact_age(child, day) + 19 + rng.random() * 12, day, relation)
            elder.marital = people.WIDOWED
            child.mother_id, child.mother_name = elder.id, elder.name
            members.append(elder)
        if rng.random() < 0.03 and _exact_age(head, day) > 48:
            members.append(self._adult(place, choice(rng, "LP"), rng.random() * 12, day, people.GRANDCHILD))
        if rng.random() < 0.02:
            members.append(self._adult(place, choice(rng, "LP"), 16 + rng.random() * 36, day, people.KIN))

    def _with_young_couple(self, parents: Family, day: date) -> list[Family]:
        """A grown child of the house with husband or wife: in the parents' KK, or with an own one."""
        father, mother = parents.members[:2]
        age = max(19.0, _exact_age(mother, day) - 20 - self._rng.random() * 6)
        members = self._couple(parents.dwelling.place, age, day)
        child = members[int(self._rng.random() < 0.4)]
        child.mother_id, child.father_id, child.mother_name = mother.id, father.id, mother.name
        if self._rng.random() < 0.25:
            for person in members:
                person.relation = people.GRANDCHILD if person.mother_id == members[1].id else people.IN_LAW
            child.relation = people.CHILD
            for person in members:
                join(parents, person)
            return [parents]
        legal = parents.legal if self._rng.random() < 0.9 else parents.dwelling
        registered = self._registered(day)
        return [
            parents,
            self._office.family(parents.dwelling, legal, parents.decile, members, registered),
        ]

    def _adult(self, place: Place, sex: str, age: float, day: date, relation: str) -> Person:
        born = date.fromordinal(day.toordinal() - 1 - int(age * 365.25 + self._rng.random() * 300))
        return self._office.person(place, sex, born, relation)


def _has_grown_children(family: Family, day: date) -> bool:
    wife = family.members[0].spouse
    return wife is not None and _exact_age(wife, day) > 43


def _exact_age(person: Person, day: date) -> float:
    return (day.toordinal() - person.born.toordinal()) / 365.25

"""Which families live together under one KK: registers that count couples take it apart."""

from __future__ import annotations

from hub.demo import people
from hub.demo.people import Member, View


def couples_apart(seen: View) -> list[list[Member]]:
    """A KK taken apart: the family of its head, and one for each married child in it."""
    main: list[Member] = []
    others: dict[str, list[Member]] = {}
    for member in seen.members:
        person = member.person
        if person.spouse is not None and member.relation in (people.CHILD, people.IN_LAW):
            husband = person if person.sex == "L" else person.spouse
            others.setdefault(husband.id, []).append(member)
        elif member.relation == people.GRANDCHILD and person.father_id in others:
            others[person.father_id].append(member)
        else:
            main.append(member)
    families = [sorted(unit, key=_husband_first) for unit in others.values()]
    return [main, *families] if main else families


def _husband_first(member: Member) -> int:
    return 0 if member.person.spouse and member.person.sex == "L" else 1 if member.person.spouse else 2

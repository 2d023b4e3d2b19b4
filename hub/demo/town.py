"""The history of one kelurahan: births, deaths, weddings, moves; what each register could have seen when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from hub.demo import people
from hub.demo.chance import choice
from hub.demo.grow import Grower
from hub.demo.people import Family, Person, Place, View, join, marry, view
from hub.demo.register_office import RegisterOffice
from hub.demo.shares import Shares

DAYS = (people.P3KE_DAY, people.REGSOSEK_DAY, people.AS_OF)
_HISTORY = (people.AS_OF - people.START).days
_DEATHS = ((50, 0.0012), (60, 0.006), (70, 0.015), (80, 0.04), (200, 0.1))
"""Deaths in a year, by age below."""
_CHILD_RELATIONS = (people.CHILD, people.GRANDCHILD, people.KIN)
_DRIFTS = 0.05
"""Families whose decile changes between two registers."""


class Town:
    """The families of one kelurahan, wherever they move, and how they looked on the days of the registers."""

    def __init__(
        self, rng: Random, office: RegisterOffice, grower: Grower, place: Place, places: list[Place]
    ) -> None:
        self.place = place
        self.places = places
        self.families: list[Family] = []
        """All that ever were, the dead and gone too."""
        self.then: list[dict[str, View]] = []
        """At the beginning and on each day reached: the families with members in the city, by id."""
        self._rng = rng
        self._office = office
        self._grower = grower
        self._reached = people.START

    @property
    def now(self) -> dict[str, View]:
        """The families on the day reached, by id."""
        return self.then[-1]

    @property
    def before(self) -> dict[str, View]:
        """The families on the day of the register before."""
        return self.then[-2]

    def found(self, persons: int, stories: tuple[str, ...]) -> None:
        """Settle about that many persons; families of stories first, and always one with sound papers."""
        wanted = self._office.persons + persons
        self._office.next_kelurahan()
        for story in stories:
            self.families += self._grower.household(self.place, people.START, story, at_home=True)
        self.families += self._grower.household(self.place, people.START, at_home=True)
        while self._office.persons < wanted:
            self.families += self._grower.household(self.place, people.START)
        self._remember()

    def arrive(self, total: int) -> None:
        """Let families move in until the city has had that many persons."""
        while self._office.persons < total:
            self.families += self._grower.household(self.place, self._reached)
        self._remember()

    def _remember(self) -> None:
        self.then.append({family.id: seen for family in self.families if (seen := view(family)).members})

    def live(self, until: date, shares: Shares) -> None:
        """What happens until a day."""
        years = (until - self._reached).days / 365.25
        span = (until - self._reached).days / _HISTORY
        self._until = until
        self._die(years)
        self._leave(shares.movedout * span)
        self._wed(1 - (1 - shares.marry) ** int(years + 0.5))
        self._bear(0.13 * years)
        self._move(shares.moved * span)
        self._reached = until
        if until != people.AS_OF:
            self._remember()

    def _some_day(self) -> date:
        start = self._reached.toordinal()
        return date.fromordinal(start + 1 + int(self._rng.random() * (self._until.toordinal() - start - 1)))

    def _each_present(self, act: Callable[[Family, Person], None]) -> None:
        for family in self.families:
            if family.story != people.EVERYWHERE:
                for person in family.present:
                    act(family, person)

    def _die(self, years: float) -> None:
        def fate(family: Family, person: Person) -> None:
            if family.story == people.MOURNING:
                if person is family.members[0] and self._reached == people.START:
                    self._bury(family, person, date(2020, 1 + int(self._rng.random() * 12), 17))
                return
            if self._rng.random() < _risk(person, self._reached) * years:
                self._bury(family, person, self._some_day())

        self._each_present(fate)

    def _bury(self, family: Family, person: Person, day: date) -> None:
        person.died = day
        if person.spouse is not None and person.spouse.here:
            person.spouse.marital = people.WIDOWED
        if person.spouse is not None:
            person.spouse.spouse = None
        if person.relation == people.HEAD:
            self._succeed(family, day)

    def _succeed(self, family: Family, day: date) -> None:
        """Another head and another KK number, where somebody is left."""
        left = family.present
        if not left:
            return
        head = next((each for each in left if each.relation == people.WIFE), None)
        head = head or min(left, key=lambda each: each.born)
        _relate_to(head, family)
        self._office.renew(family, day)

    def _leave(self, share: float) -> None:
        """Whole families leave the city, and young single people."""
        for family in self.families:
            if not family.story and self._rng.random() < share * 0.75:
                day = self._some_day()
                for person in family.present:
                    person.left = day

        def go(family: Family, person: Person) -> None:
            single = person.marital == people.SINGLE and person.relation != people.HEAD
            young = single and 18 <= person.age(self._reached) <= 32 and not family.story
            if young and self._rng.random() < share * 1.5:
                person.left = self._some_day()

        self._each_present(go)

    def _wed(self, share: float) -> None:
        """Single men marry a woman of the kelurahan or from outside the city."""
        men, women = self._single("L"), self._single("P")
        for man in men:
            if self._rng.random() < share:
                self._marry(man, self._bride(man, women), self._some_day())

    def _single(self, sex: str) -> list[Person]:
        youngest = 20 if sex == "L" else 18
        return [
            person
            for family in self.families
            if not family.story
            for person in family.present
            if person.sex == sex
            and person.marital == people.SINGLE
            and youngest <= person.age(self._until) <= 38
            and (person.relation in _CHILD_RELATIONS or len(family.present) == 1)
        ]

    def _bride(self, man: Person, women: list[Person]) -> Person:
        for _ in range(12):
            if not women or self._rng.random() < 0.06:
                break
            at = int(self._rng.random() * len(women))
            woman = women[at]
            younger = (woman.born - man.born).days / 365.25
            if woman.family is not man.family and woman.mother_id != man.mother_id and -3 < younger < 8:
                women[at] = women[-1]
                women.pop()
                return woman
        age = 19 + self._rng.random() * max(1, man.age(self._until) - 19)
        born = date.fromordinal(self._reached.toordinal() - int(age * 365.25))
        return self._office.person(self.place, "P", born, people.KIN)

    def _marry(self, man: Person, woman: Person, day: date) -> None:
        chance, home, other = self._rng.random(), man.home, woman.family
        marry(man, woman)
        if man.relation == people.HEAD:  # he lived alone
            woman.relation = people.WIFE
            join(home, woman)
            self._office.renew(home, day)
        elif chance < 0.2 and man.relation == people.CHILD:
            woman.relation = people.IN_LAW
            join(home, woman)
        elif chance < 0.27 and other is not None and woman.relation == people.CHILD:
            man.relation = people.IN_LAW
            join(other, man)
        else:
            self._found_family(man, woman, day, with_parents=chance < 0.55)

    def _found_family(self, man: Person, woman: Person, day: date, *, with_parents: bool) -> None:
        home = man.home
        dwelling, legal = home.dwelling, home.legal
        if not with_parents:
            place = self.place if self._rng.random() < 0.7 else choice(self._rng, self.places)
            dwelling = legal = self._office.dwelling(place)
        decile = min(10, max(1, home.decile + choice(self._rng, (-1, 0, 0, 1))))
        man.relation, woman.relation = people.HEAD, people.WIFE
        self.families.append(self._office.family(dwelling, legal, decile, [man, woman], day))

    def _bear(self, share: float) -> None:
        def bear(family: Family, person: Person) -> None:
            if person.sex == "L" or person.spouse is None or not person.spouse.here:
                return
            age = person.age(self._reached)
            if not 17 <= age <= 41 or self._rng.random() >= share * (1 if age < 32 else 0.6):
                return
            born = self._office.born(family.dwelling.place, person.spouse, person, self._some_day())
            for child in born:
                in_law = people.IN_LAW in (person.relation, person.spouse.relation)
                child.relation = people.GRANDCHILD if in_law else people.CHILD
                join(family, child)

        self._each_present(bear)

    def _move(self, share: float) -> None:
        """Families move within the city; papers and KK number follow, or not; deciles drift."""
        for family in self.families:
            if family.story:
                continue
            if self._rng.random() < _DRIFTS:
                family.decile = min(10, max(1, family.decile + choice(self._rng, (-1, 1))))
            if self._rng.random() < share and family.present:
                self._relocate(family)

    def _relocate(self, family: Family) -> None:
        place = choice(self._rng, self.places) if self._rng.random() < 0.55 else self.place
        family.dwelling = self._office.dwelling(place)
        if self._rng.random() < 0.6:
            family.legal = family.dwelling
            if self._rng.random() < 0.7:
                self._office.renew(family, self._some_day())


def _risk(person: Person, day: date) -> float:
    age = person.age(day)
    return next(risk for below, risk in _DEATHS if age < below)


def _relate_to(head: Person, family: Family) -> None:
    """The relations of those present after somebody else became the head."""
    old = head.relation
    for person in family.present:
        if person is head:
            person.relation = people.HEAD
        elif old == people.CHILD and person is head.spouse:
            person.relation = people.WIFE if person.sex == "P" else "SUAMI"
        elif old == people.CHILD and person.relation == people.CHILD:
            person.relation = people.KIN
        elif old == people.CHILD and person.relation == people.GRANDCHILD:
            mine = head.id in (person.mother_id, person.father_id)
            person.relation = people.CHILD if mine else people.KIN
        elif old == people.WIFE and person.relation in (people.PARENT, people.PARENT_IN_LAW):
            same = person.relation == people.PARENT
            person.relation = people.PARENT_IN_LAW if same else people.PARENT
        elif person.relation in (people.PARENT, people.PARENT_IN_LAW) and old == people.CHILD:
            person.relation = people.KIN
    head.relation = people.HEAD

"""What was then: the graph's answers are kept at several moments of a story, and asked again afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from neo4j import Driver
from sqlalchemy import delete

import policies
from hub.bootstrap import ADMIN, STEWARD
from hub.commands.access import AdoptPolicy
from hub.domain.errors import Forbidden, InvalidInput
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.domain.selection import Pick, Selection, pick
from hub.graph.connect import GraphAddress
from hub.graph.past import way_of
from hub.graph.select_fields import FIELDS, Codes, Link, Measures, Trail, Value, Values
from hub.ledger.engine import writing
from hub.ledger.rows import KeyRow, table
from hub.questions.model import EnrolmentById, HouseholdById, PersonById
from tests.spec.hubs import Town, open_town, settings_of
from tests.spec.investigation import person_with, record, tell

ID, CODE = pick("id"), pick("code")
QUESTIONS = {"Person": PersonById, "Household": HouseholdById, "Enrolment": EnrolmentById}
READERS = (STEWARD, "irma", "lina", "sari")
_IDS = "MATCH (n) WHERE n:Person OR n:Household OR n:Enrolment RETURN labels(n)[0] AS label, n.id AS id"


def values(label: str) -> list[Pick]:
    return [pick(name) for name, how in FIELDS[label].items() if isinstance(how, Value)]


RELEASE, AREA = (
    values("Release"),
    (*values("Area"), pick("parent", CODE, pick("level")), pick("other_codes", CODE)),
)
MEASURES = pick(
    "assessments", *map(pick, ("register", "release", "measure", "value", "withheld", "assessed_on"))
)
HIDDEN = pick("withheld", pick("field"), pick("reason"))
RECORD = (*values("SourceRecord"), pick("release", *RELEASE), pick("person", ID), HIDDEN)
CARD = (*values("FamilyCard"), pick("head", ID, pick("name")), pick("persons", ID, pick("nik")), HIDDEN)
ADDRESS = (*values("Address"), pick("area", *AREA), HIDDEN)
PROGRAMME = (*values("Programme"), pick("agency", *values("Agency")))
PAYMENTS = pick("payments", *values("Payment"), HIDDEN)
ENROLMENT = (
    *values("Enrolment"),
    PAYMENTS,
    pick("programme", *PROGRAMME),
    pick("person", ID, pick("name")),
    HIDDEN,
)
WHOLE: Mapping[str, tuple[Selection, ...]] = {
    "Person": (
        (*values("Person"), HIDDEN, pick("area", *AREA), pick("address", *ADDRESS)),
        (ID, pick("household", ID, pick("head", ID), pick("members", ID, pick("nik"), HIDDEN)), MEASURES),
        (pick("family_cards", *CARD), pick("source_records", *RECORD)),
        (
            pick("enrolments", *ENROLMENT),
            Pick("enrolments", "ended", (("filter", {"status": "ENDED", "programme": "permakanan"}),), (ID,)),
        ),
    ),
    "Household": (
        (*values("Household"), HIDDEN, pick("head", ID, pick("name")), pick("area", *AREA), pick("address", *ADDRESS)),
        (pick("members", *values("Person"), HIDDEN), MEASURES),
        (pick("family_cards", *CARD), pick("source_records", *RECORD)),
    ),
    "Enrolment": (ENROLMENT, (pick("person", *values("Person"), HIDDEN, pick("household", ID)),)),
}  # fmt: skip
"""Label → selections that together pick everything; in one they would be more than Neo4j plans in time."""


@dataclass
class Moment:
    """An instant, and what somebody was answered then: (label, id) → answer."""

    what: str
    at: str
    seq: int
    answers: dict[str, dict[tuple[str, str], Any]] = field(default_factory=dict)


@dataclass
class Story:
    town: Town
    moments: list[Moment] = field(default_factory=list)
    ids: dict[tuple[str, str], None] = field(default_factory=dict)

    def keep(self, what: str) -> None:
        """Ask about everybody whom the graph ever held, and keep what each reader is told."""
        self.town.settle()
        database = self.town.settings.neo4j_database
        with self.town.driver.session(database=database) as session:
            self.ids.update({(row["label"], row["id"]): None for row in session.run(_IDS)})
        moment = Moment(what, now(), self.town.opened.ledger.size(Log.CHANGES))
        for name in READERS:
            moment.answers[name] = {each: ask(self.town, name, *each) for each in self.ids}
        self.moments.append(moment)


def now() -> str:
    return datetime.now(UTC).isoformat()


def ask(town: Town, name: str, label: str, subject: str, as_of: str | None = None) -> Any:
    """Everything that somebody is told of one object; None where it is nothing."""
    found = [town.ask(name, QUESTIONS[label](subject, each, as_of)) for each in WHOLE[label]]
    assert all(each is None for each in found) or None not in found
    return found[0] and {name: value for each in found for name, value in each.items()}


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, graph_address: GraphAddress, graph_driver: Driver
) -> Iterator[Story]:
    settings = settings_of(tmp_path_factory.mktemp("then"), graph_address, graph_driver, query_timeout=60)
    with open_town(settings, graph_driver) as town:
        told = Story(town)
        tell(town, told.keep)
        yield told


# ------------------------------------------------------------------------------------------------- what was


def test_the_story_changes_from_moment_to_moment(story: Story) -> None:
    told = [moment.answers[STEWARD] for moment in story.moments]
    assert len(story.ids) >= 8
    assert all(one != other for one, other in pairwise(told))
    seen = repr(told)
    for word in ("'ASEP'", "'ASEP SAEPUDIN'", "'ENDED'", "Permakanan Lansia", "JL. TIGA 3", "'members': [{"):
        assert word in seen


@pytest.mark.parametrize("name", [STEWARD, "irma"])
def test_every_answer_can_be_had_again_as_it_was_then(story: Story, name: str) -> None:
    for moment in story.moments:
        for (label, subject), kept in moment.answers[name].items():
            assert ask(story.town, name, label, subject, moment.at) == kept, (moment.what, label)


@pytest.mark.parametrize("name", READERS)
def test_as_of_now_is_what_the_graph_says_now_for_every_role(story: Story, name: str) -> None:
    story.town.settle()
    for label, subject in story.ids:
        assert ask(story.town, name, label, subject, now()) == ask(story.town, name, label, subject), label


def test_of_what_was_not_there_yet_nothing_is_told(story: Story) -> None:
    first = story.moments[0]
    before = (datetime.fromisoformat(first.at) - timedelta(days=400)).isoformat()
    for label, subject in story.ids:
        assert ask(story.town, STEWARD, label, subject, before) is None
        if (label, subject) not in first.answers[STEWARD]:
            assert ask(story.town, STEWARD, label, subject, first.at) is None


def test_the_answer_says_as_of_which_entry_it_is(story: Story) -> None:
    hub, actor = story.town.opened.hub, story.town.who(STEWARD)
    person = person_with(story.town, "b")
    for moment in story.moments:
        answer = story.town.run(hub.ask(actor, PersonById(person, (ID,), moment.at)))
        assert (answer.as_of_seq, answer.behind) == (moment.seq, False)


def test_the_same_instant_in_another_zone_is_the_same_moment(story: Story) -> None:
    moment, person = story.moments[2], person_with(story.town, "b")
    local = datetime.fromisoformat(moment.at).astimezone().isoformat()
    assert ask(story.town, STEWARD, "Person", person, local) == moment.answers[STEWARD]["Person", person]


@pytest.mark.parametrize("wrong", ["kemarin", "2026-11-24", "2026-11-24T10:00:00"])
def test_a_moment_without_its_zone_is_refused(story: Story, wrong: str) -> None:
    with story.town.refuses(InvalidInput, "asOf"):
        ask(story.town, STEWARD, "Person", person_with(story.town, "b"), wrong)


# ------------------------------------------------------------------------------------------- today's rights


def test_whom_an_officer_may_not_see_today_they_did_not_see_then_either(story: Story) -> None:
    """Budi lived in Lina's kelurahan, and does not any more."""
    budi = ("Person", person_with(story.town, "b"))
    first = story.moments[0]
    assert first.answers["lina"][budi]["name"] == "BUDI"
    assert ask(story.town, "lina", *budi) is None
    assert ask(story.town, "lina", *budi, first.at) is None


def test_a_look_at_the_past_is_recorded_with_whom_it_showed_and_what_it_withheld(story: Story) -> None:
    ledger, person = story.town.opened.ledger, person_with(story.town, "a")
    before = ledger.size(Log.DISCLOSURES)
    found = ask(story.town, "sari", "Person", person, story.moments[1].at)
    assert found["name"] == "ASEP"
    assert ledger.size(Log.DISCLOSURES) == before + len(WHOLE["Person"])
    first, second = (ledger.entry(Log.DISCLOSURES, before + each).facts[0] for each in (1, 2))
    assert set(first.refs_as("seen")) == {person}
    assert {person, found["household"]["id"]} <= set(second.refs_as("seen"))
    assert "Person.mother_name" in first.clear["withheld"]
    before = ledger.size(Log.DISCLOSURES)
    assert story.town.ask("sari", PersonById(new_id(), (ID,), story.moments[1].at)) is None
    assert ledger.size(Log.DISCLOSURES) == before + 1


def test_what_belongs_to_nobody_any_more_is_for_those_who_see_everything(story: Story) -> None:
    """Asep lived there with Budi; Sari sees Asep today, but nothing makes that address one of theirs."""
    moment, asep = story.moments[1], ("Person", person_with(story.town, "a"))
    assert moment.answers["sari"][asep]["address"]["text"] == "JL. SATU 1"
    assert ask(story.town, "sari", *asep, moment.at)["address"] is None
    for name in (STEWARD, "irma"):
        assert ask(story.town, name, *asep, moment.at)["address"]["text"] == "JL. SATU 1"


def test_a_right_lost_today_hides_the_past(story: Story) -> None:
    moment, town, person = story.moments[1], story.town, person_with(story.town, "a")
    text = policies.rules()["policy.csv"]
    line = "petugas_opd, *, person:read, Person.name, penyaluran_bantuan, own_programmes, show, allow\n"
    assert line in text
    try:
        rules = {**policies.rules(), "policy.csv": text.replace(line, "")}
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))
        found = ask(town, "sari", "Person", person, moment.at)
        assert found["name"] is None
        assert {"field": "name", "reason": "WITHHOLD"} in found["withheld"]
    finally:
        rules = policies.rules()
        town.submit("sistem", AdoptPolicy(policies.digest(rules), rules))
    assert ask(town, "sari", "Person", person, moment.at)["name"] == "ASEP"


def test_nobody_without_the_right_to_persons_sees_former_ones(story: Story) -> None:
    with story.town.refuses(Forbidden):
        ask(story.town, ADMIN, "Person", person_with(story.town, "a"), story.moments[0].at)


# --------------------------------------------------------------------------------------------- what can't be


@pytest.mark.parametrize(
    ("question", "below"),
    [("Person", pick("area", pick("children", CODE))), ("Enrolment", _programmes := pick("programme", ID))],
)
def test_links_that_lead_anywhere_are_refused_or_followed(story: Story, question: str, below: Pick) -> None:
    subject = next(each for label, each in story.ids if label == question)
    asked = QUESTIONS[question](subject, (below,), story.moments[-1].at)
    if below is _programmes:
        assert story.town.ask(STEWARD, asked)["programme"]["id"]
        return
    for name in (STEWARD, "lina", "sari"):
        with story.town.refuses(InvalidInput, "today only"):
            story.town.ask(name, asked)


def test_every_field_is_known_to_the_past_or_named_here() -> None:
    today_only = {("Area", "children"), ("Agency", "programmes")}
    for label, fields in FIELDS.items():
        for name, how in fields.items():
            if isinstance(how, Link):
                assert (way_of(how) is None) == ((label, name) in today_only), (label, name)
            else:
                assert isinstance(how, Value | Values | Codes | Measures | Trail), (label, name)


def test_what_was_erased_since_is_not_told_of_the_past_either(story: Story) -> None:
    town, moment = story.town, story.moments[0]
    cici = ("Person", person_with(story.town, "c"))
    assert ask(town, STEWARD, *cici, moment.at)["name"] == "CICI"
    with writing(town.opened.ledger.engine) as connection:
        keys = table(KeyRow)
        connection.execute(delete(keys).where(keys.c.owner == record(story.town, "c")))
    found = ask(town, STEWARD, *cici, moment.at)
    assert (found["id"], found["name"], found["nik"]) == (cici[1], None, None)

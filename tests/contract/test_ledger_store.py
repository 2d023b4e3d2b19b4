"""What a ledger promises to whoever appends, in both databases: order, time, repetitions, versions, limits."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from hub.domain.errors import InvalidInput, NotFound, RequestConflict, VersionConflict
from hub.domain.facts import Draft
from hub.domain.ids import new_id
from hub.domain.kinds import Log
from hub.ledger.audit import verify
from hub.ledger.entries import Appended, Pending, Warrant
from hub.ledger.store import Ledger
from tests.contract.ledger_story import Story
from tests.contract.ledger_worlds import (
    ACTOR,
    BASIS,
    OTHER_ACTOR,
    agency,
    commit,
    disclose,
    everything,
    open_ledger,
    outcome,
    pend,
    record,
    together,
    warrant,
)


class Clock:
    """A clock that tests set."""

    at = datetime(2024, 5, 1, 7, 0, 0, 123456, tzinfo=UTC)

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        """The time it shows."""
        return cls.at.astimezone(zone)


# -- order and time ---------------------------------------------------------------------------------------------


def test_entries_count_from_one_and_read_back_as_they_were_said(ledger: Ledger) -> None:
    said = [(agency(), record()), (), (record(nik="3273010101900001"),), tuple(agency() for _ in range(5))]
    receipts = [commit(ledger, *drafts, by=warrant(agency="dinsos")) for drafts in said]
    assert [each.seq for each in receipts] == [1, 2, 3, 4]
    assert ledger.size(Log.CHANGES) == 4
    entries = ledger.entries(Log.CHANGES, 0, 10)
    for drafts, receipt, entry in zip(said, receipts, entries, strict=True):
        assert (entry.seq, entry.at, entry.leaf_hash) == (receipt.seq, receipt.at, receipt.leaf_hash)
        facts = tuple(
            Draft(fact.id, fact.kind, fact.subject, fact.refs, fact.clear, fact.payload)
            for fact in entry.facts
        )
        assert facts == drafts
        assert [(fact.seq, fact.pos) for fact in entry.facts] == [(entry.seq, n) for n in range(len(drafts))]
        assert Warrant(
            entry.actor, entry.action, entry.purpose, entry.basis, entry.policy_version, entry.agency
        ) == warrant(agency="dinsos")
        assert ledger.entry(Log.CHANGES, entry.seq) == entry


def test_a_receipt_names_the_first_subject_and_its_version(ledger: Ledger) -> None:
    subject = new_id()
    assert commit(ledger, agency(subject), agency(subject), agency()).version == 2
    receipt = commit(ledger, agency(subject))
    assert (receipt.subject, receipt.version, receipt.repeated) == (subject, 3, False)
    assert [fact.version for fact in ledger.facts_of(subject)] == [1, 2, 3]
    assert commit(ledger).subject is None


def test_entries_come_in_pieces_that_hold_no_more_facts_than_asked(ledger: Ledger) -> None:
    for number in (3, 3, 9, 1):
        commit(ledger, *(agency() for _ in range(number)))
    assert [each.seq for each in ledger.entries(Log.CHANGES, 0, 10, facts=6)] == [1, 2]
    assert [each.seq for each in ledger.entries(Log.CHANGES, 2, 10, facts=6)] == [3]
    assert [each.seq for each in ledger.entries(Log.CHANGES, 0, 3)] == [1, 2, 3]
    assert ledger.entries(Log.CHANGES, 4, 10) == []
    with pytest.raises(NotFound):
        ledger.entry(Log.CHANGES, 5)


def test_time_never_goes_back(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ledger.writer.datetime", Clock)
    began = Clock.at
    times = []
    for minutes in (0, 5, -60, 3, 6):
        monkeypatch.setattr(Clock, "at", began + timedelta(minutes=minutes))
        times.append(commit(ledger, agency()).at)
    assert [each[11:] for each in times] == [
        "07:00:00.123456Z", "07:05:00.123456Z", "07:05:00.123456Z", "07:05:00.123456Z", "07:06:00.123456Z",
    ]  # fmt: skip
    assert verify(ledger).ok


def test_the_whole_story_verifies(ledger: Ledger) -> None:
    Story(ledger).tell()
    report = verify(ledger)
    assert report.ok, report.fault
    assert report.entries == {"changes": 17, "disclosures": 3}
    assert (report.checkpoints, report.payloads_erased) == (4, 0)


# -- requests ---------------------------------------------------------------------------------------------------


def _same_place(one: Appended, other: Appended) -> bool:
    return (one.seq, one.leaf_hash, one.at, one.subject, one.version) == (
        other.seq, other.leaf_hash, other.at, other.subject, other.version,
    )  # fmt: skip


def _said(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """All rows but checkpoints, which every closing ledger may sign."""
    return {name: rows for name, rows in everything(ledger).items() if name != "checkpoint"}


def test_the_same_request_again_gets_the_old_receipt_and_appends_nothing(ledger: Ledger, url: str) -> None:
    request, subject = str(uuid.uuid4()), new_id()
    first = commit(ledger, agency(subject), agency(subject), request=request, body=b"same")
    commit(ledger, agency(subject))
    before = _said(ledger)
    elsewhere = open_ledger(url)
    for asked in (ledger, elsewhere):
        again = commit(asked, agency(subject, name="Other words"), request=request, body=b"same")
        assert again.repeated
        assert _same_place(first, again)
    elsewhere.close()
    assert _said(ledger) == before


def test_the_same_request_twice_in_one_group_is_appended_once(ledger: Ledger) -> None:
    request = str(uuid.uuid4())
    group = [pend(ledger, agency(), request=request, body=b"same") for _ in range(4)]
    found = together(ledger, group)
    receipts = [each for each in found if isinstance(each, Appended)]
    assert [each.repeated for each in receipts] == [False, True, True, True]
    assert all(_same_place(receipts[0], each) for each in receipts)
    assert ledger.size(Log.CHANGES) == 2


def test_a_request_id_used_for_something_else_is_a_conflict(ledger: Ledger, url: str) -> None:
    request = str(uuid.uuid4())
    commit(ledger, agency(), request=request, body=b"one")
    before = _said(ledger)
    elsewhere = open_ledger(url)
    for asked in (ledger, elsewhere):
        with pytest.raises(RequestConflict) as raised:
            commit(asked, agency(), request=request, body=b"other")
        assert raised.value.advice
        with pytest.raises(RequestConflict):
            asked.replayed(Log.CHANGES, ACTOR, request, b"other")
    elsewhere.close()
    assert _said(ledger) == before
    fresh = str(uuid.uuid4())
    group = [pend(ledger, agency(), request=fresh, body=body) for body in (b"one", b"other", b"one")]
    found = together(ledger, group)
    assert [type(each) for each in found] == [Appended, RequestConflict, Appended]


def test_request_ids_are_scoped_to_the_actor_and_to_the_log(ledger: Ledger) -> None:
    seen = disclose(ledger, new_id())
    request = ledger.entry(Log.DISCLOSURES, seen.seq).request
    mine = commit(ledger, agency(), request=request, body=b"mine")
    theirs = commit(ledger, agency(), request=request, body=b"theirs", by=warrant(OTHER_ACTOR))
    assert [mine.seq, theirs.seq] == [1, 2]
    assert not mine.repeated
    assert not theirs.repeated
    assert ledger.replayed(Log.CHANGES, new_id(), request, b"") is None


def test_an_earlier_outcome_is_found_before_anything_is_decided(ledger: Ledger) -> None:
    request = str(uuid.uuid4())
    pending = pend(ledger, agency(), request=request)
    assert ledger.replayed(Log.CHANGES, ACTOR, request, pending.body) is None
    first = ledger.append(pending).result(30)
    found = ledger.replayed(Log.CHANGES, ACTOR, request, pending.body)
    assert found is not None
    assert found.repeated
    assert _same_place(found, first)


# -- versions ---------------------------------------------------------------------------------------------------


def _one_wins(ledger: Ledger, one: Pending, other: Pending) -> None:
    """Two decisions from the same state: only the first is appended, one after the other or in one group."""
    ledger.append(one).result(30)
    before = everything(ledger)
    with pytest.raises(VersionConflict) as raised:
        ledger.append(other).result(30)
    assert raised.value.advice
    assert everything(ledger) == before


def test_of_two_writers_on_one_subject_one_wins(ledger: Ledger) -> None:
    subject = new_id()
    _one_wins(ledger, pend(ledger, agency(subject)), pend(ledger, agency(subject)))
    _one_wins(ledger, pend(ledger, agency(subject)), pend(ledger, agency(subject)))
    group = [pend(ledger, agency(subject), agency()) for _ in range(5)]
    found = together(ledger, group)
    assert [type(each) for each in found] == [Appended, *[VersionConflict] * 4]
    assert verify(ledger).ok


def test_a_subject_that_was_only_read_must_not_have_changed(ledger: Ledger) -> None:
    rules = commit(ledger, agency()).subject or ""
    history = ledger.history()
    assert history.subject(rules) is not None
    decided = pend(ledger, agency(), history=history)
    _one_wins(ledger, pend(ledger, agency(rules)), decided)


def test_a_subject_that_was_missed_must_not_have_come_up(ledger: Ledger) -> None:
    awaited, history = new_id(), ledger.history()
    assert history.subject(awaited) is None
    _one_wins(ledger, pend(ledger, agency(awaited)), pend(ledger, agency(), history=history))


def test_a_look_up_must_not_have_gained_a_subject(ledger: Ledger) -> None:
    for standing in ((), (commit(ledger, agency(code="disdik")).subject,)):
        code = "disdik" if standing else "dinsos"
        history = ledger.history()
        assert history.find("agency", code) == standing
        _one_wins(ledger, pend(ledger, agency(code=code)), pend(ledger, agency(code=code), history=history))


def test_of_two_that_found_nothing_in_one_group_one_wins(ledger: Ledger) -> None:
    group = []
    for _ in range(3):
        history = ledger.history()
        assert history.find("nik", "3273014505850003") == ()
        group.append(pend(ledger, record(nik="3273014505850003"), history=history))
    assert [type(each) for each in together(ledger, group)] == [Appended, VersionConflict, VersionConflict]
    assert len(ledger.find("nik", "3273014505850003")) == 1


def test_the_last_place_of_a_programme_is_given_once(ledger: Ledger) -> None:
    programme = new_id()
    clear = {"code": "bpnt", "agency": "dinsos", "unit": "PERSON", "quota": 1}
    commit(ledger, Draft(new_id(), "ProgrammeDefined", programme, clear=clear))
    group = []
    for _ in range(2):
        history = ledger.history()
        standing = history.subject(programme)
        assert standing is not None
        taken = standing.state.get("enrolled_count", 0)
        assert taken < standing.state["quota"]
        enrolled = Draft(new_id(), "PersonEnrolled", new_id(), clear={"status": "ENROLLED"})
        counted = Draft(new_id(), "PlacesCounted", programme, clear={"enrolled_count": taken + 1})
        group.append(pend(ledger, enrolled, counted, history=history))
    assert [type(each) for each in together(ledger, group)] == [Appended, VersionConflict]
    assert ledger.subjects([programme])[programme].state["enrolled_count"] == 1


# -- what is refused --------------------------------------------------------------------------------------------


def test_a_value_without_a_canonical_form_is_refused(ledger: Ledger) -> None:
    before = everything(ledger)
    for value in (0.5, 1e300, float("nan"), 2**53, {"a": [1, {"b": 0.1}]}, "e\u0301"):
        drafts = (
            Draft(new_id(), "AgencyDefined", new_id(), clear={"code": "x", "share": value}),
            Draft(
                new_id(), "PersonCorrected", new_id(), clear={"fields": []}, payload={"values": {"x": value}}
            ),
        )
        for draft in drafts:
            with pytest.raises(InvalidInput):
                pend(ledger, draft)
    assert everything(ledger) == before


def test_an_entry_of_one_kib_is_refused_and_one_byte_less_is_not(ledger: Ledger) -> None:
    length = len(ledger.entry(Log.CHANGES, commit(ledger, agency()).seq).data)
    fitting = "x" * (len(BASIS) + 1023 - length)
    outcomes = together(
        ledger,
        [pend(ledger, agency(), by=Warrant(ACTOR, "agency:define", "tata_kelola", basis, 1))
         for basis in (fitting + "x", fitting, fitting * 9)],
    )  # fmt: skip
    assert [type(each) for each in outcomes] == [InvalidInput, Appended, InvalidInput]
    assert ledger.size(Log.CHANGES) == 3
    assert len(ledger.entry(Log.CHANGES, 3).data) == 1023
    assert verify(ledger).ok


def test_one_that_is_refused_takes_nobody_with_it(ledger: Ledger) -> None:
    subject = new_id()
    group = [pend(ledger, agency(subject)) for _ in range(2)] + [pend(ledger, agency()) for _ in range(3)]
    found = together(ledger, group)
    assert [type(each) for each in found] == [Appended, VersionConflict, *[Appended] * 3]
    assert [each.seq for each in found if isinstance(each, Appended)] == [2, 3, 4, 5]
    assert isinstance(outcome(ledger, pend(ledger, agency(subject))), Appended)
    assert verify(ledger).ok

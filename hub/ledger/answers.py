"""Questions that the ledger itself answers: the table of them, and those about releases and their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from hub.access.scope import Scope
from hub.commands.reading import household_of, owner_of, person_row
from hub.domain.errors import Forbidden
from hub.domain.facts import History, Subject
from hub.domain.kinds import Log
from hub.ledger.answering import Cursors, sees_values
from hub.ledger.entry_answers import entry_rows, unmatched_entries
from hub.ledger.entry_views import release_dict
from hub.ledger.history import LedgerHistory
from hub.ledger.household_answers import households_known, stays
from hub.ledger.lineage import lineage
from hub.ledger.match_answers import match_rows, matches_known, running_model
from hub.ledger.match_views import match_by_id, match_queue, pair_explained
from hub.ledger.overlap_answers import overlap_rules
from hub.ledger.policy_answers import actors, policy_versions, running_policy
from hub.ledger.proof_answers import consistency, evidence, inclusion, signed
from hub.ledger.rows import FactRow, table
from hub.ledger.store import Ledger
from hub.ledger.survivorship_answers import persons_standing, survivorship_in_force
from hub.ledger.trails import disclosures, ledger_entries, ledger_entry
from hub.questions import model
from hub.questions.model import Viewed

_FACT = table(FactRow)


def _releases(ledger: Ledger, question: model.Releases, scope: Scope, cursors: Cursors) -> Viewed:
    found = []
    for release in ledger.subjects(ledger.find("releases", "all")).values():
        state = release.state
        if question.register in (None, state["register"]) and question.label in (None, state["label"]):
            found.append(release_dict(release))
    return Viewed(sorted(found, key=lambda each: str(each["id"]), reverse=True), (), ())


def _source_statements(
    ledger: Ledger, question: model.SourceStatements, scope: Scope, cursors: Cursors
) -> Viewed:
    """Each finished release's words of one row; hidden and missing read the same."""
    history = ledger.history()
    record = history.subject(question.record)
    if record is None or record.type != "SourceRecord" or not _sees_record(history, scope, record):
        return Viewed([], (), ())
    shown = sees_values(scope)
    withheld = [] if shown else [{"field": name, "reason": "class"} for name in ("original", "standardised")]
    statements: list[dict[str, Any]] = []
    for fact in ledger.facts_of(record.id):
        release = history.subject(fact.ref("release") or "")
        if release is None or release.state["status"] != "CLOSED":
            continue
        if fact.kind == "RecordTaken":
            said = {name: (fact.payload or {}).get(name) if shown else None
                    for name in ("original", "standardised")}  # fmt: skip
        statements.append({
            "release": release_dict(release), "repeated": fact.kind == "RecordSeen", "withheld": withheld,
            "erased": fact.sealed and fact.payload is None, **said,
        })  # fmt: skip
    names = ("SourceRecord.original", "SourceRecord.standardised") if withheld else ()
    persons = (each.id for each in _persons_with(history, record.id))
    return Viewed(statements[::-1], (record.id, *persons), names)


def _persons_with(history: History, record: str) -> list[Subject]:
    """The person who has a record, and those whom it confirms or contradicts as the civil registry's row."""
    owner = owner_of(history, record)
    known = map(history.subject, history.find("civil_of", record))
    civil = [each for each in known if each and (each.state.get("civil") or {}).get("record") == record]
    return [*([owner] if owner is not None else []), *civil]


def _sees_record(history: LedgerHistory, scope: Scope, record: Subject) -> bool:
    rows = [person_row(history, each) for each in _persons_with(history, record.id)]
    return scope.holds(scope.reads("SourceRecord"), {"persons": rows, "agency": None})


def _release_records(
    ledger: Ledger, question: model.ReleaseRecords, scope: Scope, cursors: Cursors
) -> Viewed:
    records, after = _stretch(ledger, question.release, question.after)
    return Viewed({"records": records, "next": after}, (), ())


def _release_persons(
    ledger: Ledger, question: model.ReleasePersons, scope: Scope, cursors: Cursors
) -> Viewed:
    return _given_to(ledger, question, scope, (("person", "entry"), "person", "person_of", _person_of))


def _release_households(
    ledger: Ledger, question: model.ReleaseHouseholds, scope: Scope, cursors: Cursors
) -> Viewed:
    return _given_to(ledger, question, scope, (("dwelling",), "household", "household_of", household_of))


_Holder = tuple[tuple[str, ...], str, str, Callable[[History, str], Subject | None]]
"""Units of the records, what has them, the look-up that names it, and how it is found."""


def _given_to(
    ledger: Ledger, question: model.ReleasePersons | model.ReleaseHouseholds, scope: Scope, holder: _Holder
) -> Viewed:
    if not sees_values(scope):
        raise Forbidden("Row keys and persons are open to you for some rows only.", "Ask a data steward.")
    units, name, space, holder_of = holder
    history = ledger.history()
    records, after = _stretch(ledger, question.release, question.after)
    history.prefetch(subjects=records, finds=[(space, each) for each in records])
    history.prefetch(subjects=[found for each in records for found in history.find(space, each)])
    known = [each for each in map(history.subject, records) if each and each.state["unit"] in units]
    history.prefetch(subjects=[each.state["enrolment"] for each in known if each.state.get("enrolment")])
    taken = {each.id: each.state["takes"][-1]["taken"] for each in known}
    history.prefetch_payloads(taken.values())
    rows = [
        {
            "record": each.id, "register": each.state["register"],
            "row_key": (history.payload(taken[each.id]) or {}).get("row_key"),
            name: found.id if (found := holder_of(history, each.id)) else None,
        }
        for each in known
    ]  # fmt: skip
    return Viewed(
        {"rows": rows, "next": after}, tuple(dict.fromkeys(row[name] for row in rows if row[name])), ()
    )


def _person_of(history: History, record: str) -> Subject | None:
    """Whose a row is, or whom an entry enrols."""
    subject = history.subject(record)
    enrolment = history.subject(subject.state.get("enrolment") or "") if subject is not None else None
    return history.subject(enrolment.state["person"]) if enrolment is not None else owner_of(history, record)


def _stretch(ledger: Ledger, release: str, after: int) -> tuple[list[str], int | None]:
    """Records of the next chunk of a release, and the entry after which to go on; None at the end."""
    next_chunk = select(func.min(_FACT.c.seq)).where(
        _FACT.c.subject == release, _FACT.c.kind == "ChunkTaken", _FACT.c.seq > after
    )
    with ledger.reading() as connection:
        chunk = connection.execute(next_chunk).scalar()
        if chunk is None:
            return [], None
        records = (
            select(_FACT.c.subject)
            .where(_FACT.c.log == Log.CHANGES.value, _FACT.c.seq == chunk)
            .where(_FACT.c.kind.in_(("RecordTaken", "RecordSeen")))
            .order_by(_FACT.c.pos)
        )
        return [row.subject for row in connection.execute(records)], chunk


def _for_matcher(found: Callable[[Ledger, Any], Viewed]) -> Callable[[Ledger, Any, Scope, Cursors], Viewed]:
    return lambda ledger, question, scope, cursors: found(ledger, question)


def _schema(ledger: Ledger, question: model.ApiSchema, scope: Scope, cursors: Cursors) -> Viewed:
    """That it may be read; what it says stands in the program, not in the ledger."""
    return Viewed(True, (), ())


ANSWERS: Mapping[type, Callable[[Ledger, Any, Scope, Cursors], Viewed]] = MappingProxyType({
    model.ApiSchema: _schema,
    model.LedgerEntry: ledger_entry,
    model.LedgerEntries: ledger_entries,
    model.LedgerCheckpoint: signed,
    model.InclusionProof: inclusion,
    model.ConsistencyProof: consistency,
    model.Evidence: evidence,
    model.Lineage: lineage,
    model.Disclosures: disclosures,
    model.Releases: _releases,
    model.OverlapRules: overlap_rules,
    model.SourceStatements: _source_statements,
    model.ReleasePersons: _release_persons,
    model.ReleaseHouseholds: _release_households,
    model.ReleaseRecords: _release_records,
    model.MatchRows: _for_matcher(match_rows),
    model.MatchesKnown: _for_matcher(matches_known),
    model.Stays: _for_matcher(stays),
    model.HouseholdsKnown: _for_matcher(households_known),
    model.EntryRows: _for_matcher(entry_rows),
    model.RunningModel: _for_matcher(running_model),
    model.SurvivorshipInForce: survivorship_in_force,
    model.PersonsStanding: _for_matcher(persons_standing),
    model.MatchQueue: match_queue,
    model.MatchById: match_by_id,
    model.PairExplained: pair_explained,
    model.UnmatchedEntries: unmatched_entries,
    model.RunningPolicy: running_policy,
    model.PolicyVersions: policy_versions,
    model.Actors: actors,
})  # fmt: skip
"""Question → what answers it from the ledger. Reads only, in a thread of its own."""


def answer(ledger: Ledger, question: Any, scope: Scope, cursor_key: bytes) -> Viewed:
    """Answer a question of ANSWERS. Blocks: call it off the event loop."""
    return ANSWERS[type(question)](ledger, question, scope, Cursors(cursor_key, scope))

"""Questions that the ledger itself answers: entries, checkpoints, proofs, disclosures, releases, who am I."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from hub.access.scope import Scope
from hub.commands.reading import household_of, owner_of, person_row
from hub.domain.errors import Forbidden, NotFound
from hub.domain.facts import Fact, History, Subject
from hub.domain.kinds import KINDS, Log, Retention
from hub.ledger.answering import ENROLMENT_STATES, Cursors, connection, page_size, sees_values
from hub.ledger.entry_answers import entry_rows, unmatched_entries
from hub.ledger.entry_views import PERSONAL_TYPES, content, entry_dict, listed, release_dict
from hub.ledger.history import LedgerHistory
from hub.ledger.household_answers import households_known, stays
from hub.ledger.match_answers import match_rows, matches_known, running_model
from hub.ledger.match_views import match_by_id, match_queue, pair_explained
from hub.ledger.note import Checkpoint
from hub.ledger.overlap_answers import overlap_rules
from hub.ledger.policy_answers import actors, policy_versions, running_policy
from hub.ledger.rows import EntryRow, FactRow, table
from hub.ledger.store import Ledger
from hub.ledger.survivorship_answers import persons_standing, survivorship_in_force
from hub.questions import model
from hub.questions.model import Viewed

_ENTRY, _FACT = table(EntryRow), table(FactRow)


def checkpoint_dict(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint as the API names it."""
    return {
        "origin": checkpoint.origin, "size": checkpoint.size, "root_hash": checkpoint.root.hex(),
        "note": checkpoint.note, "cosignatures": [],
    }  # fmt: skip


class _FactViews:
    """Facts of one entry before and after, masked for one scope."""

    def __init__(self, ledger: Ledger, scope: Scope) -> None:
        self._ledger = ledger
        self._values = sees_values(scope)
        self._states = sees_values(scope, ENROLMENT_STATES)
        self._seen: dict[str, None] = {}
        self.withheld: dict[str, None] = {}

    def everybody(self) -> tuple[str, ...]:
        """Ids of what was shown, and of the persons whose source records were: they are who was seen."""
        persons = self._ledger.find_many(("person_of", each) for each in self._seen)
        return tuple(dict.fromkeys([*self._seen, *(each for found in persons.values() for each in found)]))

    def view(self, fact: Fact, before: Fact | None) -> dict[str, Any]:
        """One fact as the API names it; the payload's fields are withheld unless the scope is shown all."""
        kind = KINDS[fact.kind]
        personal = kind.type in PERSONAL_TYPES
        clear = not personal or (self._states if kind.type == "Enrolment" else self._values)
        payload = clear and (self._values or kind.retention is Retention.AUDIT)  # audit: actors, not the poor
        if personal and clear:
            persons = (each for role in ("person", "member", "former") for each in fact.refs_as(role))
            self._seen.update(dict.fromkeys((fact.subject, *persons)))
        hidden = [] if clear else ["clear"]
        hidden += ["payload"] if fact.sealed and not payload else []
        self.withheld.update(dict.fromkeys(hidden))
        return {
            "kind": fact.kind, "subject": fact.subject,
            "before": content(before, payload) if before and clear else None,
            "after": content(fact, payload) if clear else None,
            "withheld": [{"field": name, "reason": "class"} for name in hidden],
            "erased": fact.sealed and fact.payload is None,
        }  # fmt: skip


def _ledger_entry(ledger: Ledger, question: model.LedgerEntry, scope: Scope, cursors: Cursors) -> Viewed:
    entry = ledger.entry(Log.CHANGES, question.seq)
    views = _FactViews(ledger, scope)
    former = ledger.former([fact for fact in entry.facts if fact.version > 1])
    facts = [views.view(fact, former.get(fact.id)) for fact in entry.facts]
    return Viewed({**entry_dict(entry), "facts": facts}, views.everybody(), tuple(views.withheld))


def _seqs(
    ledger: Ledger, log: Log, page: model.Page, cursors: Cursors, conditions: list[Any]
) -> tuple[list[int], int]:
    first = page_size(page)
    query = select(_ENTRY.c.seq).where(_ENTRY.c.log == log.value, *conditions)
    if page.after is not None:
        query = query.where(_ENTRY.c.seq < int(cursors.open(log.value, page.after)))
    with ledger.reading() as connection:
        return [
            row.seq for row in connection.execute(query.order_by(_ENTRY.c.seq.desc()).limit(first + 1))
        ], first


def _about(subjects: tuple[str, ...], log: Log) -> Any:
    facts = select(_FACT.c.seq).where(_FACT.c.subject.in_(subjects), _FACT.c.log == log.value)
    return _ENTRY.c.seq.in_(facts)


def _ledger_entries(ledger: Ledger, question: model.LedgerEntries, scope: Scope, cursors: Cursors) -> Viewed:
    conditions: list[Any] = []
    if question.subject is not None:
        conditions.append(_about((question.subject,), Log.CHANGES))
    if question.actor is not None:
        conditions.append(_ENTRY.c.actor == question.actor)
    seqs, first = _seqs(ledger, Log.CHANGES, question.page, cursors, conditions)
    nodes = []
    for seq in seqs:
        entry = ledger.entry(Log.CHANGES, seq, opened=False)
        nodes.append((str(seq), listed(entry)))
    total = ledger.size(Log.CHANGES) if not conditions else None
    return Viewed({**connection(nodes, first, cursors, Log.CHANGES.value), "total_count": total}, (), ())


def _disclosures(ledger: Ledger, question: model.Disclosures, scope: Scope, cursors: Cursors) -> Viewed:
    conditions: list[Any] = []
    if question.person is not None:
        conditions.append(_about(ledger.find("seen", question.person), Log.DISCLOSURES))
    if question.actor is not None:
        conditions.append(_ENTRY.c.actor == question.actor)
    seqs, first = _seqs(ledger, Log.DISCLOSURES, question.page, cursors, conditions)
    nodes = []
    for seq in seqs:
        entry = ledger.entry(Log.DISCLOSURES, seq, opened=False)
        fact = entry.facts[0]
        node = entry_dict(entry) | {
            "question": fact.clear["question"], "withheld": fact.clear["withheld"],
            "subjects": list(fact.refs_as("seen")),
        }  # fmt: skip
        nodes.append((str(seq), node))
    total = ledger.size(Log.DISCLOSURES) if not conditions else None
    shown = connection(nodes, first, cursors, Log.DISCLOSURES.value)
    return Viewed({**shown, "total_count": total}, (), ())


def _checkpoint(ledger: Ledger, question: model.LedgerCheckpoint, scope: Scope, cursors: Cursors) -> Viewed:
    if question.size is None:
        found = ledger.proofs.checkpoint(Log.CHANGES)
    else:
        found = ledger.proofs.newest(Log.CHANGES, question.size)
    if found is None:
        raise NotFound(
            "No checkpoint of that size has been signed.", "Ask for a smaller one, or for the newest."
        )
    return Viewed(checkpoint_dict(found), (), ())


def inclusion_proof(ledger: Ledger, seq: int, size: int | None) -> dict[str, Any]:
    """The proof that entry `seq` stands in a signed tree, with the C2SP tlog-proof text."""
    if seq < 1:
        raise NotFound(f"There is no entry {seq}.", "Entries are numbered from 1.")
    newest = ledger.proofs.checkpoint(Log.CHANGES)
    checkpoint = newest if size is None else ledger.proofs.newest(Log.CHANGES, max(size, seq))
    if checkpoint is None or seq > checkpoint.size:
        raise NotFound(f"There is no signed tree that holds entry {seq}.", "Ask without a size.")
    path = ledger.proofs.inclusion(Log.CHANGES, seq, checkpoint.size)
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"index {seq - 1}",
        *(base64.b64encode(each).decode() for each in path),
    ]
    return {
        "seq": seq, "size": checkpoint.size, "leaf_hash": ledger.leaf_hash(Log.CHANGES, seq).hex(),
        "path": [each.hex() for each in path], "checkpoint": checkpoint_dict(checkpoint),
        "file": "\n".join(lines) + "\n\n" + checkpoint.note,
    }  # fmt: skip


def _inclusion(ledger: Ledger, question: model.InclusionProof, scope: Scope, cursors: Cursors) -> Viewed:
    return Viewed(inclusion_proof(ledger, question.seq, question.size), (), ())


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
    model.LedgerEntry: _ledger_entry,
    model.LedgerEntries: _ledger_entries,
    model.LedgerCheckpoint: _checkpoint,
    model.InclusionProof: _inclusion,
    model.Disclosures: _disclosures,
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

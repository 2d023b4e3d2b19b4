"""The total table of fact kinds: whose key seals the payload, how a fact changes the state, what finds it again.

A fold is dumb on purpose: it copies what the fact says and runs no rule, so that replaying the ledger gives
the same states for ever. What is written here under `owner` and `retention` is part of the ledger's format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hub.domain.facts import Fact, Json

State = dict[str, Json]
Fold = Callable[[State, Fact], State]
Lookups = Callable[[Fact], Iterable[tuple[str, str]]]


class Log(StrEnum):
    """The two ledgers of a hub, with the same code and different contents."""

    CHANGES = "changes"
    DISCLOSURES = "disclosures"


class Owner(StrEnum):
    """Whose key seals a fact's payload: destroying that key erases it."""

    SUBJECT = "subject"
    FACT = "fact"


class Retention(StrEnum):
    """How long a payload's key must be kept, and which erasure may destroy it."""

    WORKING = "working"
    DECREE = "decree"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the hub knows about one kind of fact."""

    name: str
    type: str
    """Type of its subject."""
    fold: Fold
    log: Log = Log.CHANGES
    version: int = 1
    owner: Owner = Owner.SUBJECT
    retention: Retention = Retention.WORKING
    lookups: Lookups = lambda fact: ()


def _merge(state: State, fact: Fact) -> State:
    return {**state, **fact.clear}


def _keep(state: State, fact: Fact) -> State:
    return state


def _registered(state: State, fact: Fact) -> State:
    return {**state, **fact.clear, "registered": fact.id}


def _granted(state: State, fact: Fact) -> State:
    return {**state, "grants": [*state.get("grants", []), dict(fact.clear)]}


def _grant_revoked(state: State, fact: Fact) -> State:
    """The grant stays, so that nobody takes it for one that was never given."""
    ended = {"revoked_on": fact.clear["revoked_on"]}
    grants = [{**each, **ended} if each["grant"] == fact.clear["grant"] else each for each in state["grants"]]
    return {**state, "grants": grants}


def _change_proposed(state: State, fact: Fact) -> State:
    return {**state, **fact.clear, "proposed": fact.id}


def _record_taken(state: State, fact: Fact) -> State:
    take = {
        "taken": fact.id, "release": fact.ref("release"), "dwelling": fact.ref("dwelling"),
        "digest": fact.clear["digest"], "seen_in": [],
    }  # fmt: skip
    return {**state, **fact.clear, "takes": [*state.get("takes", []), take]}


def _record_seen(state: State, fact: Fact) -> State:
    *former, take = state["takes"]
    return {**state, "takes": [*former, {**take, "seen_in": [*take["seen_in"], fact.ref("release")]}]}


def _chunk_taken(state: State, fact: Fact) -> State:
    counts = {name: state.get(name, 0) + fact.clear[name] for name in ("accepted", "repeated", "refused")}
    return {**state, **counts, "chunks": state.get("chunks", 0) + 1}


def _person_formed(state: State, fact: Fact) -> State:
    return {**state, "records": list(fact.refs_as("record")), "rule": fact.clear["rule"]}


def _persons_merged(state: State, fact: Fact) -> State:
    """The corrections of those who were absorbed hold as well, where there is no own one."""
    given = fact.refs_as("correction")
    absorbed = {name: given[index] for name, index in fact.clear["corrections"].items()}
    return {**_person_formed(state, fact), "corrections": {**absorbed, **state.get("corrections", {})}}


def _redirected(state: State, fact: Fact) -> State:
    return {"records": [], "chosen": {}, "merged_into": fact.ref("into")}


def _household_formed(state: State, fact: Fact) -> State:
    """`arranged`: whether a person said who lives there; `placed` and `left`: of whom they said it, and from when on."""
    members = zip(fact.refs_as("member"), fact.clear["members"], strict=True)
    former = zip(fact.refs_as("former"), fact.clear["former"], strict=True)
    return {
        "records": list(fact.refs_as("record")), "rule": fact.clear["rule"],
        "members": [[person, from_on] for person, from_on in members],
        "former": [[person, *days] for person, days in former],
        "head": fact.ref("head"), "address": fact.ref("address"), "evidence": fact.ref("evidence"),
        "family_cards": list(fact.refs_as("family_card")), "arranged": "placed" in fact.clear,
        **{
            name: [list(each) for each in zip(fact.refs_as(name), fact.clear.get(name, ()), strict=True)]
            for name in ("placed", "left")
        },
    }  # fmt: skip


def _household_redirected(state: State, fact: Fact) -> State:
    return {"records": [], "members": [], "merged_into": fact.ref("into")}


def _judged(state: State, fact: Fact) -> State:
    """What the machine found and what a person judged stand beside each other; a judgement taken back is none."""
    who = "steward" if "actor" in fact.clear else "machine"
    said = None if fact.clear["outcome"] == "REVOKED" else {**fact.clear, "fact": fact.id}
    return {"steward": None, "machine": None, **state, **dict(fact.refs), who: said}


def _model_adopted(state: State, fact: Fact) -> State:
    """Rubrics of former models stay: what was found by them is still to be explained."""
    rubrics = {**state.get("rubrics", {}), fact.clear["digest"]: fact.clear["rubric"]}
    return {"digest": fact.clear["digest"], "adopted": fact.id, "rubrics": rubrics}


def _golden_chosen(state: State, fact: Fact) -> State:
    """Choices of the first versions name no criteria, no sources and nothing of the civil registry."""
    evidence, clear = fact.refs_as("evidence"), fact.clear
    said = zip(fact.refs_as("source"), clear.get("sources", ()), strict=True)
    civil = clear.get("civil")
    return {
        **state,
        "chosen": {name: evidence[index] for name, index in clear["chosen"].items()},
        "decided": clear.get("decided", {}),
        "edition": clear.get("edition", 0),
        "sources": [
            [record, evidence[words], evidence[home] if home >= 0 else None] for record, (words, home) in said
        ],
        "civil": {"record": fact.ref("civil"), **civil} if civil else None,
        "address": fact.ref("address"),
        "family_cards": list(fact.refs_as("family_card")),
    }


def _corrected(state: State, fact: Fact) -> State:
    corrections = dict(state.get("corrections", {}))
    corrections.update(dict.fromkeys(fact.clear["fields"], fact.id))
    return {**state, "corrections": corrections}


def _evidence(state: State, fact: Fact) -> State:
    return {**state, **fact.clear, "evidence": fact.ref("evidence")}


def _enrolment(state: State, fact: Fact) -> State:
    return {**state, **fact.clear, **dict(fact.refs)}


def _resumed(state: State, fact: Fact) -> State:
    """What a suspension had said of the enrolment is no more."""
    return {name: value for name, value in _enrolment(state, fact).items() if value is not None}


def _paid(state: State, fact: Fact) -> State:
    paid = [fact.clear["paid_on"], fact.clear["period"]]
    return {
        **state, "payments": [*state.get("payments", []), paid], "last_paid_on": fact.clear["last_paid_on"],
    }  # fmt: skip


def _listed(state: State, fact: Fact) -> State:
    """What lists say of an enrolment now; all entries that are its evidence, and no others."""
    of = {name: fact.ref(name) for name in ("person", "programme", "household", "family_card")}
    return {**state, **fact.clear, **of, "entries": list(fact.refs_as("entry"))}


def _compared(state: State, fact: Fact) -> State:
    """What the matcher found of an entry beside what it says itself."""
    found = {
        "taken": fact.ref("taken"), "candidates": list(fact.refs_as("candidate")), "weights": fact.clear["weights"],
        "model": fact.clear["model"],
    }  # fmt: skip
    return {**state, "enrolment": fact.ref("enrolment"), "found": found}


def _by_code(space: str) -> Lookups:
    return lambda fact: ((space, fact.clear["code"]),)


def _payload_fields(*names: str) -> Lookups:
    def lookups(fact: Fact) -> Iterable[tuple[str, str]]:
        values = (fact.payload or {}).get("standardised", {})
        return [(name, values[name]) for name in names if values.get(name)]

    return lookups


def _record_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    payload = fact.payload or {}
    register, unit = fact.clear["register"], fact.clear["unit"]
    found = [(f"row:{register}:{unit}", payload["identity"])] if "identity" in payload else []
    return [*found, *_payload_fields("nik", "kk")(fact), *_named_dwelling(fact)]


def _golden_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    """Persons whom a row of the civil registry confirms, and those whom a family card lists."""
    confirmed = [("civil_of", each) for each in fact.refs_as("civil")]
    return [*confirmed, *(("listed_on", card) for card in fact.refs_as("family_card"))]


def _correction_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    nik = (fact.payload or {}).get("values", {}).get("nik")
    return [("nik", nik)] if nik else []


def _match_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    left, right = fact.ref("left") or "", fact.ref("right") or ""
    found = [("match", f"{left}|{right}"), ("matches_of", left), ("matches_of", right)]
    if fact.clear["outcome"] == "QUEUED":
        found.append(("matches", "queued"))
    if "actor" in fact.clear:
        found += [("matches", "judged"), ("judged_of", left), ("judged_of", right)]
    return found


def _enrolment_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    """An enrolment is found by its person, and by the household or family card that it is for."""
    named = (fact.ref(role) for role in ("person", "household", "family_card"))
    return [("enrolments_of", each) for each in named if each]


def _household_lookups(fact: Fact) -> Iterable[tuple[str, str]]:
    return [("household_of", each) for role in ("record", "member", "left") for each in fact.refs_as(role)]


def _merged(fact: Fact) -> Iterable[tuple[str, str]]:
    return (("merged_into", fact.ref("into") or ""),)


def _named_dwelling(fact: Fact) -> list[tuple[str, str]]:
    """A person's record by the dwelling that it names: the way back from a dwelling to who lived there."""
    return [("named_by", each) for each in fact.refs_as("dwelling")]


def _actor_name(fact: Fact) -> Iterable[tuple[str, str]]:
    name = (fact.payload or {}).get("name")
    return [("actors", "all"), *([("actor", name)] if name else [])]


_TABLE = (
    Kind(
        "AreaListed",
        "Area",
        _merge,
        lookups=lambda fact: ((f"area:{fact.clear['system']}", fact.clear["code"]),),
    ),
    Kind("AgencyDefined", "Agency", _merge, lookups=_by_code("agency")),
    Kind("ProgrammeDefined", "Programme", _merge, lookups=_by_code("programme")),
    Kind("ActorRegistered", "Actor", _registered, retention=Retention.AUDIT, lookups=_actor_name),
    Kind(
        "RoleGranted",
        "Actor",
        _granted,
        owner=Owner.FACT,
        retention=Retention.AUDIT,
        lookups=lambda fact: (("role", fact.clear["role"]), ("grant", fact.clear["grant"])),
    ),
    Kind("GrantRevoked", "Actor", _grant_revoked, owner=Owner.FACT, retention=Retention.AUDIT),
    Kind("ActorSuspended", "Actor", _merge, owner=Owner.FACT, retention=Retention.AUDIT),
    Kind("ActorResumed", "Actor", _merge, owner=Owner.FACT, retention=Retention.AUDIT),
    Kind(
        "PolicyAdopted",
        "Policy",
        _merge,
        owner=Owner.FACT,
        retention=Retention.AUDIT,
        lookups=lambda fact: (("policy", "running"),),
    ),
    Kind(
        "PolicyChangeProposed",
        "PolicyChange",
        _change_proposed,
        owner=Owner.FACT,
        retention=Retention.AUDIT,
        lookups=lambda fact: (("policy_changes", "all"),),
    ),
    Kind("PolicyChangeApproved", "PolicyChange", _merge),
    Kind(
        "ReleaseOpened",
        "Release",
        _merge,
        lookups=lambda fact: (
            ("release", f"{fact.clear['register']}:{fact.clear['label']}"),
            ("releases", "all"),
        ),
    ),
    Kind("ChunkTaken", "Release", _chunk_taken),
    Kind("ReleaseClosed", "Release", _merge),
    Kind("ReleaseAbandoned", "Release", _merge, owner=Owner.FACT),
    Kind("RecordTaken", "SourceRecord", _record_taken, lookups=_record_lookups),
    Kind("RecordSeen", "SourceRecord", _record_seen, lookups=_named_dwelling),
    Kind(
        "PersonFormed",
        "Person",
        _person_formed,
        lookups=lambda fact: [("person_of", record) for record in fact.refs_as("record")],
    ),
    Kind(
        "PersonsMerged",
        "Person",
        _persons_merged,
        lookups=lambda fact: [("person_of", record) for record in fact.refs_as("record")],
    ),
    Kind("PersonSplit", "Person", _person_formed),
    Kind("PersonRedirected", "Person", _redirected, lookups=_merged),
    Kind(
        "GoldenChosen",
        "Person",
        _golden_chosen,
        lookups=_golden_lookups,
    ),
    Kind(
        "SurvivorshipRulesSet",
        "SurvivorshipRules",
        _merge,
        owner=Owner.FACT,
        lookups=lambda fact: (("survivorship", "running"),),
    ),
    Kind("SurvivorshipApplied", "SurvivorshipRules", _merge),
    Kind("PersonCorrected", "Person", _corrected, lookups=_correction_lookups),
    Kind(
        "AddressFormed",
        "Address",
        _evidence,
        lookups=lambda fact: (("address_of", fact.ref("dwelling") or ""),),
    ),
    Kind(
        "FamilyCardFormed",
        "FamilyCard",
        _evidence,
        lookups=lambda fact: [("card_of", record) for record in fact.refs_as("record")],
    ),
    Kind(
        "EnrolmentProposed",
        "Enrolment",
        _enrolment,
        owner=Owner.FACT,
        lookups=_enrolment_lookups,
    ),
    Kind(
        "PersonEnrolled",
        "Enrolment",
        _enrolment,
        owner=Owner.FACT,
        lookups=lambda fact: (("accepted_in", fact.ref("programme") or ""),),
    ),
    Kind("EligibilityConfirmed", "Enrolment", _enrolment, owner=Owner.FACT),
    Kind("EnrolmentRefused", "Enrolment", _enrolment, owner=Owner.FACT),
    Kind("EnrolmentSuspended", "Enrolment", _enrolment, owner=Owner.FACT),
    Kind("EnrolmentResumed", "Enrolment", _resumed, owner=Owner.FACT),
    Kind("PaymentRecorded", "Enrolment", _paid, owner=Owner.FACT),
    Kind("EnrolmentEnded", "Enrolment", _enrolment, owner=Owner.FACT),
    Kind(
        "EnrolmentMoved",
        "Enrolment",
        _enrolment,
        lookups=_enrolment_lookups,
    ),
    Kind("HouseholdFormed", "Household", _household_formed, lookups=_household_lookups),
    Kind(
        "HouseholdArranged",
        "Household",
        _household_formed,
        owner=Owner.FACT,
        lookups=_household_lookups,
    ),
    Kind("HouseholdRedirected", "Household", _household_redirected, lookups=_merged),
    Kind(
        "EnrolmentListed",
        "Enrolment",
        _listed,
        lookups=_enrolment_lookups,
    ),
    Kind(
        "EntryCompared",
        "SourceRecord",
        _compared,
        lookups=lambda fact: () if fact.ref("enrolment") else (("unmatched", fact.clear["programme"]),),
    ),
    Kind("ModelAdopted", "MatchModel", _model_adopted, lookups=lambda fact: (("model", "running"),)),
    Kind("RecordsJudged", "Match", _judged, owner=Owner.FACT, lookups=_match_lookups),
    Kind("PlacesCounted", "Programme", _merge),
    Kind("OverlapRulesSet", "OverlapRules", _merge, lookups=lambda fact: (("overlap_rules", "running"),)),
    Kind(
        "ViewDisclosed",
        "Disclosure",
        _keep,
        log=Log.DISCLOSURES,
        lookups=lambda fact: [("seen", subject) for subject in fact.refs_as("seen")],
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _TABLE})


FOLDS = 5
"""Version of what folds and look-ups give; raised with every change to one, so that older ledgers are folded anew."""


def key_owner(fact_kind: str, fact_id: str, subject: str) -> tuple[str, Retention]:
    """Owner id and retention class of the key that seals a fact's payload."""
    kind = KINDS[fact_kind]
    return (fact_id if kind.owner is Owner.FACT else subject), kind.retention

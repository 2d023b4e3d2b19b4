"""Commands about who may do what: actors, grants, agencies, the policy in force, the areas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from hub.access.policy import Policy
from hub.commands.model import By
from hub.commands.reading import code, day, known, named, words
from hub.domain.errors import Conflict, Forbidden, InvalidInput
from hub.domain.facts import Decision, Draft, Draw, Grant, History, Json, Ref, Standing, Subject
from policies import digest

MACHINES = ("sistem", "pemadan")
"""Roles, and names, of the machine actors that every hub is founded with; nobody is granted them later."""
ADMIN_ROLE = "admin_kebijakan"
"""The role that gives and takes rights: somebody has to hold it, or nobody ever gets another."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@dataclass(frozen=True, slots=True)
class FoundHub:
    """The first entry of a ledger: the machine actors and the policy they work under. Only on an empty ledger."""

    policy_digest: str
    rules: Mapping[str, str]
    """File name → text of the policy in force."""


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """Put a reviewed set of rules in force as the next policy version: the way of whoever runs the hub."""

    policy_digest: str
    rules: Mapping[str, str]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListAreas:
    """Add or rename areas: each {system, code, name, level, parent, bps_code, former_names}."""

    areas: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True)
class DefineAgency:
    """Set up an agency (OPD), or rename it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisterActor:
    """Register a person who works with the hub, under a log-in name."""

    name: str
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give an actor a role: at an agency, within a territory, from a day to a day, for a reason."""

    actor: str
    """Log-in name or id."""
    role: str
    reason: str
    agency: str | None = None
    territory: str | None = None
    """Kemendagri code (digits only) of the area within which the role holds."""
    starts_on: str | None = None
    ends_on: str | None = None


@dataclass(frozen=True, slots=True)
class SuspendActor:
    """Take all rights from an actor, at once."""

    actor: str
    reason: str


def found_hub(history: History, command: FoundHub, draw: Draw, by: By) -> Decision:
    """The first entry: policy version 1, and the two machine actors. Refused once a policy is in force."""
    if history.find("policy", "running"):
        raise Conflict("This ledger has been founded already.", "Nothing needs to be done.")
    matcher = draw.new_id()
    return Decision(
        (
            policy_draft(draw, draw.new_id(), 1, command),
            *_machine(draw, by.actor, MACHINES[0]),
            *_machine(draw, matcher, MACHINES[1]),
        )
    )


def _machine(draw: Draw, actor: str, role: str) -> tuple[Draft, Draft]:
    return (
        Draft(
            draw.new_id(),
            "ActorRegistered",
            actor,
            clear={"agency": None, "machine": True},
            payload={"name": role},
        ),
        _grant(draw, actor, GrantRole(actor, role, "Bagian dari sistem sejak pendirian.")),
    )


def policy_draft(
    draw: Draw, subject: str, version: int, command: FoundHub | AdoptPolicy, refs: tuple[Ref, ...] = ()
) -> Draft:
    """The rules in force from now on. Raises InvalidInput or SetupError for rules that could decide nothing."""
    rules = {name: unicodedata.normalize("NFC", text) for name, text in command.rules.items()}
    Policy.load(rules, version)
    if digest(rules) != command.policy_digest:
        raise InvalidInput("These rules are not those of the digest.", "Give the digest of these rules.")
    clear = {"version": version, "digest": command.policy_digest, "rules": rules}
    reason = command.reason if isinstance(command, AdoptPolicy) else None
    payload = {"reason": words(reason, "The reason of a change to the policy", 500)} if reason else None
    return Draft(draw.new_id(), "PolicyAdopted", subject, refs, clear, payload)


def list_areas(history: History, command: ListAreas, draw: Draw, by: By) -> Decision:
    """One fact for each area that is new or differs from what stands."""
    keys = [(f"area:{area['system']}", area["code"]) for area in command.areas]
    history.prefetch(finds=keys)
    history.prefetch(subjects=[each for key in keys for each in history.find(*key)])
    drafts: list[Draft] = []
    listed: set[tuple[str, str]] = set()
    for key, area in zip(keys, command.areas, strict=True):
        _demand_place(history, key, area, listed)
        listed.add(key)
        found = history.find(*key)
        standing = history.subject(found[0]) if found else None
        if standing is None or any(standing.state.get(name) != value for name, value in area.items()):
            subject = standing.id if standing else draw.new_id()
            drafts.append(Draft(draw.new_id(), "AreaListed", subject, clear=dict(area)))
    return Decision(tuple(drafts))


def _demand_place(
    history: History, key: tuple[str, str], area: Mapping[str, Json], listed: set[tuple[str, str]]
) -> None:
    """An area comes once, and after the one it is part of: the graph ties it to what is there."""
    parent = area.get("parent")
    if key in listed:
        raise InvalidInput(f"The area {area['code']} stands in the list twice.", "Keep one of the two.")
    if parent and (key[0], parent) not in listed and not history.find(key[0], parent):
        raise InvalidInput(
            f"The area {area['code']} is part of {parent}, which is not known.", "List the larger one first."
        )


def define_agency(history: History, command: DefineAgency, draw: Draw, by: By) -> Decision:
    """A new agency, or a new name for one."""
    clear = {"code": code(command.code, "an agency"), "name": words(command.name, "The name of an agency")}
    found = history.find("agency", command.code)
    standing = history.subject(found[0]) if found else None
    if standing and standing.state["name"] == clear["name"]:
        return Decision((), standing.id)
    return Decision(
        (Draft(draw.new_id(), "AgencyDefined", standing.id if standing else draw.new_id(), clear=clear),)
    )


def register_actor(history: History, command: RegisterActor, draw: Draw, by: By) -> Decision:
    """A new actor under a log-in name that nobody has."""
    if not _NAME.fullmatch(command.name):
        raise InvalidInput("This is no log-in name.", "Use 2 to 40 of a-z, 0-9, dot, dash and underscore.")
    if history.find("actor", command.name):
        raise Conflict("This log-in name is taken.", "Choose another.")
    if command.agency is not None:
        named(history, "agency", command.agency, "agency")
    clear = {"agency": command.agency, "machine": False}
    draft = Draft(
        draw.new_id(), "ActorRegistered", draw.new_id(), clear=clear, payload={"name": command.name}
    )
    return Decision((draft,))


def find_actor(history: History, name_or_id: str) -> Subject:
    """An actor by log-in name or id. Raises NotFound."""
    found = history.find("actor", name_or_id)
    return known(history, found[0] if found else name_or_id, "Actor", "actor")


def person_at_work(history: History, name_or_id: str) -> Subject:
    """An actor who is no machine. Raises NotFound, and Forbidden for a machine: the hub can't start without it."""
    actor = find_actor(history, name_or_id)
    if actor.state["machine"]:
        raise Forbidden("The rights of a machine are fixed at the founding.", "Name the account of a person.")
    return actor


def grant_role(history: History, command: GrantRole, draw: Draw, by: By) -> Decision:
    """A role for somebody else, where agency and territory exist and the role is one of the policy's."""
    actor = person_at_work(history, command.actor)
    if actor.id == by.actor:
        raise Forbidden("Nobody grants a role to themselves.", "Ask another policy admin.")
    running = named(history, "policy", "running", "policy")
    roles = {line.split(",")[0] for line in running.state["rules"]["roles.csv"].splitlines()[1:]}
    if command.role in MACHINES:
        raise Forbidden(f"The role {command.role} is that of a machine.", "Grant a role of a person.")
    if command.role not in roles:
        raise InvalidInput(
            f"There is no role {command.role!r}.", f"The policy knows: {', '.join(sorted(roles))}."
        )
    if command.agency is not None:
        named(history, "agency", command.agency, "agency")
    if command.territory is not None:
        named(history, "area:KEMENDAGRI", command.territory, "area with the Kemendagri code")
    if command.role == "petugas_opd" and not (command.agency or actor.state["agency"]):
        raise InvalidInput("An OPD officer works for an agency.", "Name the agency.")
    if command.role == "petugas_kelurahan" and not command.territory:
        raise InvalidInput("A kelurahan officer works in a territory.", "Name it by its Kemendagri code.")
    return Decision((_grant(draw, actor.id, command, actor.state["agency"]),))


def _grant(draw: Draw, actor: str, command: GrantRole, agency: str | None = None) -> Draft:
    starts_on = day(command.starts_on or draw.today, "The start of a grant")
    ends_on = day(command.ends_on, "The end of a grant") if command.ends_on else None
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput("This grant ends before it starts.", "Swap the dates.")
    clear = {
        "grant": draw.new_id(), "role": command.role, "agency": command.agency or agency,
        "territory": command.territory, "starts_on": starts_on, "ends_on": ends_on,
    }  # fmt: skip
    payload = {"reason": words(command.reason, "The reason of a grant", 500)}
    return Draft(draw.new_id(), "RoleGranted", actor, clear=clear, payload=payload)


def standing_of(subject: Subject, name: str) -> Standing:
    """What the rules need to know about an actor."""
    state = subject.state
    grants = tuple(
        Grant(
            each["grant"], each["role"], each["agency"], each["territory"], each["starts_on"], each["ends_on"]
        )
        for each in state.get("grants", [])
        if "revoked_on" not in each
    )
    return Standing(subject.id, name, subject.version, state["agency"], bool(state.get("suspended")), grants)

"""GraphQL types and inputs of the policy: what is in force, what is proposed, who holds which grant."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry import ID, field

from hub.api.inputs import Change
from hub.api.scalars import Date, DateTime
from hub.api.types import Entry


@strawberry.enum(description="Whether a change to the policy needs a second person (empat mata).")
class FourEyes(StrEnum):
    """Settings of four eyes."""

    ALWAYS = "ALWAYS"
    WHEN_TWO = "WHEN_TWO"
    NEVER = "NEVER"


@strawberry.type(description="One rule of the policy (aturan). Needs `policy:read`.")
class PolicyRule:
    """A rule."""

    line: int = field(description="Line of policy.csv, from 1.")
    role: str = field(description="Code of the role, or `*` for every one.")
    agency: str = field(description="Code of the agency, or `*` for every one.")
    action: str = field(description="What it is about, as `noun:verb`.")
    about: str = field(description="A label, a sensitivity class, or one `Label.property`.")
    purpose: str = field(description="Code of the purpose, or `*` for every one.")
    predicate: str = field(description="Name of the row predicate.")
    treatment: str = field(description="How much of a value it shows.")
    allow: bool = field(description="Whether it opens; a denial beats every permission.")


@strawberry.type(description="A role that may be granted (peran).")
class PolicyRole:
    """A role."""

    code: str = field(description="Code of the role.")
    name: str = field(description="Its name in Indonesian.")
    comes_for: str = field(description="What its holders come for.")
    default_purpose: str = field(description="Purpose of a request that names none.")


@strawberry.type(description="What data may be used for (tujuan).")
class PolicyPurpose:
    """A purpose with all that the policy says of it."""

    code: str = field(description="What to send in the header `Hub-Purpose`.")
    name: str = field(description="Its name in Indonesian.")
    legal_basis: str = field(description="Its legal basis (dasar hukum).")
    roles: list[str] = field(description="Roles that may name it.")
    classes: list[str] = field(description="Sensitivity classes that a rule can open under it.")


@strawberry.type(description="Which rows a rule is about.")
class PolicyPredicate:
    """A row predicate."""

    name: str = field(description="Its name in rules.")
    says: str = field(description="Which rows it holds for.")


@strawberry.type(description="A file of the policy.")
class PolicyFile:
    """A file."""

    name: str = field(description="Its name, e.g. `policy.csv`.")
    text: str = field(description="Its whole text.")


@strawberry.type(description="Lines of one file that a change adds and takes away.")
class PolicyDifference:
    """A difference."""

    file: str = field(description="Name of the file.")
    added: list[str] = field(description="Lines that come.")
    removed: list[str] = field(description="Lines that go.")


@strawberry.type(description="A change to the policy that waits for approval (usulan perubahan kebijakan).")
class PolicyChange:
    """A proposed change."""

    id: ID = field(description="Give it to `approvePolicyChange`.")
    version: int = field(description="Version of the proposal; give it back as `expectedVersion`.")
    digest: str = field(description="SHA-256 of the rules as they would be.")
    proposed_by: ID = field(description="Id of who proposed it (pelaku).")
    proposed_at: DateTime = field(description="When.")
    reason: str | None = field(description="Why (alasan).")
    differences: list[PolicyDifference] = field(description="What would be different.")


@strawberry.type(description="The rules in force (kebijakan akses). Needs `policy:read`.")
class Policy:
    """The running policy."""

    version: int = field(description="Number of the version; every entry names it.")
    digest: str = field(description="SHA-256 over its files, hexadecimal.")
    adopted_at: DateTime = field(description="Since when it is in force.")
    four_eyes: FourEyes = field(description="Whether a change needs a second policy admin.")
    rules: list[PolicyRule] = field(description="All rules, in the order of the file, which decides nothing.")
    roles: list[PolicyRole] = field(description="Roles that may be granted.")
    purposes: list[PolicyPurpose] = field(description="Purposes with their legal bases.")
    predicates: list[PolicyPredicate] = field(description="Row predicates.")
    files: list[PolicyFile] = field(description="The texts that all this is read from.")
    changes: list[PolicyChange] = field(description="Changes that wait for approval, newest first.")


@strawberry.type(description="A version of the policy. Needs `policy:read`.")
class PolicyVersion:
    """A version."""

    version: int = field(description="Its number, from 1.")
    digest: str = field(description="SHA-256 over its files, hexadecimal.")
    adopted_by: ID = field(description="Id of who put it in force (pelaku): who approved it.")
    adopted_at: DateTime = field(description="When.")
    proposed_by: ID | None = field(description="Id of who proposed it; null where it came from files.")
    reason: str | None = field(description="Why (alasan), where somebody said so.")
    seq: int = field(description="Place of its entry in the ledger.")
    entry: Entry | None = field(description="The entry; null for who may not read entries.")
    differences: list[PolicyDifference] = field(description="What it changed in the version before.")


@strawberry.type(description="A role given to an actor (pemberian peran).")
class ActorGrant:
    """A grant, also one that ended."""

    id: ID = field(description="Give it to `revokeGrant`.")
    role: str = field(description="Code of the role.")
    agency: str | None = field(description="Agency within which it holds (OPD).")
    territory: str | None = field(description="Kemendagri code of the area within which it holds.")
    starts_on: Date = field(description="First day.")
    ends_on: Date | None = field(description="Last day, when limited.")
    revoked_on: Date | None = field(description="Day on which it was revoked.")


@strawberry.type(description="Who works with the hub (pelaku). Needs `actor:read`.")
class Actor:
    """An actor."""

    id: ID = field(description="Random id; entries name it.")
    version: int = field(description="Version of the actor; give it back as `expectedVersion`.")
    name: str = field(description="Log-in name.")
    agency: str | None = field(description="Code of the agency they work for (OPD).")
    machine: bool = field(description="Whether it is a machine of the hub.")
    suspended: bool = field(description="Whether all rights are taken away.")
    grants: list[ActorGrant] = field(description="Every role ever granted, oldest first.")


@strawberry.type(description="A rule, and what keeps it from applying.")
class ExplainedRule:
    """A rule beside an actor."""

    rule: PolicyRule = field(description="The rule.")
    reasons: list[str] = field(description="What keeps it from applying; none for a rule that decided.")


@strawberry.type(
    description="Whether an actor may do something, and why (penjelasan). Needs `policy:explain`."
)
class AccessExplanation:
    """An explanation."""

    actor: ID = field(description="Id of the actor it is about (pelaku).")
    roles: list[str] = field(description="Roles that they hold today.")
    purpose: str | None = field(description="Purpose it was explained for: the usual one unless given.")
    legal_basis: str | None = field(description="Legal basis of the purpose (dasar hukum).")
    policy_version: int = field(description="Version of the rules.")
    about: str = field(description="Label, or `Label.property`, that the rules are about.")
    allowed: bool = field(
        description="Whether it is open: for the subject, if what holds for it is told; else for some row at least."
    )
    treatment: str | None = field(description="Of a field, how much of it is shown.")
    rows: str = field(description="Which rows are open, by the names of row predicates.")
    shown: str | None = field(description="Of a field, how much is shown on which rows.")
    refusal: str | None = field(description="Why nothing at all is open, e.g. that the account is suspended.")
    subject_told: bool | None = field(
        description="Whether this is about the subject given. It is not where the asker may not read it, whether or "
        "not there is such a thing."
    )
    deciding: list[ExplainedRule] = field(description="Rules that opened it, or the denials that closed it.")
    nearly: list[ExplainedRule] = field(description="Rules that would have opened it, or more of it.")


@strawberry.type(description="One thing that is open to another extent than before.")
class PolicyEffect:
    """An effect of a change to the policy."""

    roles: list[str] = field(description="Roles of those it is about.")
    actors: list[ID] = field(
        description="Ids of those it is about, who stand alike; none where nobody holds the role today."
    )
    purpose: str = field(description="Code of the purpose (tujuan).")
    action: str = field(description="What may be done, as `noun:verb`.")
    label: str = field(description="Rows of which label.")
    field: str | None = strawberry.field(description="The property; null for the rows themselves.")
    before: str = strawberry.field(description="What is open now, by treatments and row predicates.")
    after: str = strawberry.field(description="What would be open.")
    rows_gained: int | None = strawberry.field(
        description="Rows of the graph that would show more; null where they were not counted."
    )
    rows_lost: int | None = strawberry.field(description="Rows of the graph that would show less.")


@strawberry.type(description="What a change would do; nothing is changed. Needs `policy:simulate`.")
class PolicySimulation:
    """A simulation."""

    base_version: int = field(description="Version of the policy it was tried on.")
    digest: str = field(description="SHA-256 of the rules as they would be.")
    differences: list[PolicyDifference] = field(description="What would be different in the files.")
    effects: list[PolicyEffect] = field(description="Who would gain or lose what.")
    open_to_nobody: list[str] = field(
        description="What would be open to nobody any more, as `action Label.property`."
    )
    open_to_everybody: list[str] = field(
        description="What would be open to every role, and is not now, as `action Label.property`."
    )
    uncounted: int = field(description="Effects whose rows were not counted.")
    four_eyes: FourEyes = field(description="Whether a later change would need a second policy admin.")
    approvers: list[ID] = field(description="Ids of those who could approve a later change.")


@strawberry.input(description="The whole text of one file of the policy.")
class PolicyFileInput:
    """A file."""

    name: str = field(description="Its name, e.g. `policy.csv`.")
    text: str = field(description="Its whole new text.")


@strawberry.input(
    description="A change to the policy: `expectedVersion` is that of the policy it is made for."
)
class PolicyChangeInput(Change):
    """Input of proposePolicyChange and simulatePolicy."""

    reason: str = field(default="", description="Why (alasan); needed to propose.")
    add_rules: list[str] | None = field(description="Lines to add to policy.csv.")
    remove_rules: list[str] | None = field(description="Lines of policy.csv to take away.")
    files: list[PolicyFileInput] | None = field(description="Whole files, before rules come and go.")


@strawberry.input(description="Puts a proposed change of the policy in force.")
class ApprovePolicyChangeInput(Change):
    """Input of approvePolicyChange."""

    change: ID = field(description="Id of the proposal.")


@strawberry.input(description="Ends a grant at once.")
class RevokeGrantInput(Change):
    """Input of revokeGrant."""

    grant: ID = field(description="Id of the grant, as `actors` tells it.")
    reason: str = field(description="Why (alasan).")


@strawberry.input(description="Takes a suspension back.")
class ResumeActorInput(Change):
    """Input of resumeActor."""

    actor: str = field(description="Log-in name or id of the actor (pelaku).")
    reason: str = field(description="Why (alasan).")


@strawberry.input(description="Registers somebody who works with the hub.")
class RegisterActorInput(Change):
    """Input of registerActor."""

    name: str = field(description="Log-in name: 2 to 40 of a-z, 0-9, dot, dash and underscore.")
    agency: str | None = field(description="Code of the agency they work for (OPD).")

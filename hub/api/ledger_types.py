"""GraphQL types of what the ledgers hold: entries, proofs, disclosures, receipts, and who is asking."""

from __future__ import annotations

import strawberry
from strawberry import ID, field

from hub.api.scalars import Date, DateTime, JudgementKind
from hub.api.types import WITHHELD, Entry, Node, SourceRecord, WithheldField


@strawberry.type(description="A signed state of the whole ledger. Needs `ledger:prove`.")
class Checkpoint:
    """A checkpoint."""

    origin: str = field(description="Name of the ledger.")
    size: int = field(description="Number of entries it covers.")
    root_hash: str = field(description="RFC 6962 root over them, hexadecimal.")
    note: str = field(description="The C2SP signed note, to be kept outside the hub.")
    cosignatures: list[str] = field(description="Signature lines of witnesses.")


@strawberry.type(description="Proof that an entry stands in the ledger. Needs `ledger:prove`.")
class InclusionProof:
    """An inclusion proof."""

    seq: int = field(description="The entry.")
    size: int = field(description="Number of entries of the tree it is proved in.")
    leaf_hash: str = field(description="RFC 6962 hash of its leaf, hexadecimal.")
    path: list[str] = field(description="Audit path from the leaf up, hexadecimal.")
    checkpoint: Checkpoint = field(description="The signed state that the path leads to.")
    file: str = field(description="The same proof as C2SP tlog-proof text, to be kept.")


@strawberry.type(
    description="Proof that the ledger as it once was is the beginning of what it became. Needs `ledger:prove`."
)
class ConsistencyProof:
    """A consistency proof."""

    from_: int = field(name="from", description="Number of entries of the smaller tree.")
    to: int = field(description="Number of entries of the larger tree.")
    path: list[str] = field(description="The proof of RFC 6962, section 2.1.2, hexadecimal.")
    from_root_hash: str = field(
        description="Root of the smaller tree, hexadecimal: compare it with a checkpoint kept elsewhere."
    )
    to_root_hash: str = field(description="Root of the larger tree, hexadecimal.")


@strawberry.type(
    description="A file that proves an entry to an outsider (bukti entri), with those of its facts that the asker "
    "may see. Needs `entry:prove`."
)
class Evidence:
    """An evidence file."""

    seq: int = field(description="The entry.")
    file: str = field(description="The file, to be kept as it is; `hub ledger check-evidence` checks it.")
    vkey: str = field(description="The verifier key under which its checkpoint is signed.")


@strawberry.type(description="Who saw what, when and what for (pembukaan data). Needs `disclosure:read`.")
class Disclosure:
    """A disclosure."""

    seq: int = field(description="Its place in the ledger of disclosures, from 1.")
    recorded_at: DateTime = field(description="When the answer left, UTC.")
    actor: str = field(description="Id of who asked (pelaku).")
    agency: str | None = field(description="Code of the agency they asked for (OPD).")
    purpose: str = field(description="Code of the purpose (tujuan).")
    legal_basis: str = field(description="Legal basis of the purpose (dasar hukum).")
    question: str = field(description="Name of the question.")
    subjects: list[ID] = field(description="Ids returned, at every level.")
    withheld: list[str] = field(description="Names of the fields that were asked for and not shown.")


@strawberry.type(description="By which criteria the golden value of a field is chosen.")
class FieldRule:
    """The rule of a field."""

    field: str = strawberry.field(description="Name of the field, e.g. `born_on`; `address` is the dwelling.")
    criteria: list[str] = strawberry.field(
        description="`corrected` (by hand), `civil_registry`, `trust` (in registers), `freshness`, `agreement` "
        "(of registers), in the order in which they are asked; the first that leaves one value decides."
    )


@strawberry.type(
    description="Rules by which golden values are chosen (aturan pemilihan nilai). Needs `survivorship:read`."
)
class SurvivorshipRules:
    """The rules in force."""

    version: int = field(description="Number of changes so far; give it back as `expectedVersion`.")
    edition: int = field(
        description="Number of the rules, as `GoldenValue.rule` names it; 0 while none were set."
    )
    digest: str = field(description="SHA-256 of the rules, hexadecimal.")
    applied_edition: int = field(
        description="Up to which edition everybody's values were chosen anew; the next run of the matcher does that."
    )
    trust: list[str] = field(description="Codes of registers, the most trusted first.")
    fields: list[FieldRule] = field(description="The rule of each field.")


@strawberry.type(description="How far two rows agree in one respect.")
class MatchLevel:
    """One comparison of a match."""

    comparison: str = field(description="What was compared, e.g. `identity`: NIK and birth date together.")
    level: str = field(description="How far the two agree.")
    weight: float = field(description="Evidence in bits: above 0 for one person, below 0 for two.")
    left: str | None = field(description="What the left row says.")
    right: str | None = field(description="What the right row says.")


@strawberry.type(description="Two rows that may be of one person (padanan). Needs `match:read`.")
class Match(Node):
    """A match."""

    version: int = field(description="Number of things said of it; give it back as `expectedVersion`.")
    left: SourceRecord | None = field(description="One row; null when its values were erased.")
    right: SourceRecord | None = field(description="The other row.")
    withheld: list[WithheldField] = field(description=WITHHELD)
    probability: float | None = field(
        description="How likely the machine finds it that both are one person; null where it found nothing."
    )
    levels: list[MatchLevel] = field(
        description="All comparisons with their weights; they and the prior add up, or to more where a person is asked."
    )
    judgement: JudgementKind = field(description="What a person said of it.")
    judged_by: str | None = field(description="Id of who said so (pelaku).")
    judged_at: DateTime | None = field(description="When.")
    reason: str | None = field(description="Why; free text (alasan).")


@strawberry.type(description="Somebody whom an entry of a list may be about (calon padanan).")
class EntryCandidate:
    """A person who came near."""

    row: SourceRecord | None = field(
        description="Their row that fits best; null when its values were erased."
    )
    person: ID | None = field(description="Id of the person who has that row now.")
    probability: float = field(description="How likely the machine found it that the entry is about them.")


@strawberry.type(
    description="An entry of a programme list that enrols nobody yet (data asal tanpa padanan). Needs `match:read`."
)
class UnmatchedEntry:
    """An entry that was given to nobody."""

    id: ID = field(description="Id of its source record (data asal).")
    row: SourceRecord | None = field(description="The entry; null when its values were erased.")
    candidates: list[EntryCandidate] = field(description="Who came nearest, the likeliest first.")
    withheld: list[WithheldField] = field(description=WITHHELD)


@strawberry.type(
    description="Why two source records, or two persons, are one or not (penjelasan). Needs `match:read`."
)
class PairExplanation:
    """An explained pair."""

    same: bool = field(description="Whether they are one person now.")
    probability: float | None = field(
        description="Of the strongest pair of rows that was found between them."
    )
    levels: list[MatchLevel] = field(description="How far that pair agrees.")
    barred_by: list[Entry] = field(description="Entries in which rows of theirs were judged to be different.")
    judgements: list[Entry] = field(description="All entries in which somebody judged rows of theirs.")


@strawberry.type(description="A role given to an actor (peran).")
class ViewerRole:
    """A grant, as its holder sees it."""

    role: str = field(description="Code of the role.")
    agency: str | None = field(description="Agency within which it holds (OPD).")
    territory: str | None = field(description="Kemendagri code of the area within which it holds.")
    starts_on: Date = field(description="First day.")
    ends_on: Date | None = field(description="Last day, when limited.")


@strawberry.type(description="A purpose that the asker may name in the header `Hub-Purpose` (tujuan).")
class Purpose:
    """A purpose."""

    code: str = field(description="What to send in the header.")
    name: str = field(description="Its name in Indonesian.")
    legal_basis: str = field(description="Its legal basis (dasar hukum).")


@strawberry.type(description="The one who is asking (pelaku). Needs `viewer:read`.")
class Viewer:
    """The asker."""

    id: ID = field(description="Id of the actor.")
    name: str = field(description="Log-in name.")
    agency: str | None = field(description="Code of the agency they work for (OPD).")
    roles: list[ViewerRole] = field(description="Roles granted to them.")
    purposes: list[Purpose] = field(description="Purposes open to them.")


@strawberry.type(description="Says that a change is recorded for good.")
class Receipt:
    """A receipt."""

    seq: int = field(description="Place of the entry in the ledger.")
    subject: ID | None = field(description="Id of what was changed or made.")
    version: int | None = field(description="Version of the subject after the change.")
    leaf_hash: str = field(description="RFC 6962 hash of the entry, hexadecimal; keep it.")
    recorded_at: DateTime = field(description="When it was recorded, UTC.")
    projected: bool = field(description="Whether queries show it already; if not, they will.")
    entry: Entry | None = field(description="The entry itself. Needs `entry:read`.")

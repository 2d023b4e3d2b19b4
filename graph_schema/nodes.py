"""The labels of the graph, with every property, its type and its sensitivity class."""

from __future__ import annotations

from graph_schema.notation import Node, Property, PropertyType, Sensitivity

_STRING, _INTEGER, _DATE = PropertyType.STRING, PropertyType.INTEGER, PropertyType.DATE


def _open(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.OPEN, description)


def _identity(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.IDENTITY, description)


def _contact(name: str, description: str) -> Property:
    return Property(name, _STRING, Sensitivity.CONTACT, description)


def _demographic(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.DEMOGRAPHIC, description)


def _welfare(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.WELFARE, description)


def _health(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.HEALTH, description)


def _operational(name: str, description: str, of: PropertyType = _STRING) -> Property:
    return Property(name, of, Sensitivity.OPERATIONAL, description)


_ID = _open("id", "Random UUIDv7, drawn when the ledger first speaks of it; never derived from data.")
_VERSION = _open("version", "How many facts the ledger holds about it so far.", _INTEGER)

PERSON = Node(
    "Person",
    "One human being, formed from the source records that speak of them; the values are the golden ones.",
    (
        _ID,
        _VERSION,
        _identity("nik", "Resident number, 16 digits; says where it was first issued, not where one lives."),
        _identity("name", "Full name as chosen, upper case, without titles."),
        _identity("name_key", "Name in the spelling by which names are sorted and compared."),
        _identity("sort_key", "`name_key`, a blank and the id: gives pages a total order."),
        _identity("search_key", "Terms by which a search finds the name: words, sounds, near spellings."),
        _identity("mother_name", "Mother's maiden name."),
        _demographic("sex", "MALE or FEMALE."),
        _demographic("born_on", "Date of birth.", _DATE),
        _demographic("born_key", "`born_on` (`~` without), a blank and the id: gives pages a total order."),
        _demographic("born_year", "Year of birth, for those who may not see the date.", _INTEGER),
        _demographic("birthplace", "Place of birth, as written."),
        _demographic("marital_status", "Marital status."),
        _demographic("occupation", "Main occupation."),
        _demographic("education", "Highest education."),
        _demographic("alive", "False once a register says that the person has died.", PropertyType.BOOLEAN),
        _demographic("presence", "PRESENT, MOVED_WITHIN, MOVED_OUT, ABROAD, DEAD, NOT_FOUND or UNKNOWN."),
        _demographic("relation_to_head", "Relation to the head of the family or household."),
        _demographic(
            "civil_registry",
            "CONFIRMED where the civil registry has the NIK with this birth date and name, CONTRADICTED where "
            "it has it with others.",
        ),
        _demographic("confirmed_on", "Day of the civil registry's extract that confirms the person.", _DATE),
        _identity("civil_differs", "Fields whose value is not the civil registry's.", PropertyType.STRINGS),
        _operational("decided_fields", "Fields that have a golden value.", PropertyType.STRINGS),
        _operational(
            "decided_by",
            "Of each of these, what decided: a criterion and the edition of the survivorship rules.",
            PropertyType.STRINGS,
        ),
        _operational(
            "kelurahan", "Ten-digit Kemendagri code of the domicile: the territory predicate reads it."
        ),
    ),
    indexed=(
        ("nik",),
        ("kelurahan", "sort_key"),
        ("sort_key",),
        ("born_on",),
        ("kelurahan", "born_key"),
        ("born_key",),
    ),
    searched=("search_key",),
    per_agency=(
        _operational(
            "vis_{agency}_until",
            "Last day on which an ended enrolment still opens the person to that agency; none while active.",
            _DATE,
        ),
    ),
)

HOUSEHOLD = Node(
    "Household",
    "People who share a dwelling and a kitchen, by what the registers' dwellings have in common.",
    (
        _ID,
        _VERSION,
        _operational(
            "kelurahan", "Ten-digit Kemendagri code of its address: the territory predicate reads it."
        ),
        _operational("area_key", "`kelurahan` (`~` without), a blank and the id: gives pages a total order."),
    ),
    indexed=(("kelurahan", "id"), ("area_key",)),
)

FAMILY_CARD = Node(
    "FamilyCard",
    "A kartu keluarga: a document with the persons listed on it, not a household.",
    (_ID, _VERSION, _identity("number", "Its number, 16 digits.")),
    indexed=(("number",),),
)

ADDRESS = Node(
    "Address",
    "A dwelling's address as the registers write it.",
    (
        _ID,
        _VERSION,
        _contact("text", "The whole address on one line, as written."),
        _contact("street", "Street or alley."),
        _contact("number", "House number."),
        _contact("rt", "RT, three digits."),
        _contact("rw", "RW, three digits."),
    ),
)

AREA = Node(
    "Area",
    "An administrative area, told apart by code system and code; the systems share digits, never meaning.",
    (
        _ID,
        _open("system", "Code system of `code`: KEMENDAGRI."),
        _open("code", "Digits without dots: 2 province, 4 city, 6 kecamatan, 10 kelurahan."),
        _open("name", "Official name."),
        _open("level", "PROVINCE, CITY, KECAMATAN or KELURAHAN."),
        _open("bps_code", "The same area's code in the BPS system."),
        _open("former_names", "Other and earlier spellings.", PropertyType.STRINGS),
    ),
    unique=(("system", "code"),),
    indexed=(("code",), ("bps_code",)),
)

AGENCY = Node(
    "Agency",
    "A city agency (OPD) that runs programmes or keeps the registers.",
    (_ID, _open("code", "Lower-case short code, [a-z0-9_]."), _open("name", "Official name.")),
    unique=(("code",),),
)

PROGRAMME = Node(
    "Programme",
    "An aid programme of an agency.",
    (
        _ID,
        _VERSION,
        _open("code", "Short code."),
        _open("name", "Official name."),
        _open("unit", "Whom it enrols: PERSON, FAMILY_CARD or HOUSEHOLD."),
        _open("funded_by", "Source of its money."),
        _open("needs", "Needs it answers.", PropertyType.STRINGS),
        _open("quota", "Most enrolments at one time.", _INTEGER),
        _open("max_decile", "Who is entitled: newest decile at most.", _INTEGER),
        _open("min_age", "Who is entitled: age in full years at least.", _INTEGER),
        _open("max_age", "Who is entitled: age in full years at most.", _INTEGER),
        _open("agency", "Code of the agency that runs it."),
    ),
    unique=(("code",),),
)

ENROLMENT = Node(
    "Enrolment",
    "A person in a programme: proposed, enrolled, suspended, ended or refused. Paid is another thing.",
    (
        _ID,
        _VERSION,
        _welfare("status", "PROPOSED, ELIGIBLE, ENROLLED, SUSPENDED, ENDED or REFUSED."),
        _welfare("reason", "Code of why it ended or was refused."),
        _welfare("proposed_on", "Day of the proposal.", _DATE),
        _welfare("eligible_on", "Day on which the person was found entitled.", _DATE),
        _welfare("from_on", "First day.", _DATE),
        _welfare("suspended_on", "Day from which it is suspended.", _DATE),
        _welfare("to_on", "Last day.", _DATE),
        _welfare("periods", "Periods that lists of it name, e.g. 2024-2.", PropertyType.STRINGS),
        _welfare("last_paid_on", "Day of the newest payment.", _DATE),
        _operational("agency", "Code of the agency that runs the programme."),
        _operational("person", "Id of the person: who was seen, where only the enrolment is asked for."),
    ),
    indexed=(("status",),),
)

PAYMENT = Node(
    "Payment",
    "What was paid out for an enrolment, once.",
    (
        _ID,
        _welfare("paid_on", "Day of the payment.", _DATE),
        _welfare("amount", "Whole rupiah.", _INTEGER),
        _welfare("period", "What it was paid for, e.g. 2024-2."),
        _operational("agency", "Code of the agency that runs the programme."),
    ),
)

SOURCE_RECORD = Node(
    "SourceRecord",
    "What one register says of one person or one dwelling in its deliveries; the values stay in the ledger.",
    (
        _ID,
        _VERSION,
        _operational("register", "Code of the register, e.g. dtks."),
        _operational("unit", "person, dwelling, head (of a family's row) or entry (of a programme list)."),
        _operational("taken_at", "Instant when it was first taken in, UTC, ISO 8601."),
        _identity("row_key", "Key of the row within its register."),
    ),
    indexed=(("row_key",),),
)

ASSESSMENT = Node(
    "Assessment",
    "What one register found about a person or a dwelling; never overwritten by a later finding. "
    "Measures and values stand side by side, one pair of lists for each class.",
    (
        _ID,
        _open("demographic_measures", "Names of measures of class demographic.", PropertyType.STRINGS),
        _demographic("demographic_values", "Their values, in that order.", PropertyType.STRINGS),
        _open("welfare_measures", "Names of measures of class welfare.", PropertyType.STRINGS),
        _welfare("welfare_values", "Their values, in that order.", PropertyType.STRINGS),
        _open("health_measures", "Names of measures of class health.", PropertyType.STRINGS),
        _health("health_values", "Their values, in that order.", PropertyType.STRINGS),
    ),
)

RELEASE = Node(
    "Release",
    "One delivery of a register, with what became of its rows.",
    (
        _ID,
        _VERSION,
        _operational("register", "Code of the register."),
        _operational("label", "Name of the delivery, as given at intake."),
        _operational("as_of", "Day whose state it describes.", _DATE),
        _operational("status", "OPEN, CLOSED or ABANDONED."),
        _operational("accepted", "Rows taken.", _INTEGER),
        _operational("repeated", "Rows known before, unchanged.", _INTEGER),
        _operational("refused", "Rows refused, with reasons in the report.", _INTEGER),
        _operational("digest", "SHA-256 of the file, hexadecimal."),
    ),
)

LEDGER_HEAD = Node(
    "LedgerHead",
    "How far the graph has been written: moved in the transaction of every projected entry.",
    (
        _operational("id", "Name of the log: changes."),
        _operational("seq", "Newest entry that the graph shows.", _INTEGER),
        _operational(
            "whole_at",
            "Entries that the ledger held when the graph was begun: not read while this is there, until all are shown.",
            _INTEGER,
        ),
        _operational(
            "build", "Names this building of the graph; absent where it was never emptied to be built anew."
        ),
        _operational("emptying", "True while what stood before is being removed.", PropertyType.BOOLEAN),
        _operational("ledger", "Leaf hash of the ledger's first entry: of which ledger this is a copy."),
        _operational("holder", "Process that holds the projector's lease."),
        _operational("lease_until", "End of the lease, milliseconds since 1970 UTC.", _INTEGER),
    ),
)

SCHEMA_VERSION = Node(
    "SchemaVersion",
    "Which migrations of this schema the database has seen.",
    (
        _operational("id", "Always graph."),
        _operational("number", "Newest migration applied.", _INTEGER),
    ),
)

NODES: tuple[Node, ...] = (
    PERSON,
    HOUSEHOLD,
    FAMILY_CARD,
    ADDRESS,
    AREA,
    AGENCY,
    PROGRAMME,
    ENROLMENT,
    PAYMENT,
    SOURCE_RECORD,
    ASSESSMENT,
    RELEASE,
    LEDGER_HEAD,
    SCHEMA_VERSION,
)

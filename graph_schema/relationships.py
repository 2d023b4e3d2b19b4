"""The relationships of the graph; each reads as a sentence from one label to another."""

from __future__ import annotations

from graph_schema.nodes import PERSON
from graph_schema.notation import Property, PropertyType, Relationship, Sensitivity

_SAID = (
    "nik", "name", "mother_name", "sex", "born_on", "birthplace", "marital_status", "occupation", "education",
    "alive", "presence", "relation_to_head", "kelurahan",
)  # fmt: skip

RELATIONSHIPS: tuple[Relationship, ...] = (
    Relationship("LISTED_ON", "Person", "FamilyCard", "The person stands on this family card."),
    Relationship("LIVES_AT", "Person", "Address", "The golden address of the person."),
    Relationship(
        "DOMICILED_IN", "Person", "Area", "The kelurahan where the person lives: territory goes by it."
    ),
    Relationship(
        "MEMBER_OF",
        "Person",
        "Household",
        "The person lives in this household, and in no other.",
        (
            Property(
                "from_on",
                PropertyType.DATE,
                Sensitivity.DEMOGRAPHIC,
                "Day of the first register that says so.",
            ),
        ),
    ),
    Relationship("HEADED_BY", "Household", "Person", "The member whom the registers call the head."),
    Relationship("HOLDS", "Household", "FamilyCard", "A family card that lists a member."),
    Relationship("TOLD_BY", "Household", "SourceRecord", "A dwelling's record that speaks of the household."),
    Relationship("HOUSED_AT", "Household", "Address", "Where the household lives by the newest words."),
    Relationship("SITUATED_IN", "Household", "Area", "The kelurahan of its address: territory goes by it."),
    Relationship("IN_AREA", "Address", "Area", "The area in which the address lies."),
    Relationship("PART_OF", "Area", "Area", "The area one level up."),
    Relationship("RUN_BY", "Programme", "Agency", "The agency that runs the programme."),
    Relationship("FOR_PERSON", "Enrolment", "Person", "Who is enrolled."),
    Relationship(
        "FOR_HOUSEHOLD", "Enrolment", "Household", "The household that is enrolled, where the unit is one."
    ),
    Relationship(
        "FOR_FAMILY_CARD",
        "Enrolment",
        "FamilyCard",
        "The family card that is enrolled, where the unit is one.",
    ),
    Relationship("IN_PROGRAMME", "Enrolment", "Programme", "In which programme."),
    Relationship("EVIDENCED_BY", "Enrolment", "SourceRecord", "An entry of an agency's list that says so."),
    Relationship("PAID_BY", "Enrolment", "Payment", "What was paid out for it."),
    Relationship("FORMED_FROM", "Person", "SourceRecord", "A source record that speaks of the person."),
    Relationship(
        "CHOSEN_AMONG",
        "Person",
        "SourceRecord",
        "A source record among whose words the golden values were chosen, with what it said then.",
        tuple(
            Property(each.name, each.type, each.sensitivity, f"What it said: {each.description}")
            for each in PERSON.properties
            if each.name in _SAID
        ),
    ),
    Relationship(
        "IN_RELEASE", "SourceRecord", "Release", "A delivery that held the record, whatever became of it."
    ),
    Relationship("ASSESSED_AS", "SourceRecord", "Assessment", "What the record found."),
    Relationship("FOUND_IN", "Assessment", "Release", "A delivery that brought the finding, or repeated it."),
    Relationship(
        "FROM_DWELLING",
        "SourceRecord",
        "SourceRecord",
        "The dwelling's record that a person's named in a delivery.",
        (Property("release", PropertyType.STRING, Sensitivity.OPERATIONAL, "Id of that delivery."),),
    ),
)

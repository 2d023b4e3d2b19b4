"""How a policy is loaded, refused and compiled into scopes."""

from __future__ import annotations

import pytest

import policies
from hub.access.policy import Policy
from hub.access.vocabulary import Treatment
from hub.domain.errors import Forbidden, InvalidInput, SetupError
from hub.domain.facts import Grant, Standing

DAY = "2026-06-15"
POLICY = Policy.load(policies.rules(), 1)


def standing(*grants: Grant, agency: str | None = None, suspended: bool = False) -> Standing:
    return Standing("a", "Tini", 3, agency, suspended, grants)


def grant(
    role: str, agency: str | None = None, territory: str | None = None, ends: str | None = None
) -> Grant:
    return Grant("g", role, agency, territory, "2020-01-01", ends)


def with_rule(line: str) -> dict[str, str]:
    shipped = policies.rules()
    return shipped | {"policy.csv": shipped["policy.csv"] + line + "\n"}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("walidata, *, person:read, Person, *, all, show", "columns"),
        ("walidatta, *, person:read, Person, *, all, show, allow", "walidatta"),
        ("walidata, *, person:peek, Person, *, all, show, allow", "person:peek"),
        ("walidata, *, *, Person, *, all, show, allow", "unknown action '*'"),
        ("walidata, *, person:read, *, *, all, show, allow", "'*'"),
        ("walidata, *, person:read, Area, *, all, show, allow", "Area"),
        ("walidata, *, person:read, Person.nikk, *, all, show, allow", "Person.nikk"),
        ("walidata, *, person:read, Person, makan, all, show, allow", "makan"),
        ("walidata, *, person:read, Person, *, everyone, show, allow", "everyone"),
        ("walidata, *, person:read, Person, *, all, blur, allow", "blur"),
        ("walidata, *, person:read, Person, *, all, show, permit", "permit"),
        ("walidata, *, person:read, Person, *, all, partial, allow", "rows are shown or not"),
        ("walidata, *, person:read, identity, *, all, show, deny", "a denial withholds"),
        ("walidata, *, person:read, open, *, all, withhold, deny", "open"),
    ],
)
def test_names_file_and_line_of_a_malformed_rule(line: str, named: str) -> None:
    last = len(policies.rules()["policy.csv"].splitlines()) + 1
    with pytest.raises(InvalidInput) as refusal:
        Policy.load(with_rule(line), 2)
    assert f"policy.csv line {last}" in refusal.value.message
    assert named in refusal.value.message
    assert refusal.value.advice


@pytest.mark.parametrize(
    "line",
    [
        "walidata, *, person:read, Person.sex, *, all, partial, allow",
        "walidata, *, person:read, Person.name, *, all, partial, allow",
        "walidata, *, person:read, SourceRecord.row_key, *, all, partial, allow",
        "walidata, *, person:read, identity, *, all, pseudonym, allow",
        "walidata, *, person:read, demographic, *, all, year, allow",
        "walidata, *, person:read, contact, *, all, initials, allow",
        "walidata, *, person:read, Person, *, own_agency, show, allow",
        "walidata, *, programme:read, Programme, *, territory, show, allow",
    ],
)
def test_refuses_to_compile_what_it_can_not_mask_or_filter(line: str) -> None:
    with pytest.raises(SetupError, match=r"policy\.csv line"):
        Policy.load(with_rule(line), 2)


@pytest.mark.parametrize(
    "expression",
    [
        "n.kelurahan = $t0",
        "true OR EXISTS { CALL { MATCH (x) RETURN x } }",
        "apoc.load.json('x') IS NULL",
        "n.nik =~ '.*'",
        "EXISTS { (n)<-[:LISTED_ON]-(p:Person) WHERE p.x = 1 } } RETURN n",
        "n.a.f('x')",
        "n.kelurahan = '1' // x",
    ],
)
def test_cypher_of_a_predicate_only_compares(expression: str) -> None:
    text = f'[all]\ntwin = "every_row"\ncypher = {{ "*" = """{expression}""" }}\n'
    with pytest.raises(InvalidInput):
        Policy.load(policies.rules() | {"predicates.toml": text}, 2)


def test_a_policy_without_one_of_its_files_is_refused() -> None:
    shipped = policies.rules()
    del shipped["purposes.toml"]
    with pytest.raises(InvalidInput, match=r"purposes\.toml"):
        Policy.load(shipped, 2)


def test_a_model_that_scopes_would_not_obey_is_refused() -> None:
    broken = policies.rules() | {
        "model.conf": policies.rules()["model.conf"].replace("r.act == p.act && ", "")
    }
    with pytest.raises(InvalidInput, match=r"model\.conf"):
        Policy.load(broken, 2)


def test_the_digest_tells_texts_and_their_names_apart() -> None:
    shipped = policies.rules()
    assert POLICY.digest == policies.digest(shipped)
    swapped = shipped | {"roles.csv": shipped["policy.csv"], "policy.csv": shipped["roles.csv"]}
    assert policies.digest(swapped) != POLICY.digest


def test_a_suspended_actor_may_do_nothing() -> None:
    scope = POLICY.scope(standing(grant("walidata"), suspended=True), None, DAY)
    assert not scope.may("area:read")
    with pytest.raises(Forbidden, match="suspended"):
        scope.require("viewer:read")


def test_an_actor_whose_grants_have_ended_may_do_nothing() -> None:
    scope = POLICY.scope(standing(grant("walidata", ends="2026-06-14")), None, DAY)
    with pytest.raises(Forbidden, match="no role"):
        scope.require("viewer:read")
    assert POLICY.scope(standing(grant("walidata", ends=DAY)), None, DAY).may("person:read")


def test_the_purpose_is_that_of_the_roles_when_they_agree() -> None:
    assert POLICY.scope(standing(grant("walidata")), None, DAY).purpose == "pemadanan"
    with pytest.raises(InvalidInput, match="several purposes"):
        POLICY.scope(standing(grant("walidata"), grant("pemeriksa")), None, DAY)


def test_a_purpose_is_known_and_open_to_a_role() -> None:
    with pytest.raises(InvalidInput, match="no such purpose"):
        POLICY.scope(standing(grant("walidata")), "*", DAY)
    with pytest.raises(Forbidden, match="not open to your roles"):
        POLICY.scope(standing(grant("walidata")), "pengawasan", DAY)


def test_a_role_gives_nothing_under_another_roles_purpose() -> None:
    both = standing(grant("walidata"), grant("admin_kebijakan"))
    assert not POLICY.scope(both, "tata_kelola", DAY).may("person:read")
    assert not POLICY.scope(both, "pemadanan", DAY).may("role:grant")


@pytest.mark.parametrize("territory", ["", None, "32730", "3", "٣٢٧٣", "3273011001x", "%", "32.73"])
def test_a_malformed_territory_opens_no_row(territory: str | None) -> None:
    scope = POLICY.scope(standing(grant("petugas_kelurahan", "kel", territory)), None, DAY)
    assert not scope.may("person:read")


@pytest.mark.parametrize("agency", ["", None, "Dinsos", "dinsos`) RETURN n //", "*"])
def test_a_malformed_agency_opens_no_row(agency: str | None) -> None:
    scope = POLICY.scope(standing(grant("petugas_opd", agency)), None, DAY)
    assert not scope.may("person:read")
    assert not scope.may("enrolment:propose")


def test_the_agency_of_the_actor_stands_in_for_that_of_the_grant() -> None:
    scope = POLICY.scope(standing(grant("petugas_opd"), agency="dinsos"), None, DAY)
    scope.require_row("enrolment:propose", "Enrolment", {"agency": "dinsos", "kelurahan": None})
    with pytest.raises(Forbidden, match="some of the rows"):
        scope.require_row("enrolment:propose", "Enrolment", {"agency": "disdik", "kelurahan": None})


def test_nobody_accepts_for_any_agency_of_theirs_in_whatever_role() -> None:
    steward = standing(grant("walidata", "diskominfo"), grant("petugas_opd", "dinsos"), agency="bapperida")
    scope = POLICY.scope(steward, "pemadanan", DAY)
    scope.require_row("enrolment:accept", "Enrolment", {"agency": "disdik"})
    for agency in ("diskominfo", "dinsos", "bapperida"):
        with pytest.raises(Forbidden, match="some of the rows"):
            scope.require_row("enrolment:accept", "Enrolment", {"agency": agency})


def test_a_row_that_lacks_what_a_denial_looks_at_is_a_fault_not_a_pass() -> None:
    scope = POLICY.scope(standing(grant("walidata", "diskominfo")), None, DAY)
    with pytest.raises(SetupError, match="agency"):
        scope.require_row("enrolment:accept", "Enrolment", {})


def test_a_refusal_holds_no_data_of_the_row() -> None:
    scope = POLICY.scope(standing(grant("petugas_kelurahan", "kel", "3273011001")), None, DAY)
    with pytest.raises(Forbidden) as refusal:
        scope.require_row("person:correct", "Person", {"kelurahan": "3273021001"})
    assert "3273021001" not in str(refusal.value)
    assert "territory" in refusal.value.advice


def test_scopes_of_two_territories_share_their_texts_but_not_their_values() -> None:
    one, two = (
        POLICY.scope(standing(grant("petugas_kelurahan", "k", t)), None, DAY)
        for t in ("3273011001", "3273021001")
    )
    assert one.key == two.key
    assert one.parameters != two.parameters
    wider = POLICY.scope(standing(grant("petugas_kelurahan", "k", "327301")), None, DAY)
    assert wider.key != one.key


def test_two_grants_give_the_wider_treatment_row_by_row() -> None:
    lines = policies.rules()["policy.csv"].replace(
        "Person.nik, verval, territory, partial", "Person.nik, verval, territory, show"
    )
    lines = lines.replace("penyaluran_bantuan, own_programmes", "*, own_programmes")
    purposes = policies.rules()["purposes.toml"].replace(
        'roles = ["petugas_kelurahan"]', 'roles = ["petugas_kelurahan", "petugas_opd"]'
    )
    policy = Policy.load(policies.rules() | {"policy.csv": lines, "purposes.toml": purposes}, 2)
    scope = policy.scope(
        standing(grant("petugas_opd", "dinsos"), grant("petugas_kelurahan", "kel", "327301")), "verval", DAY
    )
    near = {"kelurahan": "3273011001", "vis": {"dinsos": None}}
    far = {"kelurahan": "3273021001", "vis": {"dinsos": None}}
    assert scope.treated("Person", "nik", near) is Treatment.SHOW
    assert scope.treated("Person", "nik", far) is Treatment.PARTIAL
    assert not scope.shows("Person", "nik")


def test_the_year_of_a_birth_date_fills_the_year_and_withholds_the_date() -> None:
    lines = "r, *, person:read, Person, *, all, show, allow\nr, *, person:read, Person.born_on, *, all, year, allow\n"
    texts = policies.rules() | {
        "roles.csv": "role,name,comes_for,default_purpose\nr,R,,p\n",
        "purposes.toml": '[p]\nname = "p"\nbasis = "b"\nroles = ["r"]\nclasses = ["demographic"]\n',
        "policy.csv": lines,
    }
    scope = Policy.load(texts, 2).scope(standing(grant("r")), None, DAY)
    assert scope.treated("Person", "born_year", {}) is Treatment.SHOW
    assert scope.treated("Person", "born_on", {}) is Treatment.YEAR


def test_a_purpose_bounds_what_its_rules_open() -> None:
    purposes = policies.rules()["purposes.toml"].replace(
        'roles = ["walidata", "pemadan"]\nclasses = ["identity", "contact",',
        'roles = ["walidata", "pemadan"]\nclasses = ["contact",',
    )
    scope = Policy.load(policies.rules() | {"purposes.toml": purposes}, 2).scope(
        standing(grant("walidata")), None, DAY
    )
    assert scope.may("person:read")
    assert scope.treatment("Person", "nik") == ()
    assert scope.shows("Person", "sex")

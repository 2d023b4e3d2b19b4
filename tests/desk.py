"""A desk that stands for the two doors, and a client that sends requests to an application over it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from hub.api.app import create_app
from hub.api.identity import issue
from hub.domain.facts import Actor, Receipt
from hub.domain.selection import Selection
from hub.questions import model
from hub.questions.model import Answer
from hub.settings import Settings

ACTOR = "0198c5a0-0000-7000-8000-000000000001"
PERSON = "0198c5a0-0000-7000-8000-0000000000aa"
ENROLMENT = "0198c5a0-0000-7000-8000-0000000000bb"
REQUEST = "0198c5a0-0000-4000-8000-0000000000cc"
NEWER = "application/graphql-response+json"

AREA = {"id": "a1", "system": "KEMENDAGRI", "code": "3273011001", "name": "SUKARASA", "level": "KELURAHAN"}
WITHHELD = [{"field": "motherName", "reason": "class"}]
MADE_UP = {
    "id": PERSON, "version": 3, "name": "ASEP MADEUP", "nik": "****************", "sex": "MALE",
    "born_on": "1980-02-03", "born_year": 1980, "alive": True, "presence": "PRESENT", "mother_name": None,
    "area": {**AREA, "parent": None}, "withheld": WITHHELD,
    "enrolments": [{"id": ENROLMENT, "status": "ENROLLED", "from": "2026-01-01"}],
}  # fmt: skip
HOUSEHOLD = {
    "id": "0198c5a0-0000-7000-8000-0000000000dd", "version": 1, "head": MADE_UP, "members": [MADE_UP],
    "area": AREA, "withheld": [],
}  # fmt: skip
PROGRAMMES = [
    {"id": "p1", "code": "pkh", "name": "PKH"},
    {"id": "p2", "code": "rutilahu", "name": "Rutilahu"},
]
FACT: dict[str, Any] = {
    "kind": "PersonCorrected", "subject": PERSON, "before": None, "after": {"fields": ["name"]},
    "withheld": [], "erased": False,
}  # fmt: skip
ENTRY = {
    "seq": 7, "recorded_at": "2026-01-02T03:04:05.000006Z", "actor": ACTOR, "agency": None,
    "action": "person:correct", "purpose": "verval", "legal_basis": "-", "policy_version": 2,
    "subjects": [PERSON], "facts": [FACT], "leaf_hash": "00" * 32,
}  # fmt: skip
ENTRIES = {
    "edges": [{"cursor": "c7", "node": ENTRY}],
    "page_info": {
        "has_next_page": True,
        "has_previous_page": False,
        "start_cursor": "c7",
        "end_cursor": "c7",
    },
    "total_count": None,
}


def cut(data: Any, selection: Selection) -> Any:
    """Made-up data as a question with a selection answers it: cut to it, keyed as picked."""
    if isinstance(data, list):
        return [cut(each, selection) for each in data]
    if data is None or not selection:
        return data
    return {each.key: cut(data[each.name], each.picks) for each in selection}


ANSWERS: Mapping[type, Any] = {
    model.ApiSchema: True,
    model.PersonById: MADE_UP,
    model.PersonByNik: MADE_UP,
    model.NodeById: None,
    model.HouseholdById: HOUSEHOLD,
    model.FamilyCardByNumber: None,
    model.Households: {
        "edges": [{"cursor": "c1", "node": HOUSEHOLD}],
        "page_info": ENTRIES["page_info"],
        "total_count": 1,
    },
    model.Programmes: PROGRAMMES,
    model.AreaByCode: {**AREA, "parent": {**AREA, "level": "KECAMATAN"}, "other_codes": []},
    model.LedgerEntry: ENTRY,
    model.LedgerEntries: ENTRIES,
    model.Persons: {
        "edges": [{"cursor": "c1", "node": MADE_UP}],
        "page_info": ENTRIES["page_info"],
        "total_count": 1,
    },
    model.Enrolments: {"edges": [], "page_info": ENTRIES["page_info"], "total_count": 0},
    model.Releases: [],
    model.Disclosures: {"edges": [], "page_info": ENTRIES["page_info"], "total_count": 0},
}

ONE = f'{{ person(id: "{PERSON}") {{ id }} }}'
BOTH = f'{{ person(id: "{PERSON}") {{ id }} programmes {{ code }} }}'


class Desk:
    """Both doors and the readiness of a hub, over made-up answers; remembers what came in."""

    def __init__(self) -> None:
        self.asked: list[tuple[Actor, Any]] = []
        self.submitted: list[tuple[Actor, Any, str | None, int | None]] = []
        self.answers = dict(ANSWERS)
        self.failing: dict[type, Exception] = {}
        self.parts: dict[str, dict[str, Any]] = {"ledger": {"ok": True, "detail": "7 entries"}}
        self.projected = True

    async def ask(self, actor: Actor, question: Any) -> Answer:
        self.asked.append((actor, question))
        await asyncio.sleep(0)
        if type(question) in self.failing:
            raise self.failing[type(question)]
        data = self.answers[type(question)]
        if isinstance(question, model.NodeById):
            return Answer(self._node(data, question.selections), as_of_seq=7)
        selection = getattr(question, "selection", ())
        return Answer(cut(data, selection) if selection else data, as_of_seq=7)

    def _node(self, data: Any, selections: Mapping[str, Selection]) -> Any:
        if data is None or data["__typename"] == "Match":
            return data
        kind = data["__typename"]
        return {**cut(data, selections[kind]), "__typename": kind}

    async def submit(
        self,
        actor: Actor,
        command: Any,
        *,
        request: str | None = None,
        expected: int | None = None,
        wait: bool = True,
    ) -> Receipt:
        self.submitted.append((actor, command, request, expected))
        if type(command) in self.failing:
            raise self.failing[type(command)]
        return Receipt(7, PERSON, 4, "ab" * 32, "2026-01-02T03:04:05.000006Z", self.projected)

    async def readiness(self) -> dict[str, dict[str, Any]]:
        return self.parts


class Client:
    """Sends requests to the application in this process."""

    def __init__(self, settings: Settings) -> None:
        self.desk = Desk()
        self.token = issue(settings, ACTOR, 5)
        self.app = create_app(self.desk, settings)

    def send(self, method: str, path: str, **rest: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, **rest)

        return asyncio.run(sent())

    def post(self, body: Any, **headers: str | None) -> httpx.Response:
        wanted: dict[str, str | None] = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", "/graphql", content=content, headers=given)

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str | None) -> Any:
        response = self.post({"query": query, "variables": variables}, **headers)
        assert response.status_code == 200, response.text
        return response.json()


def code_of(body: Any) -> str:
    (error,) = body["errors"]
    assert error["extensions"]["advice"], "every error carries advice"
    code: str = error["extensions"]["code"]
    return code

"""Tokens say who is asking, and nothing that is not signed here is believed."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from hub.api.identity import ADVICE, ALGORITHM, AUDIENCE, LEEWAY, MAX_TOKEN, Tokens, issue
from hub.domain.errors import InvalidInput, SetupError, Unauthenticated
from hub.settings import Settings

ACTOR = "0198c5a0-0000-7000-8000-000000000001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def tokens(settings: Settings) -> Tokens:
    return Tokens.of(settings)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def signed(tokens: Tokens, **changed: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": tokens.issuer,
        "aud": AUDIENCE,
        "sub": ACTOR,
        "iat": now,
        "exp": now + 60,
        "jti": "1",
    } | changed
    return jwt.encode(
        {"alg": ALGORITHM}, {name: value for name, value in claims.items() if value is not None}, tokens.key
    )


def test_a_token_names_its_actor_in_every_process_of_the_installation(settings: Settings) -> None:
    token = issue(settings, ACTOR, 5)
    assert Tokens.of(settings).authenticate(bearer(token)) == ACTOR
    assert Tokens.of(settings).authenticate({"authorization": f"bearer  {token}"}) == ACTOR


def test_a_token_carries_no_rights(settings: Settings) -> None:
    claims = json.loads(base64.urlsafe_b64decode(issue(settings, ACTOR, 5).split(".")[1] + "=="))
    assert set(claims) == {"iss", "aud", "sub", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 300


def test_the_key_is_made_once_and_open_to_its_owner_only(settings: Settings) -> None:
    issue(settings, ACTOR, 5)
    path = settings.keys / "tokens.json"
    made = path.read_bytes()
    issue(settings, ACTOR, 5)
    assert path.read_bytes() == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in settings.keys.iterdir()] == ["tokens.json"]


def test_refuses_a_key_file_that_others_may_read(settings: Settings) -> None:
    Tokens.of(settings)
    (settings.keys / "tokens.json").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        Tokens.of(settings)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"kty": "oct", "k": ""}'])
def test_refuses_a_damaged_key_file_and_leaves_it_alone(settings: Settings, content: bytes) -> None:
    Tokens.of(settings)
    path = settings.keys / "tokens.json"
    path.write_bytes(content)
    with pytest.raises(SetupError, match="can't be read"):
        Tokens.of(settings)
    assert path.read_bytes() == content


@pytest.mark.parametrize("minutes", [0, -1, 10**9])
def test_refuses_to_issue_for_no_time_or_for_ever(tokens: Tokens, minutes: int) -> None:
    with pytest.raises(InvalidInput):
        tokens.issue(ACTOR, minutes)


def test_refuses_to_issue_for_anything_but_an_id(tokens: Tokens) -> None:
    with pytest.raises(InvalidInput):
        tokens.issue("operator", 5)


@pytest.mark.parametrize("headers", [{}, {"authorization": ""}])
def test_no_token_is_said_so_with_advice(tokens: Tokens, headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated, match="No token was sent") as refused:
        tokens.authenticate(headers)
    assert refused.value.advice == ADVICE
    assert "hub token NAME" in ADVICE


@pytest.mark.parametrize("value", ["Basic b3BlcmF0b3I6eA==", "Bearer", "Bearer  ", "token"])
def test_other_schemes_are_no_bearer_token(tokens: Tokens, value: str) -> None:
    with pytest.raises(Unauthenticated, match="no bearer token"):
        tokens.authenticate({"authorization": value})


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "....", "é.ü.ö", "e30.e30.", "\x00.\x00.\x00", "a" * (MAX_TOKEN + 1)]
)
def test_garbage_is_not_one_of_ours(tokens: Tokens, token: str) -> None:
    with pytest.raises(Unauthenticated, match="not one of this hub"):
        tokens.authenticate(bearer(token))


def test_a_token_of_another_key_is_not_one_of_ours(tokens: Tokens) -> None:
    other = Tokens(tokens.issuer, OctKey.generate_key(256))
    with pytest.raises(Unauthenticated, match="not one of this hub"):
        tokens.authenticate(bearer(signed(other)))


def test_other_algorithms_are_not_believed(tokens: Tokens) -> None:
    claims = {"iss": tokens.issuer, "aud": AUDIENCE, "sub": ACTOR, "iat": 0, "exp": 2**33}
    part = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode()
        for each in ({"alg": "none"}, claims)
    ]
    forged = [
        ".".join([*part, ""]),
        jwt.encode({"alg": "HS512"}, claims, tokens.key, algorithms=["HS512"]),
        jwt.encode({"alg": "Ed25519"}, claims, OKPKey.generate_key("Ed25519"), algorithms=["Ed25519"]),
    ]
    for token in forged:
        with pytest.raises(Unauthenticated, match="not one of this hub"):
            tokens.authenticate(bearer(token))


def test_a_changed_signature_is_refused_also_after_the_right_one_was_seen(tokens: Tokens) -> None:
    token = signed(tokens)
    assert tokens.authenticate(bearer(token)) == ACTOR
    head, body, signature = token.split(".")
    changed = "A" if signature[0] != "A" else "B"
    with pytest.raises(Unauthenticated, match="not one of this hub"):
        tokens.authenticate(bearer(f"{head}.{body}.{changed}{signature[1:]}"))


@pytest.mark.parametrize(
    "claim", [{"iss": "elsewhere"}, {"iss": None}, {"aud": "other"}, {"aud": None}, {"aud": [AUDIENCE]}]
)
def test_a_token_for_another_service_is_refused(tokens: Tokens, claim: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated, match="another service"):
        tokens.authenticate(bearer(signed(tokens, **claim)))


@pytest.mark.parametrize(
    "claim", [{"exp": None}, {"iat": None}, {"exp": "soon"}, {"iat": 2**33}, {"exp": True}]
)
def test_a_token_must_say_from_when_to_when_it_holds(tokens: Tokens, claim: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated, match="from when to when"):
        tokens.authenticate(bearer(signed(tokens, **claim)))


@pytest.mark.parametrize("claim", [{"exp": 10**400}, {"iat": -(10**400)}, {"iat": 0}])
def test_a_token_holds_for_no_longer_than_any_that_is_issued(tokens: Tokens, claim: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated, match="longer than any"):
        tokens.authenticate(bearer(signed(tokens, **claim)))


@pytest.mark.parametrize("claim", [{"sub": None}, {"sub": "operator"}, {"sub": 7}])
def test_a_token_must_name_an_actor_by_id(tokens: Tokens, claim: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated, match="names no actor"):
        tokens.authenticate(bearer(signed(tokens, **claim)))


def test_an_expired_token_is_refused(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.authenticate(bearer(signed(tokens, exp=int(time.time()) - LEEWAY - 1)))


def test_a_token_that_was_good_expires_all_the_same(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed(tokens)
    assert tokens.authenticate(bearer(token)) == ACTOR
    later = time.time() + 60 + LEEWAY + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.authenticate(bearer(token))

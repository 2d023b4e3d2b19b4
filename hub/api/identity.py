"""Who is asking: bearer tokens of local accounts, signed here. They say who, never what one may do."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hub.domain.errors import InvalidInput, SetupError, Unauthenticated
from hub.domain.ids import as_uuid, new_id
from hub.keyfile import demand_private, write_once
from hub.settings import Settings

ALGORITHM = "HS256"
AUDIENCE = "hub-api"
ADVICE = "Run `hub token NAME` for a new one and send it as `Authorization: Bearer TOKEN`."
MAX_TOKEN = 4_096
LEEWAY = 30
"""Seconds by which clocks may differ."""
KEPT = 2_000
MAX_MINUTES = 60 * 24 * 31


def issue(settings: Settings, actor_id: str, minutes: int) -> str:
    """A token for an actor, good for some minutes. Raises InvalidInput, SetupError."""
    return Tokens.of(settings).issue(actor_id, minutes)


@dataclass(slots=True)
class Tokens:
    """Issues and checks the tokens of one installation."""

    issuer: str
    key: OctKey
    _checked: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    """Tokens whose signature was checked → (actor, when they end): a signature does not change its mind."""

    @classmethod
    def of(cls, settings: Settings) -> Tokens:
        """The tokens of an installation; its key is made at first use. Raises SetupError."""
        return cls(settings.origin, _key(settings.keys / "tokens.json"))

    def issue(self, actor_id: str, minutes: int) -> str:
        """A signed token that names an actor (a UUID). Raises InvalidInput."""
        if not 1 <= minutes <= MAX_MINUTES:
            raise InvalidInput(f"{minutes} is no good number of minutes.", f"Give 1 to {MAX_MINUTES}.")
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": as_uuid(actor_id, "The actor"),
            "iat": now,
            "exp": now + 60 * minutes,
            "jti": new_id(),
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self.key, algorithms=[ALGORITHM])

    def authenticate(self, headers: Mapping[str, str]) -> str:
        """The id of the actor whose token the headers carry. Raises Unauthenticated with advice."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if not scheme:
            raise Unauthenticated("No token was sent.", ADVICE)
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The header `Authorization` holds no bearer token.", ADVICE)
        known = self._checked.get(token)
        actor, ends = known or self._check(token)
        if ends + LEEWAY < time.time():
            self._checked.pop(token, None)
            raise Unauthenticated("The token has expired.", ADVICE)
        if known is None:
            self._checked[token] = actor, ends
            if len(self._checked) > KEPT:
                self._checked.popitem(last=False)
        return actor

    def _check(self, token: str) -> tuple[str, float]:
        """Actor and end of a token. Everything but its end is judged here; raises Unauthenticated."""
        if len(token) > MAX_TOKEN:
            raise Unauthenticated("The token is not one of this hub.", ADVICE)
        try:
            claims = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise Unauthenticated("The token is not one of this hub.", ADVICE) from error
        if claims.get("iss") != self.issuer or claims.get("aud") != AUDIENCE:
            raise Unauthenticated("The token was made for another service.", ADVICE)
        return _subject(claims)


def _subject(claims: Mapping[str, Any]) -> tuple[str, float]:
    actor, begins, ends = claims.get("sub"), claims.get("iat"), claims.get("exp")
    if type(begins) is not int or type(ends) is not int or begins > time.time() + LEEWAY:
        raise Unauthenticated("The token does not say from when to when it holds.", ADVICE)
    if ends - begins > 60 * MAX_MINUTES:
        raise Unauthenticated("The token holds for longer than any of this hub.", ADVICE)
    try:
        return as_uuid(actor if isinstance(actor, str) else "", "sub"), float(ends)
    except InvalidInput as error:
        raise Unauthenticated("The token names no actor.", ADVICE) from error


def _key(path: Path) -> OctKey:
    """The signing key in a file that its owner alone may read; made when there is none. Raises SetupError."""
    try:
        if not path.exists():
            write_once(path, orjson.dumps(OctKey.generate_key(256).as_dict(private=True)))
        demand_private(path)
        return OctKey.import_key(orjson.loads(path.read_bytes()))
    except (OSError, ValueError, JoseError) as error:
        raise SetupError(
            "The key that signs tokens can't be read or made.",
            f"Look at {path}; without the file a new key is made and all tokens end.",
        ) from error

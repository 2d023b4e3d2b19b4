"""Errors as clients see them: the hub's own with their advice, all others masked and logged without data."""

from __future__ import annotations

import re
import traceback
from typing import Any

import structlog
from graphql import GraphQLError

from hub.domain.errors import HubError, InvalidInput

log = structlog.get_logger(__name__)

SUGGESTION = re.compile(r"\s*Did you mean .*\?", re.DOTALL)
"""What graphql-core adds to an error when a name of the schema is near."""
QUERY_ADVICE = "Compare the query and its variables with the schema."


def of_hub(error: HubError) -> dict[str, Any]:
    """An error of the tree as an entry of `errors`."""
    return {"message": error.message, "extensions": {"code": error.code, "advice": error.advice}}


def of_request(error: GraphQLError | HubError) -> dict[str, Any]:
    """Why a request was rejected before anything was asked; the words are about the request alone."""
    if isinstance(error, HubError):
        return of_hub(error)
    extensions = {"code": InvalidInput.code, "advice": QUERY_ADVICE}
    return {"message": error.message, **_where(error), "extensions": extensions}


def of_execution(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """What went wrong with one field."""
    cause = error.original_error
    if isinstance(cause, HubError) and type(cause) is not HubError:
        return {**of_hub(cause), **_where(error)}
    return {**masked(cause or error, request_id), **_where(error)}


def masked(error: BaseException, request_id: str) -> dict[str, Any]:
    """An error of ours: the client learns an id to quote; the log gets kind and place, never the words."""
    frames = traceback.extract_tb(error.__traceback__)
    log.error(
        "api.internal",
        request_id=request_id,
        error=type(error).__name__,
        at=[f"{frame.name}:{frame.lineno}" for frame in frames[-6:]],
    )
    return {
        "message": "Something went wrong inside the hub.",
        "extensions": {
            "code": HubError.code,
            "advice": f"Ask again; if it stays, give the operator this id: {request_id}.",
        },
    }


def _where(error: GraphQLError) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if error.locations:
        where["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    if error.path:
        where["path"] = error.path
    return where

"""Executing an operation: ask or submit what its plan says, then finish the answers.

graphql-core resolves field by field; here a root field is one question, whose answer is the whole tree below.
So the doors are called first, all at once for a query, one after the other for a mutation. What they answer
is then finished in one pass, or, when anything is out of the ordinary (an error, a missing value,
introspection), completed by graphql-core over the same data, which places errors and nulls by the book.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, VariableValues, execute_sync

from hub.api.context import Exchange, Root
from hub.api.documents import Operation, Rejected
from hub.api.faults import of_execution
from hub.api.finish import Unfit
from hub.api.plan import Plan, Step
from hub.api.schema import CORE, ROOTS
from hub.domain.errors import Forbidden, HubError, Unauthenticated
from hub.questions.model import ApiSchema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, and what went wrong on the way."""

    data: Any
    errors: tuple[dict[str, Any], ...] = ()


async def execute(operation: Operation, given: Mapping[str, Any], exchange: Exchange) -> Outcome:
    """Execute one operation.

    Raises Rejected for variables that do not fit and for a look at a schema that is closed, Unauthenticated when
    the doors do not know the actor.
    """
    variables = operation.variables(given)
    try:
        plan = operation.plan(variables)
    except HubError as error:
        raise Rejected([error]) from error
    if plan.introspects:
        try:
            await exchange.hub.ask(exchange.actor, ApiSchema())
        except Forbidden as error:
            raise Rejected([error]) from error
    answers = await _answers(operation, plan, variables, exchange)
    if not plan.introspects:
        try:
            return Outcome(plan.finish(answers))
        except (Unfit, KeyError, TypeError):
            pass  # by the book, then
    result = execute_sync(
        CORE, operation.document, answers, variable_values=dict(given), operation_name=operation.name
    )
    errors = tuple(of_execution(error, exchange.request_id) for error in result.errors or ())
    return Outcome(result.data, errors)


async def _answers(
    operation: Operation, plan: Plan, variables: VariableValues, exchange: Exchange
) -> dict[str, Any]:
    """Response key → what the doors answered, or the error they raised."""
    calls = [(step, _arguments(step, variables)) for step in plan.steps]
    if operation.is_change or len(calls) == 1:
        answers: dict[str, Any] = {}
        for step, arguments in calls:
            answers[step.key] = answer = await _answer(step, arguments, exchange)
            if isinstance(answer, Exception):
                break  # a receipt is never null, so its error ends a mutation
    else:
        found = await asyncio.gather(*(_answer(step, arguments, exchange) for step, arguments in calls))
        answers = {step.key: each for (step, _), each in zip(calls, found, strict=True)}
    for answer in answers.values():
        if isinstance(answer, Unauthenticated):
            raise answer
    return answers


def _arguments(step: Step, variables: VariableValues) -> dict[str, Any]:
    try:
        return ROOTS[step.name].arguments(step.node, variables)
    except GraphQLError as error:
        raise Rejected([error]) from error


async def _answer(step: Step, arguments: dict[str, Any], exchange: Exchange) -> Any:
    try:
        return await ROOTS[step.name](Root(exchange, step.selections), arguments)
    except Exception as error:  # every error has its place in the response
        return error

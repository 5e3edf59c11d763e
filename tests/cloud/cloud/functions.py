"""Lambda: moto's, with the conflicts that AWS answers, and the code for the harness. Nothing is ever run here.

Stories run a function's own `bootstrap` against their stand-in for the Runtime API.
Sources: botocore lambda CreateFunction and AddPermission (ResourceConflictException).
"""

import base64
from typing import Any

from moto.awslambda.exceptions import FunctionAlreadyExists, LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends

_create_function = LambdaBackend.create_function
_add_permission = LambdaBackend.add_permission


class StatementExists(LambdaClientError):
    code = 409

    def __init__(self, sid: str) -> None:
        text = f"The statement id ({sid}) provided already exists."
        super().__init__("ResourceConflictException", text)


def create_function(self: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
    """moto's replaces a function of the same name."""
    name = spec.get("FunctionName", "")
    if find(self, name):
        raise FunctionAlreadyExists(name)
    return _create_function(self, spec)


def add_permission(self: LambdaBackend, function_name: str, qualifier: str, raw: str) -> Any:
    """moto's adds the same statement once more."""
    function = find(self, function_name)
    known = {statement["Sid"] for statement in function.policy.statements} if function else set()
    statement = _add_permission(self, function_name, qualifier, raw)
    if statement["Sid"] in known:
        function.policy.statements.pop()
        raise StatementExists(statement["Sid"])
    return statement


LambdaBackend.create_function = create_function
LambdaBackend.add_permission = add_permission


def find(backend: LambdaBackend, name: str) -> LambdaFunction | None:
    return next((one for one in backend.list_functions() if one.function_name == name), None)


def described(account: str, region: str) -> dict[str, Any]:
    """The functions of one account and Region, for comparing two runs."""
    backend = dict.get(lambda_backends[account], region)
    return {
        function.function_name: {
            "runtime": function.run_time,
            "handler": function.handler,
            "role": function.role,
            "memory": function.memory_size,
            "timeout": function.timeout,
            "architectures": function.architectures,
            "environment": dict(sorted(function.environment_vars.items())),
            "code_sha256": function.code_sha_256,
            "tags": dict(sorted(function.tags.items())),
            "policy": function.policy.statements,
        }
        for function in (backend.list_functions() if backend else ())
    }


def code(account: str, region: str, name: str) -> dict[str, str]:
    """The zip file of a function, in base64."""
    function = find(lambda_backends[account][region], name)
    if function is None:
        raise KeyError(f"no function {name}")
    return {"zip": base64.b64encode(function.code_bytes).decode()}

"""What our extensions of moto's response classes share: checks from the service model.

moto parses a request by botocore's model but does not check it. Required members, lengths,
ranges and enums are in the same model (botocore/data/<service>), so they are checked from there
and no rule is written twice. Also here: opaque page tokens.
"""

import base64
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model


class AwsError(ServiceException):
    """An error of the service's model: `AwsError(code, message)`.

    moto derives a service from the exception's module, and fails for its own base class.
    """


class Modelled(BaseResponse):
    """Mixin: parses by the model, refuses what the model forbids, then runs the operation."""

    # The service's code for "your parameters are wrong".
    INVALID = "ValidationException"

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        try:
            self.refuse_early()
        except AwsError as error:
            return self.serialized(ActionResult(error))
        return super().call_action()

    def refuse_early(self) -> None:
        """What is true of every operation of the service; raises AwsError."""
        operation = get_service_model(self.boto3_service_name).operation_model(self._get_action())
        if operation.input_shape is not None:
            for problem in problems(operation.input_shape, self.params, ""):
                raise self.invalid(problem)

    def invalid(self, text: str) -> AwsError:
        return AwsError(self.INVALID, text)

    def page(self, items: list[Any], size: int) -> tuple[list[Any], str | None]:
        """One page of `items` by the request's own MaxResults and NextToken.

        The token is opaque and bound to the operation, as a client must treat it.
        """
        size = self._get_param("MaxResults") or size
        start = 0
        if token := self._get_param("NextToken"):
            try:
                operation, offset = base64.b64decode(token, validate=True).decode().split("|")
                start = int(offset)
            except ValueError:
                operation = ""
            if operation != self._get_action():
                raise self.invalid("The NextToken is not valid for this operation")
        end = start + size
        rest = f"{self._get_action()}|{end}".encode() if end < len(items) else None
        return items[start:end], base64.b64encode(rest).decode() if rest else None


def problems(shape: Any, value: Any, path: str) -> Any:
    """Yields what `value` breaks of `shape`: required, enum, min and max, blank strings."""
    if value is None:
        return
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Missing required parameter {path}{name}"
        # By what was sent: a finding's shape has thousands of members, a finding has dozens.
        for name, sent in value.items():
            if name in shape.members:
                yield from problems(shape.members[name], sent, f"{path}{name}.")
        return
    where = path.rstrip(".")
    if kind in ("list", "map", "string"):
        yield from out_of_range(len(value), limits, f"length of {where}")
    elif kind in ("integer", "long"):
        yield from out_of_range(value, limits, where)
    if kind == "list":
        for item in value:
            yield from problems(shape.member, item, path)
    if kind == "string":
        if limits.get("enum") and value not in limits["enum"]:
            yield f"Invalid value for {where}: {value} is not one of {limits['enum']}"
        if limits.get("pattern") == ".*\\S.*" and not value.strip():
            yield f"Invalid value for {where}: it is blank"


def out_of_range(size: int, limits: dict[str, Any], what: str) -> Any:
    low, high = limits.get("min"), limits.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield f"Invalid parameter: the {what} is {size}, allowed are {low} to {high}"

"""A call's parameters, whichever way they came: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .switches import bad_request


@dataclass
class Parameters:
    """Values by name; nested ones are JSON text in a form and objects in JSON. ``files`` are name and bytes."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string or number as text; empty when absent."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise bad_request(f'field "{name}" must be of type Number') from None

    def boolean(self, name: str) -> bool:
        """``true`` and ``1`` are true."""
        return self.text(name).lower() in {"true", "1"}

    def nested(self, name: str) -> Any:
        """An object or list; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> tuple[str, bytes] | None:
        """The uploaded file of a field, also where the field names it with attach://."""
        return self.files.get(name) or self.files.get(self.text(name).removeprefix("attach://"))


async def read_parameters(request: web.Request) -> Parameters:
    """Read the call's parameters."""
    parameters = Parameters(dict(request.query))
    if request.content_type == "application/json":
        body = await request.read()
        try:
            values = json.loads(body) if body else {}
        except ValueError:
            raise bad_request("Can't parse request JSON object") from None
        if not isinstance(values, dict):
            raise bad_request("Expected a JSON object")
        parameters.values.update({name: value for name, value in values.items() if value is not None})
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                parameters.files[name] = (value.filename, value.file.read())
                value.file.close()
            else:
                parameters.values[name] = value if isinstance(value, str) else value.decode("utf-8")
    return parameters

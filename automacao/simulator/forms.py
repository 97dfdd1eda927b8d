"""Multipart forms as the gateway's upload library reads them."""

import re
from collections.abc import Iterator
from email.message import Message as Header
from typing import Any

from automacao.simulator.state import Json
from automacao.simulator.web import Request

_NESTED = re.compile(r"\[([^\]]*)\]")


def read(request: Request) -> tuple[Json, bytes | None]:
    """Return the fields and the bytes of the part `file`. A JSON body is all fields.

    The real gateway reads neither the file's name nor its type: both come as fields.
    """
    kind = _header("content-type", request.headers.get("content-type", ""))
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return request.json(), None
    fields: Json = {}
    file = None
    for disposition, data in _parts(request.body, boundary.encode()):
        name = str(disposition.get_param("name", "", header="content-disposition"))
        if disposition.get_filename() is None:
            _set(fields, name, data.decode())
        elif name == "file":
            file = data
    return fields, file


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[Header, bytes]]:
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        rows = head.decode("latin-1").strip().split("\r\n")
        named = {name.lower(): value for name, _, value in (row.partition(": ") for row in rows)}
        yield _header("content-disposition", named.get("content-disposition", "")), data


def _header(name: str, value: str) -> Header:
    header = Header()
    header[name] = value
    return header


def _set(fields: Json, name: str, value: str) -> None:
    """Put `quoted[key][id]` where it belongs."""
    place: Any = fields
    path = [name.partition("[")[0], *_NESTED.findall(name)]
    for step in path[:-1]:
        place = place.setdefault(step, {})
    place[path[-1]] = value

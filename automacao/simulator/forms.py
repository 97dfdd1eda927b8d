"""Multipart forms as the gateway's upload library reads them."""

import re
from dataclasses import dataclass
from email.message import Message as Header
from typing import Any

from automacao.simulator.state import Json
from automacao.simulator.web import Request

_NESTED = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Upload:
    """A file of a form. `name` is read as Latin-1, as the real library does."""

    name: str
    mime: str
    data: bytes


def read(request: Request) -> tuple[Json, Upload | None]:
    """Return the fields and the part `file`. A JSON body is all fields."""
    kind = _header("content-type", request.headers.get("content-type", ""))
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        return request.json(), None
    fields: Json = {}
    file = None
    for disposition, mime, data in _parts(request.body, boundary.encode()):
        name = str(disposition.get_param("name", "", header="content-disposition"))
        file_name = disposition.get_filename()
        if file_name is None:
            _set(fields, name, data.decode())
        elif name == "file":
            file = Upload(file_name, mime, data)
    return fields, file


def _parts(body: bytes, boundary: bytes) -> "list[tuple[Header, str, bytes]]":
    found = []
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        lines = dict(
            line.partition(": ")[::2] for line in head.decode("latin-1").strip().split("\r\n")
        )
        names = {name.lower(): value for name, value in lines.items()}
        disposition = _header("content-disposition", names.get("content-disposition", ""))
        found.append((disposition, names.get("content-type", ""), data))
    return found


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

"""What store developers read: every example of docs/api.md is tried, the schema is ours alone."""

import json
import re
import shlex
from typing import Any

import pytest
from django.test import Client

from dev.local import ROOT
from pedidos.api.door import CALLS, MAX_BYTES
from tests.conftest import Actor, Shop
from tests.pedidos.api_calls import open_api
from tests.pedidos.doors import Rings
from tests.sac.pages import read

DOCUMENT = (ROOT / "docs/api.md").read_text()
# A command, and what the document says it answers, where it does.
EXAMPLE = re.compile(
    r"```sh\n(curl .*?)\n```(?:[^`]*(?:`[^`\n]+`[^`]*)?```json\n(.*?)\n```)?", re.DOTALL
)


def _carry_out(command: str, token: str) -> tuple[int, Any]:
    """Do what curl would, and return the status and the JSON."""
    words, address = iter(shlex.split(command.replace("\\\n", " "))[1:]), ""
    given: dict[str, list[str]] = {"-X": [], "-H": [], "-d": []}
    for word in words:
        if word in given:
            given[word].append(next(words).replace("$TOKEN", token))
        else:
            address = word.removeprefix("$SAC")
    method, body = given["-X"] or ["GET"], given["-d"] or [""]
    headers = dict(one.split(": ", 1) for one in given["-H"])
    kind = headers.pop("Content-Type", "")
    answer = Client().generic(method[0], address, body[0], kind, headers=headers)
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
def test_every_command_of_the_document_does_what_it_says(
    shop: Shop, dono: Actor, rings: Rings
) -> None:
    token = open_api(shop, dono).token
    told = []
    for command, promised in EXAMPLE.findall(DOCUMENT):
        status, answered = _carry_out(command, token)
        told.append(status)
        if promised:
            assert answered == json.loads(promised), command
    assert told == [201, 422, 200, 200, 200]
    assert DOCUMENT.count("curl ") == len(told)


def test_the_limits_the_document_names_are_those_in_force() -> None:
    assert f"mais de {CALLS.most} chamadas" in DOCUMENT
    assert f"acima de {MAX_BYTES // 2**20} MB" in DOCUMENT


def test_the_schema_is_whole_and_tells_of_nothing_else(client: Client) -> None:
    answer = client.get("/api/openapi.json")
    schema = json.loads(answer.content)
    assert list(schema["paths"]) == ["/api/v1/pedidos", "/api/v1/pedidos/{external_id}"]
    assert list(schema["paths"]["/api/v1/pedidos/{external_id}"]) == ["get", "put", "delete"]
    text = answer.content.decode()
    shapes = schema["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named == set(shapes)
    for leak in ('"title": "Total"', "jango", "inja", "store_id", "source", "The one word"):
        assert leak not in text
    for operation in (one for path in schema["paths"].values() for one in path.values()):
        assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])
        assert operation["security"] == [{"StoreToken": []}]


def test_the_page_names_every_operation_and_field_and_needs_no_script(client: Client) -> None:
    shown = read(client.get("/api/docs"))
    text = shown.find("main")[0].text
    for word in ("Gravar um pedido", "items[].price", "customer.phones", "label_text", "503"):
        assert word in text
    codes = [one.text for one in shown.find("dt")]
    assert codes[:6] == ["200", "401", "403", "422", "429", "503"]
    assert shown.find("script") == []
    sheets = {one.attributes["href"].split("/")[1] for one in shown.find("link", rel="stylesheet")}
    assert sheets == {"static"}

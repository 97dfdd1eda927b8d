"""`manage.py classify_answer`: the error class of recorded answers, and no database."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from automacao.management.commands.classify_answer import Command
from tests.automacao.evolution_data import FIXTURES, manifest

MANIFEST = manifest("evolution_http")


def _run(*files: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command(Command(), "evolution", *files, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _recorded(folder: Path, path: str, status: int, body: object) -> str:
    file = folder / "answer.json"
    file.write_text(json.dumps({"request": {"path": path}, "status": status, "body": body}))
    return str(file)


def test_every_recorded_answer_is_told_in_the_manifests_words() -> None:
    files = [str(FIXTURES / file) for file in MANIFEST]
    expected = [
        {"file": path, "error_class": MANIFEST[file][0]["error_class"]}
        for path, file in zip(files, MANIFEST, strict=True)
    ]
    assert _run(*files) == expected


@pytest.mark.parametrize(
    ("path", "status", "body", "expected"),
    [
        # The same doubt means that a message may have left, or that one may simply ask again.
        ("/message/sendMedia/a", 502, None, "SendOutcomeUnknown"),
        ("/message/sendReaction/a", 502, None, "GatewayUnavailable"),
        ("/chat/updateMessage/a", 502, None, "GatewayUnavailable"),
        (
            "/chat/updateMessage/a",
            404,
            {"response": {"message": ["Message not found"]}},
            "InvalidRequest",
        ),
        (
            "/chat/getBase64FromMediaMessage/a",
            400,
            {"response": {"message": ["Message not found"]}},
            "FileMissing",
        ),
        ("/chat/getBase64FromMediaMessage/a", 500, None, "GatewayUnavailable"),
        ("/instance/connectionState/a", 200, {"instance": {"state": "open"}}, None),
    ],
)
def test_an_answer_means_what_its_call_makes_of_it(
    tmp_path: Path, path: str, status: int, body: object, expected: str | None
) -> None:
    (told,) = _run(_recorded(tmp_path, path, status, body))
    assert told["error_class"] == expected


def test_an_unknown_gateway_or_a_broken_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no gateway named 'pigeon'"):
        call_command(Command(), "pigeon", "x.json")
    with pytest.raises(CommandError, match="No such file"):
        _run(str(tmp_path / "missing.json"))
    broken = tmp_path / "broken.json"
    for content in ("{", "[]", '{"status": 200}'):
        broken.write_text(content)
        with pytest.raises(CommandError, match=r"broken\.json"):
            _run(str(broken))

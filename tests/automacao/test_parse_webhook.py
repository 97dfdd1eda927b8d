"""`manage.py parse_webhook`: one line of JSON per file, and no database."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from automacao.management.commands.parse_webhook import Command
from tests.automacao.evolution_data import FIXTURES, INSTANCE, manifest

ROOT = Path(__file__).parents[2]
MANIFEST = manifest("evolution")
FILES = [str(FIXTURES / file) for file in MANIFEST]


def _run(*files: str, **options: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command(Command(), "evolution", *files, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _events(file: str, **options: str) -> list[dict[str, Any]]:
    (line,) = _run(str(FIXTURES / file), **options)
    events: list[dict[str, Any]] = line["events"]
    return events


def test_each_file_has_its_line_in_the_order_given() -> None:
    assert [line["file"] for line in _run(*FILES)] == FILES


def test_whatever_the_manifest_expects_is_told_or_kept_apart() -> None:
    lines = _run(*FILES, instance=INSTANCE)
    told = dict(zip(MANIFEST, (line["events"] for line in lines), strict=True))
    assert {file for file, events in told.items() if events[0]["type"] == "quarantine"} >= {
        "evolution/040_image_caption.json",
        "evolution/901_missing_key.json",
    }
    for file, expected in MANIFEST.items():
        if told[file][0]["type"] != "quarantine":
            wanted = {name: value for name, value in expected[0].items() if name != "note"}
            assert told[file][0] | wanted == told[file][0], file


def test_a_message_is_told_with_every_identity() -> None:
    assert _events("evolution/028_br_without_ninth_digit.json") == [
        {
            "type": "message.received",
            "id": "3A0000000000000000A4",
            "address": "553190000001@s.whatsapp.net",
            "kind": "text",
            "text": "Bom dia",
            "sent_at": "2026-08-01T16:02:00+00:00",
            "push_name": "Jonas Teste",
            "reply_to": None,
            "phone": "+5531990000001",
            "lid": None,
            "wa_id": "553190000001",
        }
    ]
    (hidden,) = _events("evolution/026_lid_only_no_phone.json")
    assert (hidden["phone"], hidden["lid"], hidden["wa_id"]) == (None, "128000000000077", None)


def test_another_instances_body_is_rejected_only_when_an_instance_is_asked_for() -> None:
    file = "evolution/904_wrong_instance_for_url.json"
    assert _events(file, instance=INSTANCE) == [{"type": "reject", "http": 403}]
    assert _events(file)[0]["type"] == "message.received"


def test_a_body_seen_before_is_a_duplicate_and_a_broken_one_never_is(tmp_path: Path) -> None:
    broken = str(FIXTURES / "evolution/900_truncated_body.json")
    state = str(FIXTURES / "evolution/008_connection_close_401.json")
    first = str(FIXTURES / "evolution/110_duplicate_first.json")
    lines = _run(first, broken, state, first, broken, state)
    assert [line["events"] for line in lines[3:]] == [
        [{"type": "duplicate", "id": "3A0000000000000000G1"}],
        [{"type": "reject", "http": 400}],
        [{"type": "duplicate", "id": None}],
    ]


def test_an_unknown_gateway_or_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no gateway named 'pigeon'"):
        call_command(Command(), "pigeon", FILES[0])
    with pytest.raises(CommandError, match="No such file"):
        _run(str(tmp_path / "missing.json"))


def test_it_runs_without_a_database_in_any_locale() -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "EVENDAS_DEMO": "1"}
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        [sys.executable, "manage.py", "parse_webhook", "evolution", FILES[7]],
        cwd=ROOT,
        env=os.environ | nowhere | plain,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["events"][0]["type"] == "message.received"

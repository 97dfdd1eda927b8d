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


def _run(*files: str, **options: str | bool) -> list[dict[str, Any]]:
    out = StringIO()
    call_command(Command(), "evolution", *files, stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _events(file: str, **options: str | bool) -> list[dict[str, Any]]:
    (line,) = _run(str(FIXTURES / file), **options)
    events: list[dict[str, Any]] = line["events"]
    return events


def test_each_file_has_its_line_in_the_order_given() -> None:
    assert [line["file"] for line in _run(*FILES)] == FILES


def test_what_the_manifest_expects_is_told_in_its_words() -> None:
    told = dict(zip(MANIFEST, (line["events"] for line in _run(*FILES)), strict=True))
    for file, expected in MANIFEST.items():
        wanted = [{k: v for k, v in event.items() if k != "note"} for event in expected]
        found = [
            {name: event.get(name) for name in one}
            for event, one in zip(told[file], wanted, strict=True)
        ]
        assert found == wanted, file


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
            "facts": {},
            "phone": "+5531990000001",
            "lid": None,
            "wa_id": "553190000001",
            "view_once": False,
            "from_ad": False,
        }
    ]
    (hidden,) = _events("evolution/026_lid_only_no_phone.json")
    assert (hidden["phone"], hidden["lid"], hidden["wa_id"]) == (None, "128000000000077", None)


def test_what_fetches_a_file_is_never_printed() -> None:
    (image,) = _events("evolution/040_image_caption.json")
    told = (image["filename"], image["mime"], image["size"], image["seconds"])
    assert told == ("", "image/jpeg", 184532, None)
    assert "mediaKey" not in json.dumps(image)
    assert "file" not in image


def test_a_history_is_told_with_its_count_and_its_messages() -> None:
    (batch,) = _events("evolution/113_messages_set_history.json")
    assert batch["count"] == 3
    assert [one["text"] for one in batch["messages"]] == ["antiga 1", "antiga 2", "antiga 3"]


def test_a_run_is_one_instances_unless_every_instance_is_asked_for() -> None:
    first = str(FIXTURES / "evolution/020_text_pn.json")
    foreign = str(FIXTURES / "evolution/904_wrong_instance_for_url.json")
    rejected = [{"type": "reject", "http": 403}]
    assert _run(first, foreign)[1]["events"] == rejected
    assert _run(foreign, instance=INSTANCE)[0]["events"] == rejected
    assert _run(foreign)[0]["events"][0]["type"] == "message.received"
    assert _run(first, foreign, every_instance=True)[1]["events"][0]["type"] == "message.received"


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

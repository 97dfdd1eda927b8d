"""`manage.py parse_order`: the normalised order in the manifest's words, and no database."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pedidos.management.commands.parse_order import Command
from tests.pedidos.order_data import (
    EVENDAS,
    FIXTURES,
    NUVEM_NOTICE,
    NUVEM_PAID,
    ROWS,
    SHOPIFY_NEW,
    WOO_NEW,
    body,
    changed,
    platform_of,
    row,
)

ROOT = Path(__file__).parents[2]


def _printed(platform: str, file: Path) -> dict[str, Any]:
    out = StringIO()
    call_command(Command(), platform, str(file), stdout=out)
    (line,) = out.getvalue().splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def _printed_of(tmp_path: Path, file: str, **changes: object) -> dict[str, Any]:
    path = tmp_path / "pedido.json"
    path.write_bytes(changed(file, **changes))
    return _printed(platform_of(file), path)


@pytest.mark.parametrize("file", [one["file"] for one in ROWS])
def test_exactly_what_the_manifest_expects_is_printed(file: str) -> None:
    expected = {key: value for key, value in row(file)["expected"].items() if key != "note"}
    assert _printed(row(file)["platform"], FIXTURES / file) == expected


def test_the_endpoint_goes_by_its_short_name_too() -> None:
    file = FIXTURES / EVENDAS
    assert _printed("evendas", file) == _printed("evendas-generic", file)


def test_a_whole_order_tells_what_it_has_not(tmp_path: Path) -> None:
    told = _printed_of(
        tmp_path, SHOPIFY_NEW, note_attributes=[], customer=None, billing_address=None,
        shipping_address=None, email=None, contact_email=None,
    )  # fmt: skip
    empty: dict[str, object] = {
        "name": None,
        "email": None,
        "cpf": None,
        "phones": [],
        "tracking": [],
    }
    assert {name: told[name] for name in empty} == empty
    assert "paid_at_utc" not in told


def test_a_flat_body_tells_what_it_has(tmp_path: Path) -> None:
    told = _printed_of(tmp_path, EVENDAS, STATUSPEDIDO="Enviado", CODIGORASTREIO="AA123456785BR")
    assert (told["fulfillment_status"], told["tracking"]) == ("shipped", ["AA123456785BR"])
    assert "created_at_utc" not in told


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2026-03-10T00:58:30+0000", "2026-03-09"),
        ("2026-03-10T02:59:59+0000", "2026-03-09"),
        ("2026-03-10T03:00:00+0000", None),
        ("2026-03-10T20:59:59+0000", None),
        ("2026-03-10T21:00:00+0000", "2026-03-10"),
    ],
)
def test_the_local_day_is_told_where_a_wrong_zone_gives_another(
    tmp_path: Path, created: str, day: str | None
) -> None:
    assert _printed_of(tmp_path, NUVEM_PAID, created_at=created).get("local_day_sao_paulo") == day


def test_times_are_whole_seconds_of_utc(tmp_path: Path) -> None:
    told = _printed_of(tmp_path, NUVEM_PAID, paid_at="2026-03-08T15:56:01.999-03:00")
    assert told["paid_at_utc"] == "2026-03-08T18:56:01Z"


def test_a_cancelled_order_is_labelled_so(tmp_path: Path) -> None:
    assert _printed_of(tmp_path, WOO_NEW, status="cancelled")["label"] == "Cancelado"


def _refused(platform: str, file: str) -> CommandError:
    with pytest.raises(CommandError) as refused:
        call_command(Command(), platform, file)
    return refused.value


def test_an_unknown_platform_is_told_with_those_that_are_known() -> None:
    error = _refused("loja", str(FIXTURES / WOO_NEW))
    assert error.returncode == 2
    assert str(error) == (
        "plataforma desconhecida: loja. As conhecidas são evendas, nuvemshop, shopify, woocommerce."
    )


def test_a_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    missing = _refused("shopify", str(tmp_path / "nada.json"))
    assert (missing.returncode, str(missing)) == (3, f"o arquivo {tmp_path}/nada.json não existe.")
    folder = _refused("shopify", str(tmp_path))
    assert (folder.returncode, str(folder)) == (3, f"o arquivo {tmp_path} não pode ser lido.")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"{", "não há pedido aqui: o corpo não é JSON."),
        (
            body(WOO_NEW).replace(b'"total":"204.63"', b'"total":"-1"'),
            "não há pedido aqui: o total (campo total) está abaixo de zero.",
        ),
        (b"webhook_id=12", "não há pedido aqui: o corpo não traz um pedido."),
    ],
)
def test_a_body_without_an_order_says_why(tmp_path: Path, raw: bytes, why: str) -> None:
    path = tmp_path / "corpo"
    path.write_bytes(raw)
    error = _refused("woocommerce", str(path))
    assert (error.returncode, str(error)) == (4, why)


def _run(*args: str) -> subprocess.CompletedProcess[str]:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "EVENDAS_DEMO": "1"}
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:backslashreplace"}
    return subprocess.run(
        [sys.executable, "manage.py", "parse_order", *args],
        cwd=ROOT,
        env=os.environ | nowhere | plain,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_runs_without_a_database_in_any_locale() -> None:
    run = _run("nuvemshop", str(FIXTURES / NUVEM_NOTICE))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["order_id"] == 1712345678


def test_it_ends_with_the_number_of_what_went_wrong() -> None:
    run = _run("loja", "nada.json")
    assert (run.returncode, run.stdout) == (2, "")
    assert "plataforma desconhecida: loja" in run.stderr

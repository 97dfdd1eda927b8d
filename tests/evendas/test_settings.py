"""An installation that was set up wrongly does not start, and says why."""

import os
import subprocess
import sys

import pytest

from dev.local import ROOT
from tests.installation import SOUND

MORE = {"EVENDAS_WEBHOOK_BASE_URL": "http://web:8000", "EVENDAS_ALLOWED_HOSTS": ""}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], **SOUND, **MORE, **changes}
    tell = "from evendas import settings; print(settings.ALLOWED_HOSTS)"
    argv = [sys.executable, "-c", tell]
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_a_sound_one_answers_people_the_gateway_and_its_own_monitor() -> None:
    started = start()
    assert started.returncode == 0, started.stderr
    assert started.stdout.strip() == "['sac.loja.test', 'web', 'localhost', '127.0.0.1']"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENDAS_SECRET_KEY", ""),
        ("EVENDAS_ENCRYPTION_KEYS", "abc"),
        ("EVENDAS_PUBLIC_URL", ""),
        ("EVENDAS_PUBLIC_URL", "http://sac.loja.test"),
        ("EVENDAS_GATEWAY_URL", ""),
        ("EVENDAS_GATEWAY_KEY", ""),
        ("EVENDAS_EMAIL_URL", ""),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(name: str, value: str) -> None:
    refused = start(**{name: value})
    assert refused.returncode != 0
    assert name in refused.stderr.splitlines()[-1]

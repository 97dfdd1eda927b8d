"""A container without an address is looked at through the file its process touches."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from dev.local import ROOT
from tests.dev.waiting import until
from tests.evendas.post import posted

COMPOSE = (ROOT / "docker-compose.yml").read_text()


def is_healthy(sign: Path) -> bool:
    """Ask as the compose file does."""
    asked = re.search(r"^x-lifesign: &lifesign\n  test: (.+)$", COMPOSE, re.MULTILINE)
    given = re.search(r"^    EVENDAS_LIFESIGN: (.+)$", COMPOSE, re.MULTILINE)
    assert asked
    assert given
    command = asked[1].replace(given[1], str(sign))
    assert str(sign) in command
    shell = subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True)
    return shell.returncode == 0


def test_a_file_touched_long_ago_is_no_sign_of_life(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    assert not is_healthy(sign)
    sign.touch()
    assert is_healthy(sign)

    then = time.time() - 90
    os.utime(sign, (then, then))

    assert not is_healthy(sign)


@pytest.mark.faults
@pytest.mark.parametrize("name", ["worker-inbound", "beat"])
def test_it_is_touched_over_and_over_also_while_redis_is_away(
    transactional_db: None, tmp_path: Path, name: str
) -> None:
    sign = tmp_path / "sign"
    # However loaded this machine: no worker is to think itself deaf while it starts.
    patient = {"EVENDAS_DEAF_AFTER": "600"}
    with posted(tmp_path / "post", EVENDAS_LIFESIGN=str(sign), **patient) as post:
        child = post.start(name)

        def shows_life() -> bool:
            assert not child.has_ended(), child.log.read_text()
            return is_healthy(sign)

        until(shows_life, seconds=60)
        post.children["valkey"].stop()
        sign.unlink()

        until(shows_life, seconds=60)

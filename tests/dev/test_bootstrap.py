"""`dev/bootstrap` installs the lock once, again when it changes, and says what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev.local import ROOT

# Stands in for uv: makes a venv whose Python has no pip, and notes what it was asked to install.
FAKE_UV = """#!/bin/sh
case "$1" in
    --version) ;;
    venv)
        mkdir -p .venv/bin
        printf '#!/bin/sh\\n[ "$1" = -c ]\\n' > .venv/bin/python
        chmod +x .venv/bin/python ;;
    pip) echo "$*" >> asked ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the script, two locks and a uv that only takes notes."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "dev/bootstrap", tmp_path / "dev/bootstrap")
    for lock in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / lock).write_text(f"{lock}\n")
    _executable(tmp_path / "bin/uv", FAKE_UV)
    return tmp_path


def bootstrap(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{clone / 'bin'}:{os.defpath}"
    return subprocess.run(
        [clone / "dev/bootstrap", *words],
        env={"PATH": path, "PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def installed(clone: Path) -> list[str]:
    """Return the locks installed so far."""
    asked = (clone / "asked").read_text().splitlines() if (clone / "asked").exists() else []
    assert all("--require-hashes" in line for line in asked)
    return [line.rpartition(" ")[2] for line in asked]


def test_the_lock_is_installed_once(clone: Path) -> None:
    assert bootstrap(clone).returncode == 0
    again = bootstrap(clone)

    assert (again.returncode, again.stdout) == (0, "")
    assert installed(clone) == ["requirements.txt"]


def test_a_changed_lock_is_installed(clone: Path) -> None:
    bootstrap(clone)
    (clone / "requirements.txt").write_text("other\n")
    bootstrap(clone)

    assert installed(clone) == ["requirements.txt", "requirements.txt"]


def test_what_tests_need_is_enough_for_the_product(clone: Path) -> None:
    bootstrap(clone, "dev")
    bootstrap(clone)

    assert installed(clone) == ["requirements-dev.txt"]


def test_an_installation_that_failed_is_tried_again(clone: Path) -> None:
    _executable(clone / "bin/uv", FAKE_UV.replace('echo "$*" >> asked', "exit 1"))
    (clone / "dev/uv.txt").write_text("no such package\n")
    failed = bootstrap(clone)
    _executable(clone / "bin/uv", FAKE_UV)

    assert failed.returncode != 0
    assert bootstrap(clone).returncode == 0
    assert installed(clone) == ["requirements.txt"]


def test_a_machine_without_python_is_told(clone: Path) -> None:
    (clone / "bin/uv").unlink()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        _executable(clone / "bin" / name, "#!/bin/sh\nexit 1\n")

    done = subprocess.run(
        [clone / "dev/bootstrap"],
        env={"PATH": f"{clone / 'bin'}:{os.defpath}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Falta o Python 3.11 ou mais novo" in done.stdout


def _executable(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)

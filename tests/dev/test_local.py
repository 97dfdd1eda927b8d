"""What a machine keeps between runs: private, stable, and gone after a reset."""

from pathlib import Path

import pytest

from dev.local import DEMO_PEOPLE, LOCK, demo_logins, held, own_secrets
from dev.processes import Failure
from dev.reset import empty


def test_secrets_are_made_once_and_are_ours_alone(tmp_path: Path) -> None:
    first = own_secrets(tmp_path)

    assert own_secrets(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(first)


def test_a_damaged_file_is_told_and_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")

    with pytest.raises(Failure, match="danificado"):
        own_secrets(tmp_path)

    assert (tmp_path / "secrets.json").read_text() == "{"


def test_everybody_of_the_demo_has_a_password_of_their_own_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVENDAS_DEMO_PASSWORD", raising=False)
    logins = demo_logins(tmp_path)

    assert demo_logins(tmp_path) == logins
    assert list(logins) == list(DEMO_PEOPLE)
    assert len(set(logins.values())) == len(DEMO_PEOPLE)
    assert (tmp_path / "demo-logins.json").stat().st_mode & 0o777 == 0o600


def test_a_chosen_password_is_everybodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo_logins(tmp_path)
    monkeypatch.setenv("EVENDAS_DEMO_PASSWORD", "escolhida-por-mim")

    assert set(demo_logins(tmp_path).values()) == {"escolhida-por-mim"}


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with held(tmp_path / LOCK) as first, held(tmp_path / LOCK) as second:
        assert (first, second) == (True, False)
    with held(tmp_path / LOCK) as third:
        assert third


def test_a_reset_removes_all_but_the_tests_servers(tmp_path: Path) -> None:
    for folder in ("postgres", "logs", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text("x")
    own_secrets(tmp_path)

    empty(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, "tests"]


def test_a_reset_of_a_running_demo_is_refused(tmp_path: Path) -> None:
    own_secrets(tmp_path)

    with held(tmp_path / LOCK), pytest.raises(Failure, match="está rodando"):
        empty(tmp_path)

    assert (tmp_path / "secrets.json").exists()

"""`make check`: everything a machine can say of the code without running its tests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from dev.local import ROOT
from dev.processes import Failure
from dev.testbed import lent

_DJANGO = ("--target-version", "5.2")


@dataclass(frozen=True, slots=True)
class Check:
    """A command that ends well when the code is well."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check said, and after how many seconds."""

    check: Check
    passed: bool
    output: str
    seconds: float


def main() -> int:
    """Run every check on servers of its own; return 1 when one fails."""
    try:
        with lent() as env:
            return run_all(os.environ | env)
    except Failure as failure:
        print(failure.told(), file=sys.stderr)
        return 1


def run_all(env: Mapping[str, str]) -> int:
    """Run the checks, print each verdict as it falls, return 1 when one fails."""
    failed = [verdict.check.name for verdict in _verdicts(env) if not _told(verdict)]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def checks() -> list[Check]:
    """Return what is checked."""
    return [
        Check("types (mypy)", _tool("mypy")),
        Check("format (ruff)", _tool("ruff", "format", "--check", "--quiet")),
        Check("lint (ruff)", _tool("ruff", "check", "--quiet")),
        Check("import contracts", ("lint-imports",)),
        Check(
            "template format (djade)", ("djade", "--target-version", "5.2", "--check", *_pages())
        ),
        Check("template rules", _tool("dev.template_check", "templates")),
        Check("compose file", _compose()),
        Check("migrations", _manage("makemigrations", "--check", "--dry-run")),
        Check("django", _manage("check", "--fail-level", "WARNING")),
    ]


def _verdicts(env: Mapping[str, str]) -> Iterator[Verdict]:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for future in as_completed(pool.submit(_judge, check, env) for check in checks()):
            yield future.result()


def _judge(check: Check, env: Mapping[str, str]) -> Verdict:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**env, "PATH": f"{ROOT}/.venv/bin:{os.environ.get('PATH', os.defpath)}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(check, done.returncode == 0, done.stdout, time.monotonic() - began)


def _told(verdict: Verdict) -> bool:
    mark = "ok  " if verdict.passed else "FAIL"
    print(f"{mark}  {verdict.check.name:<24} {verdict.seconds:5.1f} s", flush=True)
    if not verdict.passed:
        print(verdict.output, flush=True)
    return verdict.passed


def _tool(module: str, *words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *words)


def _manage(*words: str) -> tuple[str, ...]:
    return (sys.executable, "manage.py", *words)


def _compose() -> tuple[str, ...]:
    return ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def _pages() -> list[str]:
    return sorted(str(page.relative_to(ROOT)) for page in (ROOT / "templates").rglob("*.html"))


if __name__ == "__main__":
    sys.exit(main())

"""`make test`: the checks, the tests side by side, then in two lanes those that need processes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from dev import check
from dev.local import ROOT
from dev.processes import Failure
from dev.testbed import lent

# What needs processes. Apart from each other: once a browser is up, Django refuses the database in
# its thread. The looks at every screen go where there is time left for them.
_ALONE = ("faults", "browser")
_HERE, _ASIDE = ("faults", "browser and sweep"), "browser and not sweep"
_DRILLS = ("faults", "drill and not browser", "drill and browser")
_NO_TESTS_COLLECTED = 5


def main(words: list[str]) -> int:
    """Run all, with `--fast` only the parallel tests; with `--faults` the drills at full size.

    Return 1 when anything failed.
    """
    try:
        with lent() as env:
            if "--faults" in words:
                return _drill(os.environ | env)
            return _run(os.environ | env, fast="--fast" in words)
    except Failure as failure:
        print(failure.told(), file=sys.stderr)
        return 1


def _run(env: Mapping[str, str], *, fast: bool) -> int:
    together = ("-n", "auto", "--dist", "loadgroup", "-m", f"not ({' or '.join(_ALONE)})")
    codes = [] if fast else [check.run_all(env)]
    codes.append(_pytest(env, *together))
    if not fast:
        codes.extend(_lanes(env))
    return 1 if any(codes) else 0


def _lanes(env: Mapping[str, str]) -> list[int]:
    """Run the lanes at once, one test after the other in each, the second on servers of its own.

    Both wait more than they work: for processes to start, for screens to follow.
    """
    with tempfile.TemporaryFile() as told:
        second = subprocess.Popen(
            _command("-m", _ASIDE), cwd=ROOT, env=os.environ, stdout=told, stderr=told
        )
        codes = [_pytest(env, "-m", lane) for lane in _HERE]
        codes.append(_meaning(second.wait()))
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return codes


def _drill(env: Mapping[str, str]) -> int:
    full = {**env, "EVENDAS_DRILL_SIZE": "full"}
    codes = [_pytest(full, "-m", lane) for lane in _DRILLS]
    return 1 if any(codes) else 0


def _pytest(env: Mapping[str, str], *words: str) -> int:
    return _meaning(
        subprocess.run(_command(*words), cwd=ROOT, env=dict(env), check=False).returncode
    )


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=2", *words]


def _meaning(code: int) -> int:
    return 0 if code == _NO_TESTS_COLLECTED else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make test`: the checks, the tests side by side, then one by one those that need a machine."""

import os
import subprocess
import sys
from collections.abc import Mapping

from dev import check
from dev.local import ROOT
from dev.processes import Failure
from dev.testbed import lent

# Apart from each other too: once a browser is up, Django refuses the database in its thread.
_ALONE = ("faults", "browser")
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
    codes = [] if fast else [check.run_all(env)]
    codes.append(_pytest(env, "-n", "auto", "-m", f"not ({' or '.join(_ALONE)})"))
    if not fast:
        codes.extend(_pytest(env, "-m", mark) for mark in _ALONE)
    return 1 if any(codes) else 0


def _drill(env: Mapping[str, str]) -> int:
    full = {**env, "EVENDAS_DRILL_SIZE": "full"}
    codes = [_pytest(full, "-m", lane) for lane in _DRILLS]
    return 1 if any(codes) else 0


def _pytest(env: Mapping[str, str], *words: str) -> int:
    command = [sys.executable, "-m", "pytest", *words]
    code = subprocess.run(command, cwd=ROOT, env=dict(env), check=False).returncode
    return 0 if code == _NO_TESTS_COLLECTED else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

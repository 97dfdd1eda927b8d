"""`make demo-reset`: forget the demo's data; the next start begins afresh."""

import os
import shutil
import sys
from pathlib import Path

from dev.local import LOCK, held, own_folder
from dev.postgres import home_of
from dev.processes import Failure

# The lock is in our hand, and a test run may be going on.
_KEPT = {LOCK, "tests"}


def main() -> int:
    """Empty the folder of a demo that does not run."""
    try:
        empty(own_folder())
    except (Failure, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("Dados da demonstração apagados: `make demo` começa do zero.")
    if os.environ.get("DATABASE_URL"):
        print("O banco de DATABASE_URL não é nosso e ficou como estava.")
    return 0


def empty(folder: Path) -> None:
    """Remove all that a demo keeps. Raises Failure while it runs."""
    with held(folder / LOCK) as ours:
        if not ours:
            raise Failure("A demonstração está rodando: pare-a com Ctrl-C e repita.")
        for path in [home_of(folder), *folder.iterdir()]:
            if path.name not in _KEPT:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())

"""How big a drill is: a rehearsal in `make test`, the real thing in `make faults`."""

import os

IS_FULL = os.environ.get("EVENDAS_DRILL_SIZE") == "full"


def sized(usual: int, *, full: int) -> int:
    """Return the size for this run; EVENDAS_DRILL_SIZE=full asks for the full one."""
    return full if IS_FULL else usual

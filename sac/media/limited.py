"""Becomes another program, with limits the kernel holds: `limited.py AS CPU FSIZE program …`.

Run as a file of its own: a process with threads must not change its limits between fork and exec.
"""

import os
import resource
import sys


def main(address: str, cpu: str, written: str, *argv: str) -> None:
    """Limit bytes of address space, seconds of CPU and bytes of a written file, then become it."""
    limits = {
        resource.RLIMIT_AS: int(address),
        resource.RLIMIT_CPU: int(cpu),
        resource.RLIMIT_FSIZE: int(written),
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "darwin":
        # macOS refuses to hold this one; servers are Linux.
        del limits[resource.RLIMIT_AS]
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    os.execv(argv[0], argv)  # noqa: S606 - what we were told to become


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Build the store, measure a tenth of it, then all of it, and print the table."""

import argparse
import os
import sys

import django

from dev.processes import Failure
from dev.testbed import lent
from tests.databases import lent_database

# Messages; every other row of the store follows from it.
WHOLE = 1_000_000


def main() -> int:
    """Measure and print; return 1 when a bar is missed."""
    wanted = argparse.ArgumentParser(prog="make bench", description=__doc__)
    wanted.add_argument("--messages", type=int, default=WHOLE)
    messages = wanted.parse_args().messages
    try:
        with lent() as env:
            os.environ |= env
            with lent_database("bench") as url:
                os.environ["DATABASE_URL"] = url
                return _measured(messages)
    except Failure as failure:
        print(failure.told(), file=sys.stderr)
        return 1


def _measured(messages: int) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "evendas.settings"
    os.environ["EVENDAS_ALLOWED_HOSTS"] = "testserver"
    django.setup()
    from tests.bench import bars  # noqa: PLC0415 - Django comes first

    return bars.run(messages)


if __name__ == "__main__":
    sys.exit(main())

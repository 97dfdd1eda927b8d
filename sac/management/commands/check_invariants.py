"""`manage.py check_invariants`: is everything still true that must always be?"""

import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from sac.invariants import Invariant, all_invariants, ask, find


class Command(BaseCommand):
    """Ask the database what is always true, and print examples of what is not.

    Changes nothing and holds up nobody: read-only transactions, a time limit for each query, no
    locks. Ends with 1 when something is broken or could not be asked.
    """

    help = "Checks what must always be true of the rows; changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; times in seconds."""
        parser.add_argument("names", nargs="*", help="only these invariants")
        parser.add_argument("--list", action="store_true", help="tell what is checked, and stop")
        parser.add_argument("--examples", type=int, default=10, help="ids shown of each (10)")
        parser.add_argument("--timeout", type=int, default=60, help="for each, in seconds (60)")

    def handle(
        self, *_: object, names: list[str], examples: int, timeout: int, **options: object
    ) -> None:
        """Ask one after the other; raise CommandError unless all of them hold."""
        wanted = [_named(name) for name in names] or all_invariants()
        if options["list"]:
            self.stdout.writelines(f"{one.name}: {one.meaning}" for one in wanted)
            return
        bad = [one.name for one in wanted if not self._holds(one, examples, timeout)]
        if bad:
            raise CommandError(f"{len(bad)} of {len(wanted)} do not hold: {', '.join(bad)}")
        self.stdout.write(f"All {len(wanted)} invariants hold.")

    def _holds(self, one: Invariant, examples: int, timeout: int) -> bool:
        began = time.monotonic()
        try:
            broken = ask(one, examples=examples, timeout=timeout)
        except OperationalError as error:
            self.stderr.write(f"?  {one.name}: not checked: {str(error).strip()}")
            return False
        if broken:
            self.stderr.write(f"NO {broken}")
            return False
        self.stdout.write(f"ok {one.name} ({time.monotonic() - began:.1f} s)")
        return True


def _named(name: str) -> Invariant:
    try:
        return find(name)
    except LookupError as error:
        raise CommandError(str(error.args[0])) from error

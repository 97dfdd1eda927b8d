"""Takes a set of arrivals of one instance, inside the caller's transaction.

Locks are taken in the house order (store when contacts are made, contact, conversation, ticket),
the clock is read after them, and the code counter's row is taken last.
"""

from collections.abc import Iterable, Sequence

from automacao.models import Instance
from sac.actions.inbound.hearing import note
from sac.actions.inbound.opening import open_threads
from sac.actions.inbound.saving import save_and_tell
from sac.actions.inbound.thread import Arrival, Said, Thread


def receive_messages(instance: Instance, arrivals: Sequence[tuple[Arrival, Said]]) -> int:
    """Store what was said, once each, opening tickets for new content of customers.

    Return how many messages are new on the desk.
    """
    threads = open_threads(instance, arrivals)
    for arrival, said in arrivals:
        note(threads[said.identities], arrival, said)
    changed = _once(threads.values())
    save_and_tell(instance, changed)
    return sum(len(thread.messages) for thread in changed)


def _once(threads: Iterable[Thread]) -> list[Thread]:
    """Several identity sets may lead to one thread."""
    unique = {thread.conversation.pk: thread for thread in threads}
    return [row for row in unique.values() if row.changed]

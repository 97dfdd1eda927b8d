"""Customers write on while everything is killed, flushed and crashed: the ledger must agree."""

import random
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.faults.gateway import Sender, Told, chatter, number_of
from tests.faults.house import House
from tests.faults.size import sized
from tests.tally import Tally

pytestmark = pytest.mark.faults

CUSTOMERS = 100
EACH = sized(20, full=100)
KILLS = sized(5, full=20)
BEATS = sized(1, full=20)
FLUSHES = sized(2, full=5)
CRASHES = sized(1, full=2)
POISON = 20
NONSENSE = 5
MORTALS = {"web": KILLS, "worker-inbound": KILLS, "worker-outbound": KILLS, "beat": BEATS}

STORED = """
    SELECT contact.phone, message.provider_id, message.text
    FROM sac_message message
    JOIN sac_conversation conversation ON conversation.id = message.conversation_id
    JOIN sac_contact contact ON contact.id = conversation.contact_id
    WHERE message.direction = 'in' AND contact.phone LIKE %s
    ORDER BY message.sort_key, message.id
"""
EACH_OF = """
    SELECT count(DISTINCT contact.id), count(DISTINCT conversation.id), count(DISTINCT ticket.id)
    FROM sac_contact contact
    LEFT JOIN sac_conversation conversation ON conversation.contact_id = contact.id
    LEFT JOIN sac_ticket ticket ON ticket.conversation_id = conversation.id
    WHERE contact.phone LIKE %s
"""
WAITING = "SELECT count(*) FROM automacao_inboundevent WHERE status = 'waiting'"
PARKED = "SELECT count(*) FROM automacao_inboundevent WHERE status = 'parked'"
POISON_IT = """
    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'this text breaks us'; END $$;
    CREATE TRIGGER fault BEFORE INSERT ON sac_message
    FOR EACH ROW WHEN (NEW.text LIKE 'veneno%') EXECUTE FUNCTION fault()
"""
CURE_IT = "DROP TRIGGER fault ON sac_message; DROP FUNCTION fault()"


def test_nothing_is_lost_doubled_or_misplaced_while_everything_is_killed(
    target: House, tally: Tally
) -> None:
    target.strikes.clear()
    told = chatter(number_of(target.facts), customers=CUSTOMERS, each=EACH, area=11)
    sender = Sender.of(target)
    again = len(told) // 10
    blows = [partial(kill, target, name, times) for name, times in MORTALS.items()]
    blows += [partial(trouble_valkey, target), partial(trouble_database, target)]
    meanwhile(lambda: sender.flood(told, lines=4, again=again, pace=0.02), *blows)
    target.until(lambda: target.count(WAITING) == 0, "the inbox was not worked off")

    lost, doubled, misplaced = compare(told, target.rows(STORED, "+5511%"))
    struck = ", ".join(f"{name} {times}" for name, times in sorted(target.strikes.items()))
    tally(f"inbound: {len(told)} messages of {CUSTOMERS} customers, {again} told again; {struck}")
    tally(f"inbound: {lost} lost, {doubled} doubled, {misplaced} out of order")
    tally(f"inbound: the gateway was answered {dict(sender.answers)} (0: no answer)")
    assert (lost, doubled, misplaced) == (0, 0, 0)
    assert set(sender.answers) <= {0, 200, 503}, "an answer after which no gateway tries again"
    assert_one_of_each(target, "+5511%", CUSTOMERS)
    target.manage("check_invariants")


def test_poison_is_parked_with_its_error_and_replayed_into_its_place(
    target: House, tally: Tally
) -> None:
    box = number_of(target.facts)
    told = chatter(box, customers=40, each=sized(10, full=50), area=12)
    poison = {one.id for one in random.Random(3).sample(told, POISON)}
    told = [poisoned(one) if one.id in poison else one for one in told]
    nonsense = [box.body("messages.upsert", {"key": number}) for number in range(NONSENSE)]
    target.command(POISON_IT)
    try:
        Sender.of(target).flood(told, lines=4, again=0, pace=0)
        Sender.of(target).flood(
            [Told(f"{n}", "+", "", raw) for n, raw in enumerate(nonsense)], lines=1, again=0, pace=0
        )
        target.until(lambda: target.count(WAITING) == 0, "poison was tried for ever")
    finally:
        target.command(CURE_IT)
    healthy = [one for one in told if one.id not in poison]
    assert compare(healthy, target.rows(STORED, "+5512%")) == (0, 0, 0)
    errors = target.rows("SELECT error FROM automacao_inboundevent WHERE status = 'parked'")
    assert len(errors) == POISON + NONSENSE
    assert sum("this text breaks us" in error for (error,) in errors) == POISON

    target.manage("replay_parked")
    target.until(lambda: target.count(PARKED) == NONSENSE, "the cured were not replayed")
    found = compare(told, target.rows(STORED, "+5512%"))
    tally(
        f"poison: {len(told)} messages, {POISON} of them poison and {NONSENSE} beside: all parked"
    )
    tally("poison: after the cure {} lost, {} doubled, {} out of order".format(*found))
    assert found == (0, 0, 0)
    target.manage("check_invariants")


def test_a_restart_of_everything_under_load_loses_nothing(target: House, tally: Tally) -> None:
    told = chatter(number_of(target.facts), customers=40, each=sized(10, full=50), area=13)
    sender = Sender.of(target)
    blows = [partial(target.strike, name, number=signal.SIGTERM) for name in MORTALS]
    meanwhile(lambda: sender.flood(told, lines=4, again=0, pace=0.05), *blows)
    target.until(lambda: target.count(WAITING) == 0, "the inbox was not worked off")
    found = compare(told, target.rows(STORED, "+5513%"))
    tally(f"restart under load: the gateway was answered {dict(sender.answers)} (0: no answer)")
    tally("restart under load: {} lost, {} doubled, {} out of order".format(*found))
    assert found == (0, 0, 0)
    assert set(sender.answers) <= {0, 200, 503}
    target.manage("check_invariants")


def test_a_frozen_valkey_keeps_no_gateway_waiting(target: House, tally: Tally) -> None:
    told = chatter(number_of(target.facts), customers=20, each=sized(10, full=50), area=14)
    sender = Sender.of(target)
    with target.frozen("valkey"):
        sender.flood(told, lines=4, again=0, pace=0)
    slowest = sorted(sender.waits)[int(len(sender.waits) * 0.99) - 1]
    tally(f"Valkey frozen: {len(told)} webhooks, 99 % answered within {slowest * 1000:.0f} ms")
    assert set(sender.answers) == {200}
    target.until(lambda: target.count(WAITING) == 0, "the inbox was not worked off")
    assert compare(told, target.rows(STORED, "+5514%")) == (0, 0, 0)


def meanwhile(work: Callable[[], None], *blows: Callable[[], None]) -> None:
    """Do the work while the blows fall."""
    with ThreadPoolExecutor(len(blows) + 1) as pool:
        for job in [pool.submit(one) for one in (work, *blows)]:
            job.result()


def kill(target: House, name: str, times: int) -> None:
    for _ in range(times):
        target.over.wait(random.uniform(0.2, 1.5))
        target.strike(name)


def trouble_valkey(target: House) -> None:
    for _ in range(FLUSHES):
        target.over.wait(1)
        target.flush()
    target.rest("valkey")
    target.over.wait(2)
    target.wake("valkey")
    target.strikes["valkey"] += 1


def trouble_database(target: House) -> None:
    for _ in range(CRASHES):
        target.over.wait(4)
        target.crash_database()


def compare(told: Sequence[Told], stored: Sequence[tuple[str, str, str]]) -> tuple[int, int, int]:
    """Compare ledger and database both ways: how many lost, doubled (or strange), out of order."""
    wanted, found = {one.id for one in told}, Counter(pk for _, pk, _ in stored)
    order = defaultdict(list)
    for phone, pk, _ in stored:
        if pk in wanted:
            order[phone].append(pk)
    as_told = defaultdict(list)
    for one in told:
        as_told[one.phone].append(one.id)
    misplaced = sum(order[phone] != ids for phone, ids in as_told.items() if set(ids) <= set(found))
    return len(wanted - set(found)), sum(found.values()) - len(wanted & set(found)), misplaced


def assert_one_of_each(target: House, phones: str, customers: int) -> None:
    """One contact, one conversation and one ticket to a customer."""
    assert target.rows(EACH_OF, phones) == [(customers, customers, customers)]


def poisoned(one: Told) -> Told:
    """The same message with a text that breaks us."""
    raw = one.raw.replace(f'"{one.text}"'.encode(), f'"veneno {one.text}"'.encode())
    assert raw != one.raw
    return Told(one.id, one.phone, f"veneno {one.text}", raw)

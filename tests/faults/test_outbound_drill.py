"""Answers leave through a gateway that fails in every way: none vanishes, none leaves twice."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from tests.faults.desk import CODES, Desk
from tests.faults.gateway import Sender, chatter, number_of
from tests.faults.house import SCALE, House
from tests.faults.size import sized
from tests.tally import Tally

pytestmark = pytest.mark.faults

KILLS = sized(3, full=20)
UNSETTLED = "SELECT count(*) FROM sac_message WHERE state IN ('queued', 'sending', 'unknown')"
SENDING = "SELECT count(*) FROM sac_message WHERE state = 'sending'"
# In seconds.
LONGEST_DOUBT = """
    SELECT coalesce(extract(epoch FROM max(now() - send_started_at)), 0)
    FROM sac_message WHERE state IN ('sending', 'unknown')
"""
FATES = "SELECT text, state FROM sac_message WHERE direction = 'out' AND text = ANY(%s)"
SHOWN = {"unconfirmed", "failed"}


@pytest.mark.parametrize(("echoes", "area"), [("in time", 21), ("late", 23)])
def test_no_answer_vanishes_or_leaves_twice_through_a_gateway_in_trouble(
    target: House, tally: Tally, echoes: str, area: int
) -> None:
    codes = customers(target, count=60, area=area)
    each = sized(3, full=10)
    target.desk.simulator.faults(
        # Late echoes settle nothing: the gateway must be asked.
        hold=echoes == "late",
        delay_ms=100,
        accept_then_hang={"probability": 0.05},
        error_500={"probability": 0.05},
        reset={"probability": 0.02},
    )
    with ThreadPoolExecutor(2) as pool, Desk(target) as ana:
        work = pool.submit(ana.reply_to_all, codes, each=each)
        blows = pool.submit(kill_senders, target)
        texts = work.result()
        blows.result()
    doubt = settled(target)
    target.desk.simulator.reset_faults()

    fates = dict(target.rows(FATES, texts))
    delivered = [sent.text for sent in target.desk.simulator.sent() if sent.text in fates]
    lost, twice, claimed = compare(texts, fates, delivered)
    title = f"outbound, echoes {echoes}:"
    shown = sum(state in SHOWN for state in fates.values())
    tally(f"{title} {len(texts)} answers, 12 % of the calls fail, worker killed {KILLS} times")
    tally(f"{title} {lost} lost, {twice} doubled, {claimed} told as sent that are not")
    tally(f"{title} {shown} shown as not confirmed or failed, for a person to decide")
    tally(f"{title} the longest doubt lasted {doubt:.1f} s, a minute being {60 * SCALE:.0f}")
    assert (lost, twice, claimed) == (0, 0, 0)
    assert out_of_order(delivered) == 0
    assert doubt <= 60
    target.manage("check_invariants")


def test_what_is_answered_while_the_gateway_is_down_leaves_in_order_on_its_return(
    target: House, tally: Tally
) -> None:
    codes = customers(target, count=sized(40, full=60), area=22)
    each = sized(5, full=10)
    target.rest("simulator")
    away = 60 * SCALE if each == 5 else 60.0
    until = time.monotonic() + away
    with Desk(target) as ana:
        texts = ana.reply_to_all(codes, each=each)
    assert target.count(UNSETTLED) == len(texts), "what cannot leave waits"
    target.over.wait(max(0, until - time.monotonic()))
    target.wake("simulator")
    back = time.monotonic()
    target.until(lambda: target.count(UNSETTLED) < len(texts), "nothing left")
    first = time.monotonic() - back
    settled(target)

    fates = dict(target.rows(FATES, texts))
    delivered = [sent.text for sent in target.desk.simulator.sent() if sent.text in set(texts)]
    lost, twice, claimed = compare(texts, fates, delivered)
    misplaced = out_of_order(delivered)
    tally(f"gateway away {away:.0f} s: {len(texts)} answers waited, the first {first:.1f} s more")
    tally(f"gateway away: {lost} lost, {twice} doubled, {misplaced} out of order")
    assert (lost, twice, claimed, misplaced) == (0, 0, 0, 0)
    assert not SHOWN & set(fates.values()), "a gateway that never heard is no doubt"
    assert first <= 15
    target.manage("check_invariants")


def customers(target: House, *, count: int, area: int) -> list[str]:
    """Let so many customers write; return their tickets' codes."""
    told = chatter(number_of(target.facts), customers=count, each=1, area=area)
    Sender.of(target).flood(told, lines=2, again=0, pace=0)
    target.until(lambda: len(target.rows(CODES, f"+55{area}%")) == count, "not everybody was heard")
    return [code for _, code in target.rows(CODES, f"+55{area}%")]


def kill_senders(target: House) -> None:
    for _ in range(KILLS):
        target.until(lambda: target.count(SENDING) > 0, "nothing was ever under way")
        target.strike("worker-outbound")


def settled(target: House) -> float:
    """Return when nobody waits any more to know what became of a message: the longest doubt seen.

    In seconds.
    """
    doubts = [0.0]

    def is_over() -> bool:
        doubts.append(float(target.rows(LONGEST_DOUBT)[0][0]))
        return target.count(UNSETTLED) == 0

    target.until(is_over, "a message's fate stayed open")
    return max(doubts)


def compare(
    texts: Sequence[str], fates: dict[str, str], delivered: Sequence[str]
) -> tuple[int, int, int]:
    """Return how many answers nobody knows of, left twice, and are called sent but were not."""
    times = Counter(delivered)
    lost = sum(text not in fates for text in texts)
    twice = sum(times[text] > 1 for text in texts)
    claimed = sum(fates.get(text) not in SHOWN and not times[text] for text in texts)
    return lost, twice, claimed


def out_of_order(delivered: Sequence[str]) -> int:
    """Count the answers that left before an earlier one of their conversation."""
    heard = defaultdict(list)
    for text in delivered:
        code, _, number = text.partition(" resposta ")
        heard[code].append(int(number))
    return sum(later < sooner for said in heard.values() for sooner, later in pairwise(said))

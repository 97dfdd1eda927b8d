"""A worker that hears nothing ends itself; one that may not hear, or has no time to, goes on.

No beat runs here: a worker asks itself.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from dev.processes import Child
from evendas.health.models import Pulse
from evendas.watchdog import GAVE_UP, Patience, Sight, Verdict
from tests.dev.waiting import until
from tests.evendas.post import Post, posted
from tests.faults.size import IS_FULL

AILING = ("--include", "tests.evendas.ailments")
DEAF_AFTER, STUCK_AFTER = 60.0, 900.0


@pytest.fixture
def patience() -> Patience:
    return Patience(deaf_after=DEAF_AFTER, stuck_after=STUCK_AFTER)


def looked(patience: Patience, sights: Iterator[Sight], *, until_second: int) -> list[Verdict]:
    """Judge what is seen every ten seconds."""
    return [patience.judge(next(sights), now=float(at)) for at in range(0, until_second, 10)]


def silence(*, heard: int = 3, is_full: bool = False, was_asked: bool = True) -> Iterator[Sight]:
    while True:
        yield Sight(heard=heard, begun=3, is_full=is_full, was_asked=was_asked)


def test_a_worker_that_hears_nothing_of_what_redis_took_is_deaf(patience: Patience) -> None:
    verdicts = looked(patience, silence(), until_second=80)

    assert verdicts == [Verdict.WELL] * 6 + [Verdict.DEAF] * 2


def test_a_worker_that_hears_now_and_then_is_well(patience: Patience) -> None:
    for times in range(5):
        verdicts = looked(patience, silence(heard=times), until_second=60)
        assert set(verdicts) == {Verdict.WELL}


def test_nothing_is_held_against_a_worker_while_redis_is_away(patience: Patience) -> None:
    looked(patience, silence(), until_second=60)

    assert set(looked(patience, silence(was_asked=False), until_second=3600)) == {Verdict.WELL}
    # Nor right after it came back.
    assert set(looked(patience, silence(), until_second=60)) == {Verdict.WELL}


def test_a_worker_whose_threads_are_all_busy_hears_nothing_and_is_well(patience: Patience) -> None:
    verdicts = looked(patience, silence(is_full=True), until_second=900)

    assert set(verdicts) == {Verdict.WELL}


def test_a_full_worker_of_which_no_thread_ever_ends_is_stuck(patience: Patience) -> None:
    verdicts = looked(patience, silence(is_full=True), until_second=910)

    assert verdicts[-1] is Verdict.STUCK


@pytest.fixture
def post(transactional_db: None, tmp_path: Path) -> Iterator[Post]:
    with posted(tmp_path) as post:
        yield post


def hears(post: Post, worker: Child) -> bool:
    """Tell whether it gave a sign of life just now; fail when it ended."""
    assert not worker.has_ended(), worker.log.read_text()
    return post.silence("inbound") < 3


def hears_anew(post: Post, worker: Child) -> None:
    """Wait for a sign of life given from now on."""
    Pulse.objects.all().delete()
    until(lambda: hears(post, worker), seconds=60)


def ended(worker: Child) -> int:
    until(worker.has_ended, seconds=60)
    return worker.process.returncode


@pytest.mark.faults
def test_a_deaf_worker_ends_itself_and_the_next_one_hears(post: Post) -> None:
    deaf = post.start("worker-inbound", *AILING)
    hears_anew(post, deaf)

    deaf.process.send_signal(signal.SIGUSR1)

    assert ended(deaf) == GAVE_UP
    assert "ends itself with code 75, deaf" in deaf.log.read_text()
    assert "cut off" not in deaf.log.read_text()
    hears_anew(post, post.start("worker-inbound"))


@pytest.mark.faults
def test_a_worker_whose_main_thread_hangs_is_cut_off(post: Post) -> None:
    post.env["EVENDAS_LEAVE_WITHIN"] = "1"
    hanging = post.start("worker-inbound", *AILING)
    hears_anew(post, hanging)

    hanging.process.send_signal(signal.SIGHUP)

    assert ended(hanging) == GAVE_UP
    assert "cut off" in hanging.log.read_text()


@pytest.mark.faults
def test_a_worker_whose_threads_all_hang_ends_itself(post: Post) -> None:
    post.env |= {"EVENDAS_LEAVE_WITHIN": "1", "EVENDAS_STUCK_AFTER": "3"}
    stuck = post.start("worker-inbound", *AILING)
    keep_busy(post, stuck)

    assert ended(stuck) == GAVE_UP
    assert "75, stuck" in stuck.log.read_text()


@pytest.mark.faults
def test_a_worker_at_long_work_is_left_alone_and_hears_again(post: Post) -> None:
    worker = post.start("worker-inbound", *AILING)
    keep_busy(post, worker)

    # Twice as long as a deaf one is borne.
    until(lambda: post.silence("inbound") > 12 or worker.has_ended(), seconds=60)
    worker.process.send_signal(signal.SIGUSR2)

    hears_anew(post, worker)


# Each but the last takes half a minute of waiting; frozen is the worse of the two.
HARMS = ["frozen", "flushed", *(["stopped"] if IS_FULL else [])]


@pytest.mark.faults
@pytest.mark.parametrize("harm", HARMS)
def test_a_healthy_worker_survives_what_happens_to_valkey(post: Post, harm: str) -> None:
    # Longer than Celery waits to connect again after so long.
    post.env["EVENDAS_DEAF_AFTER"] = "20"
    worker = post.start("worker-inbound")
    hears_anew(post, worker)

    harm_valkey(post, harm)

    hears_anew(post, worker)
    # Its own connection came back, not another process.
    assert worker.log.read_text().count(" ready.") == 1


def harm_valkey(post: Post, harm: str) -> None:
    """Harm it for longer than a deaf worker is borne."""
    valkey = post.children["valkey"]
    if harm == "flushed":
        post.client().flushall()
        return
    if harm == "frozen":
        valkey.process.send_signal(signal.SIGSTOP)
    else:
        valkey.stop()
    until(lambda: post.silence("inbound") > 22, seconds=60)
    if harm == "frozen":
        valkey.process.send_signal(signal.SIGCONT)
    else:
        post.run(valkey.program)


def keep_busy(post: Post, worker: Child) -> None:
    """Give every thread something to do that takes long, and wait until it is at it."""
    hears_anew(post, worker)
    app = Celery(broker=post.valkey.url)
    for _ in range(4):
        app.send_task("ailments.work", queue="inbound")
    app.close()
    until(lambda: post.silence("inbound") > 2, seconds=60)


def test_the_code_it_gives_up_with_is_the_one_the_demo_starts_again_after() -> None:
    assert GAVE_UP == os.EX_TEMPFAIL == 75

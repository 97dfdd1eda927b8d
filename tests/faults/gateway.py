"""A gateway that keeps a ledger: it posts until each webhook is accepted, and knows them all."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

import httpx

from automacao.models import Instance
from tests.faults.house import House
from tests.postbox import Postbox, new_id

# Whatever is down comes back: the real gateway tries for twenty minutes.
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a customer: what was posted, and what must be found."""

    id: str
    phone: str
    text: str
    raw: bytes


@dataclass
class Sender:
    """Posts as the gateway does. `answers` counts every HTTP status it got; 0 is no answer.

    `waits` is how long each of its posts took, in seconds.
    """

    url: str
    secret: str
    answers: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, house: House) -> "Sender":
        return cls(house.facts["webhook_url"], house.facts["webhook_secret"])

    def flood(self, told: Sequence[Told], *, lines: int, again: int, pace: float) -> None:
        """Post everything, each customer in order, the customers over `lines` at once.

        `again` of them are posted a second time, later. `pace` is in seconds between two posts
        of a line: a crash must find something under way.
        """
        phones = sorted({one.phone for one in told})
        parts = [set(phones[line::lines]) for line in range(lines)]
        queues = [[one for one in told if one.phone in part] for part in parts]
        with ThreadPoolExecutor(lines) as pool:
            jobs = [pool.submit(self._post_all, queue, again // lines, pace) for queue in queues]
            for job in jobs:
                job.result()

    def _post_all(self, queue: Sequence[Told], again: int, pace: float) -> None:
        with httpx.Client(timeout=10, trust_env=False) as client:
            gap = Event()
            repeats = random.Random(7).sample(range(len(queue)), again)
            for place, one in enumerate(queue):
                self._post(client, one.raw)
                if place in repeats:
                    self._post(client, queue[random.Random(place).randint(0, place)].raw)
                gap.wait(pace)

    def _post(self, client: httpx.Client, raw: bytes) -> None:
        end = time.monotonic() + PATIENCE
        wait = Event()
        while not self._is_accepted(client, raw):
            assert time.monotonic() < end, "a webhook was never accepted"
            wait.wait(0.2)

    def _is_accepted(self, client: httpx.Client, raw: bytes) -> bool:
        headers = {"X-Evendas-Secret": self.secret, "Content-Type": "application/json"}
        status, since = 0, time.monotonic()
        with suppress(httpx.TransportError):
            status = client.post(self.url, content=raw, headers=headers).status_code
        self.answers[status] += 1
        self.waits.append(time.monotonic() - since)
        return 200 <= status < 300


def number_of(facts: Mapping[str, str]) -> Postbox:
    """The number's gateway side, to write bodies with; its row is in another database."""
    return Postbox(
        Instance(
            gateway_name=facts["gateway_name"],
            phone=facts["phone"],
            webhook_key=facts["webhook_key"],
            webhook_secret=facts["webhook_secret"],
        )
    )


def chatter(box: Postbox, *, customers: int, each: int, area: int) -> list[Told]:
    """Everybody counts from 0, a second apart by their phones; in the order of writing.

    `area` tells the numbers of two drills apart, from 10 to 99.
    """
    start = int(time.time()) - each - 60
    told = []
    for number in range(each):
        for customer in range(customers):
            phone, pk, text = f"+55{area}98{customer:07d}", new_id(), f"{number}"
            raw = box.said(text, phone=phone, message_id=pk, at=start + number)
            told.append(Told(pk, phone, text, raw))
    return told

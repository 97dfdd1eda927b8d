"""A busy morning: customers write and colleagues act, by the real ways in, beside the test."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple
from uuid import uuid4

import httpx
import psycopg
from playwright.sync_api import BrowserContext

from automacao.simulator.client import SimulatorClient
from sac import demo
from tests.running import Running

LIMIT = 90.0


class Standing(NamedTuple):
    """A live ticket as it stands in the database; `who` is the front of its holder's e-mail."""

    code: str
    phone: str
    attendant: int | None
    who: str | None
    department: int | None


_STANDING = """
    SELECT ticket.code, contact.phone, ticket.attendant_id,
           split_part(person.email, '@', 1), ticket.department_id
    FROM sac_ticket ticket
    JOIN sac_conversation conversation ON conversation.id = ticket.conversation_id
    JOIN sac_contact contact ON contact.id = conversation.contact_id
    LEFT JOIN sac_attendant attendant ON attendant.id = ticket.attendant_id
    LEFT JOIN accounts_user person ON person.id = attendant.user_id
    WHERE contact.phone = ANY(%s) AND ticket.status <> 'closed'
    ORDER BY ticket.id
"""
# Events not worked off, and answers the customer has not read.
_RESTLESS = """
    SELECT (SELECT count(*) FROM automacao_inboundevent WHERE status = 'waiting')
         + (SELECT count(*) FROM sac_message message
            JOIN sac_conversation conversation ON conversation.id = message.conversation_id
            JOIN sac_contact contact ON contact.id = conversation.contact_id
            WHERE contact.phone = ANY(%s) AND message.direction = 'out' AND message.state <> 'read')
"""


def departments(desk: Running) -> list[int]:
    """Suporte, where ana works, and Vendas, where she does not."""
    found = """
        SELECT department.id FROM sac_department department
        JOIN accounts_store store ON store.id = department.store_id
        WHERE store.name = %s AND department.name IN ('Suporte', 'Vendas')
        ORDER BY department.name
    """
    with psycopg.connect(desk.database_url) as connection:
        return [int(row[0]) for row in connection.execute(found, [demo.STORE])]


class Hand:
    """Somebody's POSTs, with the session of their browser. Who gets no answer tries again."""

    def __init__(self, desk: Running, context: BrowserContext) -> None:
        self._http = httpx.Client(base_url=desk.web, timeout=20, trust_env=False)
        cookies = {str(one["name"]): str(one["value"]) for one in context.cookies()}
        self._http.cookies.update(cookies)
        self._token = cookies["csrf"]

    def post(self, code: str, noun: str, **data: str) -> bool:
        """Act on a ticket; return whether it was done, and not refused."""
        headers = {"X-CSRFToken": self._token, "HX-Request": "true"}
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                address = f"sac/atendimento/{code}/{noun}/"
                answer = self._http.post(address, data=data, headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code < 500:
                return answer.is_success
        raise AssertionError(f"{noun} got no answer in {LIMIT:.0f} s")

    def close(self) -> None:
        self._http.close()


def go_home(desk: Running, context: BrowserContext, phones: Iterable[str]) -> None:
    """Close these customers' tickets, whoever has them: the next test's list is short again."""
    hand = Hand(desk, context)
    with psycopg.connect(desk.database_url) as connection:
        rows = connection.execute(_STANDING, [[f"+{phone}" for phone in phones]])
        for ticket in [Standing(*row) for row in rows]:
            if ticket.attendant is None:
                hand.post(ticket.code, "posse")
            assert hand.post(ticket.code, "encerramento")
    hand.close()


@dataclass
class Bustle:
    """`wanted` changes of the conversations of `customers`, drawn by lot.

    The first customer's conversation, which a page has open, is never closed.
    """

    desk: Running
    hands: Mapping[str, Hand]
    customers: list[str]
    seed: int
    wanted: int
    dice: Random = field(init=False)
    done: Counter[str] = field(default_factory=Counter)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self._line = self.desk.simulator.own_line()
        self._simulator = SimulatorClient(self.desk.phones)
        self._database = psycopg.connect(self.desk.database_url, autocommit=True)
        self._departments = departments(self.desk)
        self._phones = [f"+{phone}" for phone in self.customers]

    def close(self) -> None:
        """End the connections, those of the hands too."""
        self._simulator.close()
        self._database.close()
        for hand in self.hands.values():
            hand.close()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let it all happen beside the block; at its end everything has happened."""
        thread = threading.Thread(target=self._run, name="bustle")
        thread.start()
        try:
            yield
        finally:
            thread.join(LIMIT)
        assert not thread.is_alive(), "the morning never ended"
        if self.fault:
            raise self.fault

    @property
    def is_over(self) -> bool:
        return self.fault is not None or self.done.total() >= self.wanted

    def standing(self) -> list[Standing]:
        """The live tickets of these customers."""
        return [Standing(*row) for row in self._database.execute(_STANDING, [self._phones])]

    def is_settled(self) -> bool:
        """Whether all that was said has arrived, on both sides."""
        return self._database.execute(_RESTLESS, [self._phones]).fetchone() == (0,)

    def write(self, *phones: str) -> None:
        """Let these customers write, in this order."""
        said = [
            {"from": phone, "text": f"Mensagem {uuid4().hex[:8]}", "instance": self._line}
            for phone in phones
        ]
        self._simulator.receive_many(said)
        self.done["message"] += len(phones)

    def _run(self) -> None:
        try:
            while not self.is_over:
                self._act()
        except Exception as error:  # noqa: BLE001 - it is raised again in the test
            self.fault = error

    def _act(self) -> None:
        if self.dice.random() < 0.3:
            self.write(*self.dice.choices(self.customers, k=self.dice.randint(1, 6)))
            return
        tickets = self.standing()
        for ticket in self.dice.sample(tickets, k=min(4, len(tickets))):
            verb, work = self.dice.choice(self._wishes(ticket))
            if work():
                self.done[verb] += 1

    def _wishes(self, ticket: Standing) -> list[tuple[str, Callable[[], bool]]]:
        """What may be done to it, the likelier the more often; some of it will be refused."""
        hand = self.hands[ticket.who or self.dice.choice(sorted(self.hands))]
        other = self.dice.choice(self._departments)
        if ticket.who is None:
            return [
                ("claim", lambda: hand.post(ticket.code, "posse")),
                ("reply", lambda: self._reply(hand, ticket)),
                ("transfer", lambda: self._transfer(hand, ticket, other)),
            ]
        takes = ("take over", lambda: self._take_over(self.hands["sara"], ticket))
        ends = ("close", lambda: hand.post(ticket.code, "encerramento"))
        return [
            *[("reply", lambda: self._reply(hand, ticket))] * 5,
            ("return", lambda: hand.post(ticket.code, "devolucao")),
            ("transfer", lambda: self._transfer(hand, ticket, other)),
            takes if ticket.phone == f"+{self.customers[0]}" else ends,
        ]

    def _reply(self, hand: Hand, ticket: Standing) -> bool:
        text = f"Resposta {uuid4().hex[:8]}"
        return hand.post(ticket.code, "mensagens", text=text, client_uuid=str(uuid4()))

    def _transfer(self, hand: Hand, ticket: Standing, department: int) -> bool:
        if department == ticket.department:
            return False
        destination = f"departamento-{department}"
        return hand.post(ticket.code, "transferencia", destination=destination, note="Pode ver?")

    def _take_over(self, hand: Hand, ticket: Standing) -> bool:
        if ticket.who == "sara":
            return False
        return hand.post(ticket.code, "substituicao", seen=str(ticket.attendant))

    def give(self, phone: str, who: str) -> None:
        """Have a customer's ticket end in these hands."""
        (ticket,) = [one for one in self.standing() if one.phone == f"+{phone}"]
        if ticket.who is None:
            assert self.hands[who].post(ticket.code, "posse")
        elif ticket.who != who:
            assert self._take_over(self.hands[who], ticket)

"""A store of the stateful model, and what comes in: customers, echoes, what became of messages."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
)

from automacao.models import ChatbotSettings
from automacao.webhooks import receive
from evendas import clock
from sac import drain
from sac.permissions import Rights
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox, new_id
from tests.sac import plain_desk as plain

TEAM = {
    "ana": plain.Person("ana", ("Suporte",)),
    "bia": plain.Person("bia", ("Vendas",)),
    "caio": plain.Person("caio", ("Suporte", "Vendas"), closes_any=True),
    "sara": plain.Person("sara", ("Suporte",), sees_all=True, closes_any=True, takes_any=True),
    "dono": plain.Person("dono", is_admin=True),
}
PHONES = (new_phone(), new_phone())
WORDS = {
    "SERVER_ACK": "sent",
    "DELIVERY_ACK": "delivered",
    "READ": "read",
    "PLAYED": "played",
    "ERROR": "failed",
}
# Mostly one of them: what matters happens within a conversation.
phone = st.sampled_from([PHONES[0], PHONES[0], PHONES[0], PHONES[1]])
text = st.sampled_from(["Oi", "Bom dia", "Já vou ver"])
words = st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=3)
nth = st.integers(0, 5)


def pick(known: list[Any], nth: int) -> Any:  # noqa: ANN401 - an element of any list
    """The newest for 0, older ones for more."""
    return known[-1 - nth % len(known)]


class Killed(BaseException):
    """What a process leaves of its transaction when it is gone."""


class Inbox(RuleBasedStateMachine):
    """Every rule does a thing to the rows, and the same in plain Python."""

    def __init__(self, shop: Shop, actors: dict[str, Actor], rights: dict[str, Rights]) -> None:
        super().__init__()
        self.shop, self.actors, self.rights = shop, actors, rights
        self.box = Postbox(shop.instance)
        self.plain = plain.Desk({name: replace(person) for name, person in TEAM.items()})
        self.moment = timezone.now().replace(microsecond=0) - timedelta(days=1)
        # What lies in the inbox: whether somebody said it, and what it will do.
        self.inbox: list[tuple[bool, Callable[[], object]]] = []
        self.told: list[tuple[str, str, str, int]] = []
        self.taken: list[tuple[str, str, str]] = []
        self.steps = 0
        self.kept: set[bytes] = set()
        self.readers = sorted(TEAM)
        self.time = ExitStack()
        self.savepoint = transaction.savepoint()
        ChatbotSettings.objects.create(
            store=shop.store, instance=shop.instance, closing=plain.GOODBYE
        )
        self.passes(0)

    def teardown(self) -> None:
        self.time.close()
        transaction.savepoint_rollback(self.savepoint)

    def passes(self, seconds: int = 1) -> None:
        self.moment += timedelta(seconds=seconds)
        self.plain.now = self.moment.timestamp()
        self.time.close()
        self.time.enter_context(clock.at(self.moment))

    # --- What comes in ---------------------------------------------------------------------------

    @rule(phone=phone, text=text, late=st.integers(0, 3), is_drained=st.booleans())
    def customer_writes(self, phone: str, text: str, late: int, is_drained: bool) -> None:
        said = (phone, text, new_id(), int(self.plain.now) - late)
        self.told.append(said)
        self.hear(*said, name="Marina")
        self.drain_if(is_drained)

    @precondition(lambda self: self.told)
    @rule(nth=nth, name=st.sampled_from(["Marina", "Mari"]))
    def webhook_comes_again(self, nth: int, name: str) -> None:
        """The same bytes, or the same message told in others."""
        self.hear(*pick(self.told, nth), name=name)
        self.drain_if()

    @rule(phone=phone, text=text)
    def somebody_types_on_the_phone(self, phone: str, text: str) -> None:
        self.comes_back(phone, text, new_id(), is_api=False)
        self.drain_if()

    @precondition(lambda self: self.taken)
    @rule(nth=nth, is_drained=st.booleans())
    def echo_comes(self, nth: int, is_drained: bool) -> None:
        self.comes_back(*pick(self.taken, nth), is_api=True)
        self.drain_if(is_drained)

    @precondition(lambda self: self.taken)
    @rule(nth=nth, words=words, is_drained=st.booleans())
    def statuses_come(self, nth: int, words: list[str], is_drained: bool) -> None:
        """Of any rank, in any order."""
        for word in words:
            self.tells(pick(self.taken, nth)[2], word)
        self.drain_if(is_drained)

    @precondition(lambda self: self.inbox)
    @rule()
    def drain_dies_before_it_commits(self) -> None:
        self.passes()
        with patch.object(drain, "_finish", side_effect=Killed), pytest.raises(Killed):
            drain.drain_instance(self.shop.instance.pk)

    @precondition(lambda self: self.inbox)
    @rule()
    def drain_works(self) -> None:
        self.drain_if()

    def hear(self, phone: str, text: str, provider_id: str, second: int, *, name: str) -> None:
        raw = self.box.said(text, phone=phone, message_id=provider_id, at=second, name=name)
        place = (second, self.plain.arrival())
        self.leave(raw, partial(self.plain.hear, phone, text, provider_id, place, name=name))

    def comes_back(self, phone: str, text: str, provider_id: str, *, is_api: bool) -> None:
        second = int(self.plain.now)
        form = self.box.echo if is_api else self.box.typed
        raw = form(text, phone=phone, message_id=provider_id, at=second)
        place = (second, self.plain.arrival())
        known = (phone, text, provider_id, place)
        self.leave(raw, partial(self.plain.overhear, *known, is_api=is_api))

    def tells(self, provider_id: str, word: str) -> None:
        happens = partial(self.plain.tell_status, provider_id, WORDS[word])
        self.leave(self.box.status(provider_id, word), happens, is_said=False)

    def leave(self, raw: bytes, happens: Callable[[], object], *, is_said: bool = True) -> None:
        """Post it. The very same bytes are kept once."""
        self.passes()
        key = self.shop.instance.webhook_key
        assert receive(self.posted(raw), "evolution", key).status_code == 200
        if raw not in self.kept:
            self.kept.add(raw)
            self.inbox.append((is_said, happens))

    def posted(self, raw: bytes) -> HttpRequest:
        headers = {"X-Evendas-Secret": self.shop.instance.webhook_secret}
        return RequestFactory().post(
            self.box.url, raw, content_type="application/json", headers=headers
        )

    def drain_if(self, is_drained: bool = True) -> None:
        """Work off the inbox. Of one set, what was said comes before what became of it."""
        if not is_drained:
            return
        self.passes()
        assert drain.drain_instance(self.shop.instance.pk) == len(self.inbox)
        for _, happens in sorted(self.inbox, key=lambda entry: not entry[0]):
            happens()
        self.inbox.clear()

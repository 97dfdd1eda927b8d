"""Whatever people, customers, workers and the gateway do, in whichever order: the rows say what the
papers say (`plain_desk`), and everything that must always be true is.

The real actions on the real database; what the gateway answers is drawn. A run is a transaction
that is taken back, so nothing is pushed or rung. EVENDAS_DRILL_SIZE=full looks further.
"""

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from automacao.gateways.port import (
    Accepted,
    GatewayUnavailable,
    RecipientNotOnWhatsApp,
    SendOutcomeUnknown,
)
from sac.actions import outbox, releasing, statuses
from sac.models import Conversation
from tests.conftest import Actor, Shop
from tests.postbox import new_id
from tests.sac import plain_desk as plain
from tests.sac.model_inbox import TEAM, nth, pick
from tests.sac.model_people import People
from tests.sac.model_rows import (
    broken_now,
    forget_checks,
    prepare_checks,
    sight_in_plain,
    sight_in_rows,
    threads_in_plain,
    threads_in_rows,
    tickets_in_plain,
    tickets_in_rows,
)

pytestmark = [pytest.mark.django_db, pytest.mark.drill]

# Side by side: the runs of `make test` are the same each time, a quarter of them in each share.
SHARES = 4

ANSWERS = (
    "accepted",
    "accepted without a name",
    "told before",
    "typed before",
    "refused",
    "refused",
    "later",
    "hung",
    "hung and taken",
    "died",
    "died and taken",
)


class Model(People):
    """The whole store at work."""

    # --- What goes out ---------------------------------------------------------------------------

    @precondition(lambda self: self.plain.with_queue)
    @rule(nth=nth, answers=st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=3))
    def deliver(self, nth: int, answers: list[str]) -> None:
        """Let what is next go to the gateway, which answers so, or the worker dies at it."""
        known = pick(self.plain.with_queue, nth)
        for answer in answers:
            self.deliver_one(known, answer)

    def deliver_one(self, known: plain.Conversation, answer: str) -> None:
        self.passes()
        head = self.plain.begin(known)
        home = Conversation.objects.get(contact__phone=known.phone)
        sending = outbox.begin_sending(home.pk)
        assert (sending and sending.message_id) == (head and self.row_of(head).pk)
        if head:
            head.pk = self.row_of(head).pk
            self.answer(head, answer)

    def answer(self, head: plain.Message, answer: str) -> None:
        provider_id, home = new_id(), head.conversation
        if answer not in {"refused", "later", "hung", "died"}:
            self.taken.append((home.phone, head.text, provider_id))
        if answer in {"told before", "typed before"}:
            is_api = answer == "told before"
            self.comes_back(home.phone, head.text, provider_id, is_api=is_api)
            self.drain_if()
        if answer in {"accepted", "told before", "typed before"}:
            self.accept(head, provider_id)
        elif answer == "accepted without a name":
            self.accept(head, "")
        elif answer == "refused":
            head.state = "failed"
            outbox.fail_sending(head.pk, RecipientNotOnWhatsApp())
        elif answer == "later":
            self.plain.postpone(head)
            outbox.fail_sending(head.pk, GatewayUnavailable())
        elif answer.startswith("hung"):
            head.state = "unknown"
            outbox.fail_sending(head.pk, SendOutcomeUnknown())

    def accept(self, message: plain.Message, provider_id: str) -> None:
        self.plain.accept(message, provider_id)
        outbox.accept_sending(message.pk, Accepted(id=provider_id, address=""))

    @precondition(lambda self: self.taken)
    @rule(nth=nth)
    def gateway_is_asked(self, nth: int) -> None:
        """What it remembers having sent settles what nobody knows."""
        self.passes()
        phone, text, provider_id = pick(self.taken, nth)
        lost = [
            one
            for one in self.plain.conversations[phone].outbox
            if one.state == "unknown" and one.text == text
        ]
        if lost and all(one.provider_id != provider_id for one in self.plain.messages):
            self.accept(lost[0], provider_id)

    @rule(seconds=st.sampled_from([5, 40, 70]))
    def sweeps_run(self, seconds: int) -> None:
        self.passes(seconds)
        self.plain.sweep()
        outbox.expire_leases()
        outbox.give_up_on_unknown()
        statuses.apply_waiting_statuses()
        statuses.forget_early_statuses()
        releasing.release_stranded()

    # --- What must be so after every step --------------------------------------------------------

    @invariant()
    def rows_say_what_the_papers_say(self) -> None:
        rows = tickets_in_rows()
        for one, row in zip(self.plain.tickets, rows, strict=True):
            # A ticket that was opened by this step is known by its id from now on.
            one.pk = one.pk or row[0]
        assert rows == tickets_in_plain(self.plain)
        assert threads_in_rows() == threads_in_plain(self.plain)
        self.steps += 1
        if self.steps % 4 == 0:
            self.people_see_what_is_theirs()

    def people_see_what_is_theirs(self) -> None:
        """One after the other: a reader for each step."""
        self.readers.append(self.readers.pop(0))
        name = self.readers[0]
        assert sight_in_rows(self.rights[name]) == sight_in_plain(
            self.plain, self.plain.people[name]
        )

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken_now() == []


@pytest.fixture
def team(shop: Shop, dono: Actor) -> dict[str, Actor]:
    places = {"Suporte": shop.support, "Vendas": shop.sales}
    hired = {
        name: shop.hire(
            name,
            *(places[place] for place in person.places),
            can_view_all=person.sees_all,
            can_close_any=person.closes_any,
            can_take_over_any=person.takes_any,
        )
        for name, person in TEAM.items()
        if person.answers
    }
    return {**hired, "dono": dono}


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_happens_the_rows_say_what_the_papers_say(
    shop: Shop, team: dict[str, Actor], rings: object, share: int
) -> None:
    rights = {name: actor.rights for name, actor in team.items()}

    class Run(Model):
        def __init__(self) -> None:
            super().__init__(shop, team, rights)

    prepare_checks()
    try:
        run_state_machine_as_test(_settled(Run, share), settings=_part())
    finally:
        forget_checks()


def _settled(run: type[Model], share: int) -> type[Model]:
    """The same runs each time, but where new ones are looked for."""
    return run if settings.get_current_profile_name() == "faults" else seed(share)(run)


def _part() -> settings:
    """One share of the examples: shares run side by side."""
    examples = settings().max_examples // SHARES
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])

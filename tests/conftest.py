"""The actors of every test: two stores, their people, and customers who write."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import uuid4

import hypothesis
import pytest
from django.db import transaction
from django.test import Client

from automacao.gateways.port import Identity, MessageReceived
from automacao.models import Instance, next_arrivals
from evendas import bell, clock, live
from evendas.accounts.middleware import remember_acceptance
from evendas.accounts.models import Store, TermsAcceptance, TermsVersion, User
from evendas.accounts.terms import Origin, accept_terms
from sac.actions.inbound import Arrival, receive_messages
from sac.actions.replies import send_reply
from sac.models import Attendant, AttendantDepartment, Department, Message, Ticket
from sac.permissions import Rights
from tests.faults.size import IS_FULL

# How long an example takes is the machine's business, never a verdict.
hypothesis.settings.register_profile("untimed", deadline=None, stateful_step_count=30)
# For `make faults`: looks further, and elsewhere each time.
hypothesis.settings.register_profile(
    "faults", deadline=None, stateful_step_count=50, max_examples=400, print_blob=True
)
hypothesis.settings.load_profile("faults" if IS_FULL else "untimed")

pytest_plugins = ["tests.services", "tests.simulated", "tests.chromium", "tests.tally"]

PASSWORD = "senha-longa-de-teste-1"
_phones = count(900_000_001)


@dataclass
class Actor:
    """A person of a store, signed in, who accepted the terms."""

    user: User
    attendant: Attendant | None = None
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.user, backend="evendas.accounts.backends.StoreBackend")
        if self.user.store_id is not None:
            agree(self.user)
            session = self.client.session
            remember_acceptance(session)
            session.save()

    @property
    def rights(self) -> Rights:
        """Read anew each time: tests change flags."""
        return Rights.of(User.objects.get(pk=self.user.pk))


def agree(user: User) -> TermsAcceptance:
    """Let somebody accept the terms themself, as at their first sign-in."""
    publish_terms()
    screen = TermsAcceptance.Screen.FIRST_LOGIN
    return accept_terms(user, by=user, screen=screen, origin=Origin(None, ""))


def publish_terms() -> None:
    """Have a text in force: tests that commit empty the table the migration filled."""
    if not TermsVersion.objects.exists():
        body = "Política de ingresso"
        TermsVersion.objects.create(version="teste", body=body, sha256=TermsVersion.hash_of(body))


@dataclass
class Shop:
    """A store with one connected number and two departments."""

    store: Store
    instance: Instance
    support: Department
    sales: Department

    def hire(self, name: str, *departments: Department, **flags: bool) -> Actor:
        """Add an attendant of these departments with these flags."""
        user = User.objects.create_user(
            f"{name.lower()}-{uuid4().hex[:6]}@loja.test",
            PASSWORD,
            store=self.store,
            full_name=name,
            is_admin=flags.pop("is_admin", False),
        )
        attendant = Attendant.objects.create(store=self.store, user=user, nickname=name, **flags)
        AttendantDepartment.objects.bulk_create(
            AttendantDepartment(store=self.store, attendant=attendant, department=department)
            for department in departments
        )
        return Actor(user, attendant)

    def hears(
        self,
        text: str = "Oi",
        *,
        phone: str = "",
        name: str = "Marina Teste",
        department: Department | None = None,
        message_id: str = "",
        sent_at: datetime | None = None,
        instance: Instance | None = None,
    ) -> Ticket:
        """Let a customer write, through the desk's own action; return the live ticket."""
        phone = phone or new_phone()
        now = clock.now()
        said = MessageReceived(
            id=message_id or f"3A{uuid4().hex[:18].upper()}",
            identities=(Identity("phone", phone),),
            address=f"{phone.lstrip('+')}@s.whatsapp.net",
            kind="text",
            text=text,
            sent_at=sent_at or now,
            push_name=name,
        )
        arrival = Arrival(inbox_id=next_arrivals(1)[0], received_at=now, event=said)
        _in_transaction(instance or self.instance, arrival, said)
        ticket = Ticket.objects.live().get(
            instance=instance or self.instance, conversation__contact__phone=phone
        )
        if department:
            ticket.department = department
            ticket.save(update_fields=["department"])
        return Ticket.objects.for_list().get(pk=ticket.pk)


def _in_transaction(instance: Instance, arrival: Arrival, said: MessageReceived) -> None:
    with transaction.atomic():
        receive_messages(instance, [(arrival, said)])


def new_phone() -> str:
    """A Brazilian mobile nobody has used in this process."""
    return f"+5511{next(_phones)}"


def open_shop(name: str) -> Shop:
    """Make a store ready to work: a connected number and the departments Suporte and Vendas."""
    store = Store.objects.create(name=name)
    phone = new_phone()
    instance = Instance.objects.create(
        store=store,
        name=f"Número da {name}",
        phone=phone,
        connected_phone=phone,
        state=Instance.State.CONNECTED,
        gateway_token=f"token-{uuid4().hex}",
    )
    departments = [
        Department.objects.create(store=store, instance=instance, name=label, colour=colour)
        for label, colour in (("Suporte", "green"), ("Vendas", "purple"))
    ]
    return Shop(store, instance, *departments)


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop("Loja Aurora")


@pytest.fixture
def other_shop(db: None) -> Shop:
    return open_shop("Loja Boreal")


@pytest.fixture
def ana(shop: Shop) -> Actor:
    """An attendant of Suporte, without flags."""
    return shop.hire("Ana", shop.support)


@pytest.fixture
def bia(shop: Shop) -> Actor:
    """An attendant of another department, without flags."""
    return shop.hire("Bia", shop.sales)


@pytest.fixture
def sara(shop: Shop) -> Actor:
    """A supervisor: an attendant with every flag."""
    return shop.hire(
        "Sara",
        shop.support,
        can_view_all=True,
        can_close_any=True,
        can_take_over_any=True,
        can_view_finance=True,
    )


@pytest.fixture
def dono(shop: Shop) -> Actor:
    """The store's admin, who answers nobody."""
    user = User.objects.create_user(
        "dono@loja.test", PASSWORD, store=shop.store, full_name="Dono", is_admin=True
    )
    return Actor(user)


@pytest.fixture
def eva(other_shop: Shop) -> Actor:
    """The all-powerful of another store."""
    return other_shop.hire("Eva", other_shop.support, is_admin=True, can_view_all=True)


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """What was rung after commit, instead of ringing."""
    heard: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(bell._bell, "ring", lambda task, *ids, **_: heard.append((task, ids)))
    return heard


@pytest.fixture
def pushes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], live.Event]]:
    """What was published to open screens after commit, instead of publishing."""
    seen: list[tuple[set[str], live.Event]] = []
    monkeypatch.setattr(live, "publish", lambda groups, event: seen.append((set(groups), event)))
    monkeypatch.setattr(live, "is_heard", lambda _: True)
    return seen


@pytest.fixture
def answer() -> Callable[..., Message]:
    """Let a person reply to a ticket; on a waiting one they take it."""

    def reply(ticket: Ticket, *, by: Actor, text: str = "Bom dia!") -> Message:
        return send_reply(ticket, by=by.user, rights=by.rights, text=text, client_uuid=uuid4())

    return reply


@pytest.fixture
def last_message() -> Callable[[Ticket], Message]:
    return lambda ticket: ticket.messages.order_by("-id")[0]

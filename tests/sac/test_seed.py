"""The demo's seed: two stores that look lived in, made once, and only in a demo."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count, Max, Min
from django.test import Client, override_settings
from pytest_django import DjangoCaptureOnCommitCallbacks, DjangoDbBlocker
from pytest_django.fixtures import Settings

from automacao.models import Instance
from automacao.simulator.client import SimulatorClient
from dev.local import DEMO_PEOPLE
from evendas import clock
from evendas.accounts.models import Store, TermsVersion, User
from sac import demo
from sac.actions.tickets import claim_ticket
from sac.demo import AURORA, BOREAL, SHOPS
from sac.demo.customers import customers
from sac.invariants import broken_invariants
from sac.management.commands.seed_demo import seed, unheard
from sac.models import Attendant, Contact, Message, Ticket, TicketEvent
from sac.month import month_of
from sac.permissions import Rights
from sac.story import Teller
from tests.automacao.simulator import stage
from tests.conftest import publish_terms
from tests.sac.pages import read

# One worker fills it once for all.
pytestmark = pytest.mark.xdist_group("seed")

ZONE = ZoneInfo(AURORA.zone)
MONDAY = datetime(2026, 11, 23, 10, 40, tzinfo=ZONE)
NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=ZONE)


@dataclass
class Demo:
    """A filled demo: its simulated phones, and the folder with its logins."""

    simulator: SimulatorClient
    folder: Path
    logins: dict[str, str]

    def fill(self) -> None:
        with clock.at(MONDAY):
            call_command("seed_demo")

    def enter(self, name: str) -> Client:
        email = next(email for email in self.logins if email.startswith(f"{name}@"))
        client = Client()
        client.post("/entrar/", {"username": email, "password": self.logins[email]})
        return client


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Demo]:
    """Fill a demo once for all: tests look at it, or undo what they change."""
    folder = tmp_path_factory.mktemp("demo")
    logins = {email: f"senha-de-{email}" for email in DEMO_PEOPLE}
    (folder / "demo-logins.json").write_text(json.dumps(logins))
    gateway = stage.start(folder / "state.json")
    gateways = {"evolution": {"url": gateway.url, "key": stage.GLOBAL_KEY}}
    with (
        django_db_blocker.unblock(),
        override_settings(GATEWAYS=gateways, LOCAL_DIR=folder),
        SimulatorClient(gateway.url) as simulator,
    ):
        publish_terms()
        terms = list(TermsVersion.objects.all())
        demo = Demo(simulator, folder, logins)
        demo.fill()
        yield demo
        call_command("flush", interactive=False, verbosity=0)
        # Other tests of this worker count on what the migration left, under numbers begun anew.
        for one in terms:
            one.pk = None
        TermsVersion.objects.bulk_create(terms)
    assert gateway.stop() == 0


@pytest.fixture
def aurora(filled: Demo, db: None) -> Store:
    return Store.objects.get(name=AURORA.name)


def _census() -> dict[str, int]:
    """How many rows there are of everything."""
    models = [
        model
        for app in ("accounts", "automacao", "sac")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model.__name__: model._default_manager.count() for model in models}


def test_a_store_has_its_people_its_number_and_its_conversations(
    aurora: Store, filled: Demo
) -> None:
    admin, *team = User.objects.filter(store=aurora).order_by("-is_admin", "email")
    assert (admin.email, admin.is_admin) == ("dono@aurora.demo", True)
    assert not hasattr(admin, "attendant")
    assert [user.email.partition("@")[0] for user in team] == ["ana", "bia", "caio", "sara"]
    rights = [Rights.of(user) for user in team]
    assert [one.can_view_all for one in rights] == [False, False, False, True]
    assert [len(one.departments) for one in rights] == [1, 1, 1, 3]
    flags = {(one.can_close_any, one.can_take_over_any, one.can_view_finance) for one in rights}
    assert len(flags) == 4
    instance = Instance.objects.get(store=aurora)
    assert instance.is_connected
    assert filled.simulator.instance(instance.gateway_name)["state"] == "open"
    assert Contact.objects.filter(store=aurora).count() == 40
    tickets = Ticket.objects.in_store(aurora)
    assert tickets.count() == 120
    statuses = Counter(tickets.values_list("status", flat=True))
    assert statuses == {"waiting": 10, "open": 14, "closed": 96}


def test_both_stores_break_no_invariant(filled: Demo, db: None) -> None:
    assert list(broken_invariants()) == []


def test_causes_come_before_effects(filled: Demo, db: None) -> None:
    for ticket in Ticket.objects.all():
        moments = [
            ticket.created_at,
            ticket.first_reply_at,
            ticket.closed_at,
        ]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)
        assert known[-1] <= MONDAY
        assert ticket.created_at <= ticket.queued_at <= MONDAY
        assert ticket.last_activity_at <= (ticket.closed_at or MONDAY)
        assert (ticket.taken_at is None) == (ticket.status == "waiting")
        steps = list(ticket.events.order_by("id").values_list("at", flat=True))
        assert steps == sorted(steps)
    for shop in SHOPS:
        codes = Ticket.objects.filter(store__name=shop.name).order_by("created_at", "id")
        in_time = list(codes.values_list("code", flat=True))
        assert in_time == sorted(in_time)


def test_messages_say_who_when_and_how_far_they_came(aurora: Store) -> None:
    messages = Message.objects.filter(store=aurora).select_related("ticket")
    for message in messages:
        assert message.ticket
        assert message.provider_id
        assert timedelta() <= message.created_at - message.sent_at <= timedelta(minutes=1)
        assert (message.attendant is not None) == (message.origin == "desk")
        assert "{" not in message.text
    states = Counter(messages.filter(direction="out").values_list("state", flat=True))
    assert states["failed"] == 1
    assert {"sent", "delivered", "read"} < states.keys()
    assert messages.filter(origin="phone").count() == 1
    assert not messages.exclude(direction="out").exclude(state="received").exists()


def test_the_list_shows_what_was_said_last(filled: Demo, db: None) -> None:
    for ticket in Ticket.objects.all():
        last = ticket.messages.latest("sort_key")
        assert ticket.preview_message_id == last.pk
        assert ticket.preview == " ".join(last.text.split())
        assert ticket.preview_state == last.state
        assert (ticket.waiting_since is not None) == (ticket.is_live and not last.is_out)


def test_this_morning_has_everything_a_screen_can_show(aurora: Store) -> None:
    live = Ticket.objects.in_store(aurora).live()
    assert {ticket.is_new for ticket in live.filter(status="waiting")} == {True, False}
    assert {ticket.is_new for ticket in live.filter(status="open")} == {True, False}
    handed = TicketEvent.objects.in_store(aurora).filter(kind="transferred_in", ticket__in=live)
    assert {event.ticket.status for event in handed} == {"waiting", "open"}
    assert all(event.note for event in handed)
    assert TicketEvent.objects.in_store(aurora).filter(kind="taken_over").exists()
    assert TicketEvent.objects.in_store(aurora).filter(kind="returned").exists()
    assert live.filter(department=None).count() == 1
    lengths = live.annotate(said=Count("messages")).aggregate(Min("said"), Max("said"))
    assert lengths == {"said__min": 1, "said__max": 30}


def test_the_figures_of_the_month_look_real(aurora: Store) -> None:
    with clock.at(MONDAY):
        for name, least in (("ana", 15), ("bia", 10), ("caio", 8)):
            month = month_of(Attendant.objects.get(user__email=f"{name}@aurora.demo").pk, aurora)
            assert month.attended >= least
            assert month.attended >= month.closed >= least - 5
            assert month.open >= 2
            assert month.first_reply.seconds is not None
            assert 60 < month.first_reply.seconds < 3 * 3600
            assert month.handling.seconds is not None


def test_contacts_are_known_since_they_first_wrote(aurora: Store) -> None:
    contacts = Contact.objects.filter(store=aurora)
    known = contacts.annotate(first=Min("conversations__tickets__created_at"))
    for created_at, first in known.values_list("created_at", "first"):
        assert created_at == first
    assert set(contacts.values_list("entry_channel", flat=True)) == {
        "lead",
        "customer",
        "internal",
    }
    assert contacts.exclude(notes="").count() >= 5
    kinds = [contact.tax_id_kind for contact in contacts.exclude(tax_id="")]
    assert sorted(kinds) == ["CNPJ", "CNPJ", "CPF", "CPF", "CPF"]


def test_everybody_can_sign_in_and_look_around(filled: Demo, db: None) -> None:
    emails = {person.email for shop in SHOPS for person in shop.people}
    assert emails == set(filled.logins)
    listed = {
        name: sum(read(filled.enter(name).get("/sac/atendimento/")).counts.values())
        for name in ("dono", "sara", "ana", "eva", "leo")
    }
    # A supervisor sees all of the departments, and of a closed one what she may.
    assert listed["dono"] == listed["sara"] == AURORA.tickets
    assert 50 < listed["ana"] < AURORA.tickets
    assert listed["eva"] == listed["leo"] == BOREAL.tickets


def test_no_word_of_one_store_is_heard_in_the_other(filled: Demo, db: None) -> None:
    for reader, theirs in (("dono", BOREAL), ("eva", AURORA)):
        client = filled.enter(reader)
        addresses = ["/", "/sac/departamentos/", "/sac/atendentes/"]
        addresses += [f"/sac/atendimento/?situacao={name}" for name in ("em-aberto", "encerradas")]
        pages = [client.get(address).content.decode() for address in addresses]
        words = {theirs.name, theirs.line, *(person.full_name for person in theirs.people)}
        words |= {one.name for one in customers(theirs.key) if one.name}
        assert [word for page in pages for word in words if word in page] == []


def test_the_phones_know_what_is_live(aurora: Store, filled: Demo) -> None:
    instance = Instance.objects.get(store=aurora)
    for ticket in Ticket.objects.in_store(aurora).live().for_list():
        address = ticket.conversation.send_address
        seen = filled.simulator.thread(address, instance=instance.gateway_name)
        said = ticket.conversation.messages.order_by("sort_key")
        assert [(one.id, one.text) for one in seen] == [(row.provider_id, row.text) for row in said]
        assert all(earlier.time <= later.time for earlier, later in pairwise(seen))
    # One page of phones shows thirty.
    assert len(filled.simulator.state()["phones"]) <= 30


def test_seeding_again_changes_nothing(filled: Demo, db: None) -> None:
    ana = User.objects.get(email="ana@aurora.demo")
    waiting = Ticket.objects.filter(status="waiting", department__name="Suporte")[0]
    claim_ticket(waiting, by=ana, rights=Rights.of(ana))
    Store.objects.filter(name=AURORA.name).update(name="Outro nome")
    before, state = _census(), filled.simulator.state()
    filled.fill()
    assert _census() == before
    assert filled.simulator.state() == state
    assert Ticket.objects.get(pk=waiting.pk).attendant


def test_a_gateway_that_does_not_answer_is_said_and_made_good_next_time(
    filled: Demo, db: None
) -> None:
    with pytest.raises(CommandError, match=r"O simulador em http://127\.0\.0\.1:1 não aceitou"):
        call_command("seed_demo", simulator="http://127.0.0.1:1")
    filled.simulator.clear()
    filled.fill()
    for instance in Instance.objects.all():
        assert filled.simulator.instance(instance.gateway_name)["state"] == "open"
    assert Store.objects.count() == 2


def test_what_is_cut_short_leaves_nothing_and_is_begun_again(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_terms()
    small = _small("novo")
    before = _census()
    with monkeypatch.context() as crash:
        crash.setattr(Teller, "_date_back", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError), unheard():
            seed(small, MONDAY)
    assert _census() == before
    with unheard():
        seed(small, MONDAY)
    assert Ticket.objects.filter(store__in=Store.objects.filter(name=small.name)).exists()


def test_nobody_is_rung_or_pushed_to_while_it_is_told(
    db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    publish_terms()
    with django_capture_on_commit_callbacks() as callbacks, unheard():
        seed(_small("baixinho"), MONDAY)
    assert callbacks == []
    assert Message.objects.filter(state="read").exists()


def test_in_the_first_half_hour_of_a_year_nothing_lies_ahead(db: None) -> None:
    publish_terms()
    people = _moved(AURORA, "janeiro")
    with unheard():
        # A short past: it is the night that matters.
        seed(replace(AURORA, people=people, number="+5511900000900", tickets=40), NEW_YEAR)
    store = Store.objects.filter(name=AURORA.name).latest("id")
    tickets = Ticket.objects.in_store(store)
    assert tickets.count() == 40
    assert tickets.live().count() == 24
    assert not tickets.filter(code__startswith="2027").exclude(created_at__gte=_midnight()).exists()
    assert not TicketEvent.objects.in_store(store).filter(at__gt=NEW_YEAR).exists()
    assert not Message.objects.filter(store=store, created_at__gt=NEW_YEAR).exists()
    with clock.at(NEW_YEAR):
        ana = Attendant.objects.get(user__email="ana@janeiro.demo")
        assert month_of(ana.pk, store).attended == 0
        assert month_of(ana.pk, store).open >= 3


def _small(place: str) -> demo.Shop:
    """Another Boreal, beside the one that is there."""
    return replace(BOREAL, number="+5592900000300", people=_moved(BOREAL, place))


def _moved(shop: demo.Shop, place: str) -> tuple[demo.Person, ...]:
    """Its people under other addresses: e-mails are nobody else's."""
    return tuple(replace(one, email=f"{one.nick}@{place}.demo") for one in shop.people)


def _midnight() -> datetime:
    return NEW_YEAR.replace(hour=0, minute=0)


def test_outside_a_demo_it_refuses(db: None, settings: Settings) -> None:
    settings.DEMO = False
    before = Store.objects.count()
    with pytest.raises(CommandError, match="só roda na demonstração"):
        call_command("seed_demo")
    assert Store.objects.count() == before

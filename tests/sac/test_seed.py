"""The demo's seed: a store that looks lived in, made once, and only in a demo."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.models import Instance
from automacao.simulator.client import SimulatorClient
from evendas.accounts.models import Store, User
from sac import demo
from sac.actions.tickets import claim_ticket
from sac.models import Conversation, Message, Ticket, TicketEvent
from sac.permissions import Rights
from tests.automacao.simulator import stage
from tests.sac.pages import read


@pytest.fixture(scope="module")
def gateway_away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Running]:
    running = stage.start(tmp_path_factory.mktemp("seed") / "state.json")
    yield running
    assert running.stop() == 0


@pytest.fixture
def simulator(
    db: None, gateway_away_from_home: stage.Running, settings: Settings, tmp_path: Path
) -> Iterator[SimulatorClient]:
    """A simulated gateway that knows no number yet, in a demo with its own folder."""
    url = gateway_away_from_home.url
    settings.GATEWAYS = {"evolution": {"url": url, "key": stage.GLOBAL_KEY}}
    settings.LOCAL_DIR = tmp_path
    with SimulatorClient(url) as control:
        control.clear()
        yield control


def seed(settings: Settings) -> None:
    call_command("seed_demo", simulator=settings.GATEWAYS["evolution"]["url"])


@pytest.fixture
def seeded(simulator: SimulatorClient, settings: Settings) -> Store:
    seed(settings)
    return Store.objects.get()


def _census() -> dict[str, int]:
    """How many rows there are of everything."""
    models = [
        model
        for app in ("accounts", "automacao", "sac")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model.__name__: model._default_manager.count() for model in models}


def test_the_store_has_its_people_its_number_and_its_conversations(
    seeded: Store, simulator: SimulatorClient
) -> None:
    admin, *team = User.objects.order_by("-is_admin", "email")
    assert (admin.email, admin.is_admin) == ("dono@aurora.demo", True)
    assert not hasattr(admin, "attendant")
    assert [user.email for user in team] == [
        "ana@aurora.demo",
        "bia@aurora.demo",
        "sara@aurora.demo",
    ]
    assert [Rights.of(user).can_view_all for user in team] == [False, False, True]
    assert [len(Rights.of(user).departments) for user in team] == [1, 1, 2]
    instance = Instance.objects.get()
    assert instance.is_connected
    assert simulator.instance(instance.gateway_name)["state"] == "open"
    assert len(simulator.state()["phones"]) >= 3
    assert Conversation.objects.count() == len(demo.STORIES) == 12
    told = Counter(_status_told(story) for story in demo.STORIES)
    assert Counter(Ticket.objects.values_list("status", flat=True)) == told


def _status_told(story: demo.Story) -> str:
    if story.closed is not None:
        return "closed"
    return "open" if story.attendant else "waiting"


def test_tickets_look_lived_in(seeded: Store) -> None:
    for ticket in Ticket.objects.for_list():
        story = next(one for one in demo.STORIES if one.phone == ticket.conversation.contact.phone)
        last = story.lines[-1]
        assert ticket.department
        assert ticket.department.name == story.department
        assert ticket.preview == " ".join(last.text.split())
        assert ticket.preview_state == ("received" if last.who == "cliente" else "read")
        assert ticket.preview_message_id == ticket.messages.latest("sort_key").pk
        assert ticket.is_new == (ticket.is_live and last.who == "cliente")
        assert (ticket.waiting_since is not None) == ticket.is_new
        assert ticket.messages.count() == len(story.lines)
    _insist_on_causes_before_effects()


def _insist_on_causes_before_effects() -> None:
    for ticket in Ticket.objects.all():
        moments = [
            ticket.created_at,
            ticket.queued_at,
            ticket.taken_at,
            ticket.first_reply_at,
            ticket.closed_at,
        ]
        known = [moment for moment in moments if moment]
        assert known == sorted(known)
        assert len(known) == {"waiting": 2, "open": 4, "closed": 5}[ticket.status]
        assert known[-1] <= timezone.now()
        assert ticket.last_activity_at <= timezone.now()
    in_time = list(Ticket.objects.order_by("created_at").values_list("code", flat=True))
    assert in_time == sorted(in_time)


def test_messages_and_steps_say_who_and_when(seeded: Store) -> None:
    for message in Message.objects.select_related("ticket"):
        assert message.ticket
        assert message.provider_id
        assert message.sent_at == message.created_at <= timezone.now()
        assert message.state == ("read" if message.is_out else "received")
        assert (message.attendant is not None) == message.is_out
    for event in TicketEvent.objects.exclude(kind__in=["created", "queued"]):
        assert event.actor
        assert event.attendant
        assert event.department
        assert (event.wait_seconds is None) == (event.kind == "closed")
    for conversation in Conversation.objects.all():
        revisions = [*conversation.messages.values_list("revision", flat=True)]
        revisions += TicketEvent.objects.filter(conversation=conversation).values_list(
            "revision", flat=True
        )
        assert len(revisions) == len(set(revisions))
        assert max(revisions) == conversation.revision


def test_everybody_can_sign_in_and_look_around(
    simulator: SimulatorClient, settings: Settings, tmp_path: Path
) -> None:
    logins = {person.email: f"senha-de-{person.email}" for person in demo.PEOPLE}
    (tmp_path / "demo-logins.json").write_text(json.dumps(logins))
    seed(settings)
    listed = {}
    for email, password in logins.items():
        client = Client()
        client.post("/entrar/", {"username": email, "password": password})
        page = read(client.get("/sac/atendimento/"))
        listed[email.partition("@")[0]] = sum(page.counts.values())
    assert listed == {"dono": 12, "sara": 12, "ana": 6, "bia": 6}


def test_seeding_again_changes_nothing(
    seeded: Store, simulator: SimulatorClient, settings: Settings
) -> None:
    ana = User.objects.get(email="ana@aurora.demo")
    waiting = Ticket.objects.filter(status="waiting", department__name="Suporte")[0]
    claim_ticket(waiting, by=ana, rights=Rights.of(ana))
    before, phones = _census(), simulator.state()["phones"]
    seed(settings)
    assert _census() == before
    assert simulator.state()["phones"] == phones
    assert Ticket.objects.get(pk=waiting.pk).attendant


def test_a_gateway_that_does_not_answer_is_said_and_made_good_next_time(
    simulator: SimulatorClient, settings: Settings
) -> None:
    with pytest.raises(CommandError, match=r"O simulador em http://127\.0\.0\.1:1 não aceitou"):
        call_command("seed_demo", simulator="http://127.0.0.1:1")
    seed(settings)
    assert simulator.instance(Instance.objects.get().gateway_name)["state"] == "open"
    assert Store.objects.count() == 1


def test_outside_a_demo_it_refuses(db: None, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="só roda na demonstração"):
        call_command("seed_demo")
    assert not Store.objects.exists()

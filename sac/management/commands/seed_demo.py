"""`manage.py seed_demo`: fill an empty demo with a store, its people and a dozen conversations."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from automacao.gateways.port import GatewayError
from automacao.gateways.registry import gateway
from automacao.models import Instance
from automacao.simulator.client import SimulatorClient, SimulatorError
from evendas.accounts.models import Store, TermsAcceptance, User
from evendas.accounts.terms import Origin, accept_terms
from sac import demo, story
from sac.models import Attendant, AttendantDepartment, Department


class Command(BaseCommand):
    help = "Cria a loja de demonstração, se ainda não existir, e a conecta ao simulador."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulator", default=settings.GATEWAYS["evolution"]["url"])

    def handle(self, *_: Any, simulator: str, **__: Any) -> None:
        if not settings.DEMO:
            raise CommandError("A semeadura só roda na demonstração e nos testes.")
        with transaction.atomic():
            store = Store.objects.filter(name=demo.STORE).first() or seed(timezone.now())
            set_passwords(store)
        try:
            connect(Instance.objects.get(store=store, removed_at=None), simulator)
        except (httpx.HTTPError, SimulatorError, GatewayError) as error:
            raise CommandError(
                f"O simulador em {simulator} não aceitou o número: {error}"
            ) from error


def seed(now: datetime) -> Store:
    """Make the store and everything in it, through the desk's own actions."""
    store = Store.objects.create(name=demo.STORE)
    instance = Instance.objects.create(
        store=store,
        name="Loja SP",
        phone=demo.NUMBER,
        connected_phone=demo.NUMBER,
        state=Instance.State.CONNECTED,
        state_changed_at=now,
        gateway_token=f"demo-{store.pk}",
    )
    departments = {
        name: Department.objects.create(
            store=store, instance=instance, name=name, colour=colour, menu_position=place
        )
        for place, (name, colour) in enumerate(demo.DEPARTMENTS, start=1)
    }
    for person in demo.PEOPLE:
        _hire(store, person, departments)
    for told in sorted(demo.STORIES, key=lambda one: -one.lines[0].ago):
        story.tell(instance, departments[told.department], told, now=now)
    return store


def _hire(store: Store, person: demo.Person, departments: dict[str, Department]) -> None:
    user = User.objects.create_user(
        person.email, store=store, full_name=person.full_name, is_admin=person.is_admin
    )
    screen = TermsAcceptance.Screen.ATTENDANT_FORM
    acceptance = accept_terms(user, by=user, screen=screen, origin=Origin(None, ""))
    if not person.nickname:
        return
    attendant = Attendant.objects.create(
        store=store,
        user=user,
        nickname=person.nickname,
        can_view_all=person.is_supervisor,
        can_close_any=person.is_supervisor,
        can_take_over_any=person.is_supervisor,
        can_view_finance=person.is_supervisor,
        terms_acceptance=acceptance,
    )
    AttendantDepartment.objects.bulk_create(
        AttendantDepartment(store=store, attendant=attendant, department=departments[name])
        for name in person.departments
    )


def set_passwords(store: Store) -> None:
    """Give the demo's people the passwords of this machine (demo-logins.json)."""
    file = settings.LOCAL_DIR / "demo-logins.json"
    passwords = json.loads(file.read_text()) if file.exists() else {}
    for user in User.objects.filter(store=store, email__in=passwords):
        if not user.check_password(passwords[user.email]):
            user.set_password(passwords[user.email])
            user.save(update_fields=["password"])


def connect(instance: Instance, simulator: str) -> None:
    """Make the simulated gateway know the number, and its phones the customers of the stories."""
    webhook = instance.webhook(settings.WEBHOOK_BASE_URL)
    with SimulatorClient(simulator) as client:
        client.ensure(
            instance.gateway_name,
            token=instance.gateway_token,
            phone=demo.NUMBER.lstrip("+"),
            profile=demo.STORE,
            webhook={"url": webhook.url, "enabled": False, "events": []},
            phones=[
                {"number": told.phone.lstrip("+"), "name": told.name, "wa_id": told.wa_id}
                for told in demo.STORIES[:3]
            ],
        )
    gateway(instance.gateway).configure_webhook(instance.channel(), webhook)

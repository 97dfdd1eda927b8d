"""Sincronizar WhatsApp as an admin drives it, with the workers' work done by the test."""

from dataclasses import dataclass, field
from typing import Any

from celery import current_app
from django.http import HttpResponse

from automacao.models import Instance
from automacao.simulator.client import SimulatorClient
from tests.conftest import Actor
from tests.sac.pages import Answer, Element, read

Rings = list[tuple[str, tuple[int, ...]]]
LIST = "/automacao/sincronizar-whatsapp/"


@dataclass
class Screen:
    """One admin before one simulated gateway, which posts to the live desk."""

    admin: Actor
    control: SimulatorClient
    rings: Rings
    done: list[str] = field(default_factory=list)

    def add(self) -> Instance:
        """Click on "+"."""
        answer = self.admin.client.post(f"{LIST}nova/")
        assert answer.status_code == 302
        return Instance.objects.get(pk=int(answer["Location"].strip("/").split("/")[-1]))

    def save(
        self, instance: Instance, phone: str, name: str = "Loja SP", **more: object
    ) -> HttpResponse:
        """Click on "Salvar"."""
        return self.post(instance, "", phone=phone, name=name, **more)

    def post(self, instance: Instance, noun: str, **data: object) -> HttpResponse:
        """Post to an address of the instance."""
        response = self.admin.client.post(f"{LIST}{instance.pk}/{noun}", data)
        assert isinstance(response, HttpResponse)
        return response

    def pair(self, phone: str, name: str = "Loja SP") -> Instance:
        """Have a new number on show, its QR waiting."""
        instance = self.add()
        assert self.save(instance, phone, name).status_code == 302
        self.work()
        return now(instance)

    def scan(self, instance: Instance, phone: str = "", *, profile: str = "Loja Aurora") -> None:
        """Read the QR with a phone (digits), and let the news arrive."""
        self.control.pair(phone or None, name=profile, instance=now(instance).gateway_name)
        self.work()

    def work(self) -> None:
        """Do what the workers were rung for, until nobody says anything any more."""
        while True:
            while self.rings:
                task, ids = self.rings.pop(0)
                self.done.append(task)
                current_app.tasks[task](*ids)
            assert self.control.quiet(timeout=20)
            if not self.rings:
                return

    def line(self, instance: Instance) -> dict[str, Any]:
        """The number as the gateway has it."""
        return self.control.instance(now(instance).gateway_name)

    def panel(self, instance: Instance) -> Element:
        """The pairing panel of this moment."""
        answer: Answer = self.admin.client.get(f"{LIST}{instance.pk}/pareamento/")
        assert answer.status_code == 200
        return read(answer).find("div", id="pairing")[0]

    def face(self, instance: Instance) -> tuple[str, str]:
        """What the panel shows, and the state in the product's words."""
        shown = self.panel(instance).attributes
        return shown["data-face"], shown["data-state"]


def now(instance: Instance) -> Instance:
    """Read the row anew."""
    return Instance.objects.get(pk=instance.pk)

"""`manage.py seed_demo`: fill an empty demo with two shops, their people and their story."""

import base64
import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.urls import reverse

from automacao.gateways.port import GatewayError
from automacao.gateways.registry import gateway
from automacao.models import Instance
from automacao.simulator.client import SimulatorClient, SimulatorError
from evendas import clock
from evendas.accounts.models import Store, TermsAcceptance, User
from evendas.accounts.terms import Origin, accept_terms
from pedidos.models import Order, OrderItem, OrderMilestone, OrderPhone, Shipment, Source
from sac.demo import SHOPS, Person, Shop
from sac.demo.sales import Sale, sales
from sac.demo.timetable import DAYS, timetable
from sac.demo.web_shop import SHOP_URL, next_number, products, source_of
from sac.models import Attendant, AttendantDepartment, Department, Media, Message, Ticket
from sac.story import Teller

# What one page of phones shows.
_PHONES, _BUBBLES = 25, 60
_SENDERS: dict[str, str] = {
    Message.Origin.CUSTOMER: "customer",
    Message.Origin.PHONE: "store_phone",
    Message.Origin.DESK: "api",
    Message.Origin.API: "api",
    Message.Origin.BOT: "api",
}


class Command(BaseCommand):
    help = "Cria as lojas de demonstração, se ainda não existirem, e as conecta ao simulador."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--simulator", default=settings.GATEWAYS["evolution"]["url"])
        parser.add_argument(
            "--without-past",
            action="store_true",
            help="Conta só o que está acontecendo agora, sem os dois meses anteriores.",
        )

    def handle(self, *_: Any, simulator: str, without_past: bool, **__: Any) -> None:
        if not settings.DEMO:
            raise CommandError("A semeadura só roda na demonstração e nos testes.")
        with unheard():
            for shop in SHOPS:
                if not User.objects.filter(email=shop.people[0].email).exists():
                    seed(replace(shop, tickets=0) if without_past else shop, clock.now())
        # At once: a worker that asks after a number the gateway does not know shows it as failed.
        try:
            connect(simulator)
        except (httpx.HTTPError, SimulatorError, GatewayError) as error:
            raise CommandError(
                f"O simulador em {simulator} não aceitou o número: {error}"
            ) from error
        set_passwords()


@contextmanager
def unheard() -> Iterator[None]:
    """One transaction of which no worker and no screen is told: nobody is there yet.

    Whoever is cut short leaves nothing behind, and begins again next time.
    """
    with transaction.atomic():
        yield
        # Sixty days of pushes would take longer to draw than the days themselves.
        connection.run_on_commit.clear()


def seed(shop: Shop, now: datetime) -> None:
    """Make a store and everything in it, through the desk's own actions."""
    with clock.at(now - timedelta(days=DAYS + 5)):
        instance = _open(shop)
        departments = {
            name: Department.objects.create(
                store=instance.store,
                instance=instance,
                name=name,
                colour=colour,
                menu_position=place,
            )
            for place, (name, colour) in enumerate(shop.departments, start=1)
        }
        people = {person.nick: _hire(instance.store, person, departments) for person in shop.people}
    with clock.at(now):
        story = timetable(shop, now)
        Teller(instance, departments, people).tell(story)
        sell(instance.store, sales(shop, story, now))


def sell(store: Store, sold: Sequence[Sale]) -> None:
    """Put the shop's orders into its store, as its web shop would have sent them."""
    orders = Order.objects.bulk_create(_order(store, sale) for sale in sold)
    pairs = list(zip(orders, sold, strict=True))
    OrderItem.objects.bulk_create(
        OrderItem(
            store=store,
            order=order,
            position=place,
            name=one.name,
            quantity=one.quantity,
            price=one.price,
        )
        for order, sale in pairs
        for place, one in enumerate(sale.items)
    )
    OrderPhone.objects.bulk_create(
        OrderPhone(store=store, order=order, phone=sale.buyer.phone) for order, sale in pairs
    )
    Shipment.objects.bulk_create(
        Shipment(
            store=store,
            order=order,
            code=sale.tracking,
            url=f"https://rastreio.exemplo.com.br/{sale.tracking}",
            carrier="Correios",
        )
        for order, sale in pairs
        if sale.tracking
    )
    OrderMilestone.objects.bulk_create(
        OrderMilestone(store=store, order=order, kind=kind, at=at)
        for order, sale in pairs
        for kind, at in _became(sale)
    )


def _order(store: Store, sale: Sale) -> Order:
    refunded = sale.total if sale.payment == Order.Payment.REFUNDED else Decimal(0)
    return Order(
        store=store,
        platform=Source.Platform.WOOCOMMERCE,
        external_id=sale.number,
        number=sale.number,
        payment=sale.payment,
        fulfillment=sale.fulfillment,
        total=sale.total,
        refunded=refunded,
        discount=sale.discount,
        freight=sale.freight,
        payment_method=sale.method,
        buyer_name=sale.buyer.name,
        buyer_email=sale.buyer.email,
        buyer_document=sale.buyer.tax_id,
        placed_at=sale.placed_at,
        paid_at=sale.paid_at,
        cancelled_at=sale.cancelled_at,
        platform_updated_at=sale.placed_at,
        **_to_pay(sale),
    )


def _to_pay(sale: Sale) -> dict[str, str]:
    """What its buyer pays an unpaid order by."""
    if not sale.is_unpaid:
        return {}
    shop = "https://pagamentos.exemplo.com.br"
    ways = {"payment_url": f"{shop}/{sale.number}"}
    if sale.method.startswith("Boleto"):
        ways["boleto_url"] = f"{shop}/boleto/{sale.number}.pdf"
    if sale.method == "Pix":
        ways["pix_code"] = (
            f"00020126580014BR.GOV.BCB.PIX0136{sale.number:0>36}5204000053039865802BR"
        )
    return ways


def _became(sale: Sale) -> Iterator[tuple[OrderMilestone.Kind, datetime]]:
    kinds = OrderMilestone.Kind
    moments = (
        (kinds.PLACED, sale.placed_at),
        (kinds.PAID, sale.paid_at),
        (kinds.SHIPPED, sale.shipped_at),
        (kinds.DELIVERED, sale.delivered_at),
        (kinds.CANCELLED, sale.cancelled_at),
    )
    return ((kind, at) for kind, at in moments if at is not None)


def _open(shop: Shop) -> Instance:
    opened = clock.now()
    store = Store.objects.create(name=shop.name, timezone=shop.zone)
    Store.objects.filter(pk=store.pk).update(created_at=opened)
    return Instance.objects.create(
        store=store,
        name=shop.line,
        phone=shop.number,
        connected_phone=shop.number,
        profile_name=shop.name,
        state=Instance.State.CONNECTED,
        state_changed_at=opened,
        gateway_token=f"demo-{store.pk}",
    )


def _hire(store: Store, person: Person, departments: dict[str, Department]) -> User:
    user = User.objects.create_user(
        person.email, store=store, full_name=person.full_name, is_admin=person.is_admin
    )
    screen = TermsAcceptance.Screen.ATTENDANT_FORM
    acceptance = accept_terms(user, by=user, screen=screen, origin=Origin(None, ""))
    if not person.nickname:
        return user
    attendant = Attendant.objects.create(
        store=store,
        user=user,
        nickname=person.nickname,
        terms_acceptance=acceptance,
        **dict.fromkeys(person.flags, True),
    )
    AttendantDepartment.objects.bulk_create(
        AttendantDepartment(store=store, attendant=attendant, department=departments[name])
        for name in person.departments
    )
    return user


def set_passwords() -> None:
    """Give the demo's people the passwords of this machine (demo-logins.json)."""
    file = settings.LOCAL_DIR / "demo-logins.json"
    passwords = json.loads(file.read_text()) if file.exists() else {}
    for user in User.objects.filter(email__in=passwords):
        if not user.check_password(passwords[user.email]):
            user.set_password(passwords[user.email])
            user.save(update_fields=["password"])


def connect(simulator: str) -> None:
    """Make the simulated gateway know the numbers, and the phones what is live between them."""
    with SimulatorClient(simulator) as client:
        for shop in SHOPS:
            _connect(client, shop)
        _open_web_shop(client, SHOPS[0])


def _connect(client: SimulatorClient, shop: Shop) -> None:
    admin = User.objects.get(email=shop.people[0].email)
    instance = Instance.objects.filter(store=admin.store_id, removed_at=None).order_by("id").first()
    if instance is None:
        return
    webhook = instance.webhook(settings.WEBHOOK_BASE_URL)
    live = list(
        Ticket.objects.live().filter(instance=instance).for_list().order_by("-id")[:_PHONES]
    )
    client.ensure(
        instance.gateway_name,
        token=instance.gateway_token,
        phone=shop.number.lstrip("+"),
        profile=shop.name,
        webhook={"url": webhook.url, "enabled": False, "events": []},
        phones=[_phone(ticket) for ticket in reversed(live)],
        messages=[_bubble(message, ticket) for ticket in live for message in _recent(ticket)],
    )
    gateway(instance.gateway).configure_webhook(instance.channel(), webhook)


def _open_web_shop(client: SimulatorClient, shop: Shop) -> None:
    """Let the simulated web shop tell this store of its orders, unless it was taken off."""
    admin = User.objects.select_related("store").get(email=shop.people[0].email)
    store = admin.store
    source = source_of(store) if store else None
    if store is None or source is None:
        return
    address = reverse("order_webhook", args=[source.platform, source.webhook_key])
    client.open_shop(
        shop.name,
        url=SHOP_URL,
        webhook_url=f"{settings.WEBHOOK_BASE_URL}{address}",
        secret=source.secret,
        products=products(),
        next_number=next_number(store),
    )


def _phone(ticket: Ticket) -> dict[str, str]:
    contact = ticket.conversation.contact
    return {
        "number": contact.phone.lstrip("+"),
        "name": contact.name,
        "wa_id": ticket.conversation.send_address,
    }


def _recent(ticket: Ticket) -> list[Message]:
    """The last messages of the ticket's conversation that the network knows, oldest first."""
    known = ticket.conversation.messages.exclude(provider_id=None).for_thread()
    return list(known.order_by("-sort_key", "-id")[:_BUBBLES])[::-1]


def _bubble(message: Message, ticket: Ticket) -> dict[str, object]:
    unseen_since = ticket.new_since or message.created_at + timedelta(microseconds=1)
    is_seen = message.created_at < unseen_since
    return {
        "id": message.provider_id,
        "phone": ticket.conversation.send_address,
        "from": _SENDERS[message.origin],
        "text": message.text,
        "kind": message.kind,
        "facts": message.content,
        **(_file(message.file) if message.file else {}),
        "at": int(message.sent_at.timestamp()),
        "status": message.state if message.is_out else "read" if is_seen else "delivered",
    }


def _file(media: Media) -> dict[str, object]:
    with media.file.open("rb") as stored:
        data = base64.b64encode(stored.read()).decode()
    return {"data": data, "mime": media.mime, "filename": media.filename}

"""The month's figures by e-mail: to whom, when, with what in it, and once."""

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives

from evendas import clock
from evendas.accounts.models import Store, User
from pedidos.models import OrderPhone
from sac import tasks
from sac.actions.month_mail import due_for_month
from sac.models import DeskPreferences, MonthMail
from tests.conftest import Actor, Shop
from tests.pedidos.shelf import order
from tests.sac.acts import do, send
from tests.together import together

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Sao_Paulo")
MORNING = datetime(2026, 4, 1, 7, tzinfo=ZONE)
PHONE = "+5511987651234"
Mailbox = list[EmailMultiAlternatives]


@pytest.fixture(autouse=True)
def _the_first_morning() -> Iterator[None]:
    with clock.at(MORNING):
        yield


@pytest.fixture
def wants(shop: Shop, dono: Actor) -> Actor:
    """The admin asks for it, of a store that is a year old."""
    Store.objects.update(created_at=MORNING - timedelta(days=365))
    choose(dono, mails_month="on")
    return dono


def choose(actor: Actor, **typed: str) -> None:
    data = {"theme": "system", "sends_with": "enter", "sound_scope": "waiting", **typed}
    assert actor.client.post("/sac/preferencias/", data).status_code == 302


def html(mail: EmailMultiAlternatives) -> str:
    ((content, _),) = mail.alternatives
    return str(content)


def test_it_tells_what_the_month_was(
    shop: Shop, ana: Actor, wants: Actor, mailoutbox: Mailbox
) -> None:
    Store.objects.filter(pk=shop.store.pk).update(name="Loja & Filhos")
    with clock.at(datetime(2026, 3, 31, 20, tzinfo=ZONE)):
        ticket = shop.hears(phone=PHONE, department=shop.support)
        send(ana, ticket)
        do(ana, ticket, "encerramento")
        made = order(shop.store, "1234.56", clock.now(), paid=clock.now() + timedelta(hours=1))
    OrderPhone.objects.create(store=shop.store, order=made, phone=PHONE)
    with clock.at(MORNING - timedelta(hours=1)):
        shop.hears()
    tasks.mail_month(shop.store.pk)
    (mail,) = mailoutbox
    assert mail.to == [wants.user.email]
    assert mail.subject == "Relatório de março de 2026 da loja Loja & Filhos"
    assert "Iniciados: 1 (atendimentos)" in mail.body
    assert "da loja Loja & Filhos" in mail.body
    assert "Vendas creditadas a conversas: R$\u00a01.234,56 em 1 pedido\n" in mail.body
    assert "/relatorios/?de=2026-03-01&ate=2026-03-31" in mail.body
    assert "Loja &amp; Filhos" in html(mail)
    assert "R$\u00a01.234,56" in html(mail)
    assert "Ana" in html(mail)
    assert mail.extra_headers["List-Unsubscribe"].endswith("/sac/preferencias/>")


def test_it_is_mailed_once_however_often_it_is_rung_for(
    shop: Shop, wants: Actor, mailoutbox: Mailbox, rings: list[tuple[str, tuple[int, ...]]]
) -> None:
    tasks.watch_months()
    assert rings == [("sac.mail_month", (shop.store.pk,))]
    for _ in range(2):
        tasks.mail_month(shop.store.pk)
    with clock.at(MORNING + timedelta(days=1)):
        tasks.mail_month(shop.store.pk)
        tasks.watch_months()
    assert len(mailoutbox) == len(rings) == 1
    with clock.at(datetime(2026, 5, 1, 7, tzinfo=ZONE)):
        tasks.mail_month(shop.store.pk)
    assert len(mailoutbox) == 2, "another month, another mail"


def test_while_one_worker_has_it_another_goes_by_and_one_that_died_is_followed(
    shop: Shop, wants: Actor, mailoutbox: Mailbox
) -> None:
    march = MORNING.date().replace(month=3)
    assert MonthMail.objects.lease(shop.store.pk, march, now=MORNING)
    assert MonthMail.objects.lease(shop.store.pk, march, now=MORNING) is None
    tasks.mail_month(shop.store.pk)
    assert mailoutbox == []
    with clock.at(MORNING + timedelta(minutes=11)):
        tasks.mail_month(shop.store.pk)
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_has_it(shop: Shop) -> None:
    march = MORNING.date().replace(month=3)

    def take() -> bool:
        return MonthMail.objects.lease(shop.store.pk, march, now=MORNING) is not None

    assert sorted(together(take, take)) == [False, True]


def test_one_that_could_not_be_handed_over_is_tried_again(
    shop: Shop, wants: Actor, mailoutbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: EmailMultiAlternatives) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr(EmailMultiAlternatives, "send", refuse)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            tasks.mail_month(shop.store.pk)
    assert due_for_month(MORNING) == [shop.store.pk]
    tasks.mail_month(shop.store.pk)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("zone", "hours", "is_due"),
    [
        ("America/Sao_Paulo", -1, False),
        ("America/Sao_Paulo", 47, True),
        ("America/Sao_Paulo", 48, False),
        ("America/Manaus", 0, False),
        ("America/Manaus", 1, True),
        ("America/Noronha", -1, True),
    ],
)
def test_it_is_due_on_the_first_morning_of_the_stores_own_clock(
    shop: Shop, wants: Actor, zone: str, hours: int, is_due: bool
) -> None:
    Store.objects.filter(pk=shop.store.pk).update(timezone=zone)
    assert bool(due_for_month(MORNING + timedelta(hours=hours))) is is_due


def test_who_is_no_admin_by_now_or_did_not_ask_or_is_new_gets_none(
    shop: Shop, sara: Actor, wants: Actor, mailoutbox: Mailbox
) -> None:
    choose(sara, mails_month="on")
    assert not DeskPreferences.objects.get(user=sara.user).mails_month
    Store.objects.filter(pk=shop.store.pk).update(created_at=MORNING)
    assert due_for_month(MORNING) == []
    Store.objects.filter(pk=shop.store.pk).update(created_at=MORNING - timedelta(days=365))
    for facts in ({"is_admin": False}, {"is_active": False}):
        User.objects.filter(pk=wants.user.pk).update(**facts)
        tasks.mail_month(shop.store.pk)
        User.objects.filter(pk=wants.user.pk).update(is_admin=True, is_active=True)
    choose(wants)
    tasks.mail_month(shop.store.pk)
    assert mailoutbox == []

"""Since when a number is down, and the one mail its store's admins get of it."""

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from automacao.actions import telling
from automacao.actions.instances import Admin, disconnect_instance
from automacao.actions.sessions import note_session_state
from automacao.gateways.port import SessionState, State
from automacao.models import Instance
from evendas.accounts.models import User
from sac import tasks
from sac.models import Message
from tests.automacao.screen import Rings, now
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db
FIVE = timedelta(minutes=5)
Mailbox = list[EmailMessage]


@pytest.fixture(autouse=True)
def quiet(rings: Rings) -> Rings:
    return rings


def say(instance: Instance, state: State) -> None:
    """Let the gateway say it now."""
    at = timezone.now()
    note_session_state(instance.pk, SessionState(state, at=at, own_phone=instance.phone))


def down(instance: Instance, ago: timedelta = FIVE, **facts: object) -> None:
    """Let the number be down for so long."""
    since = timezone.now() - ago - timedelta(seconds=1)
    facts = {"state": "connecting", "down_since": since, "down_told_at": None} | facts
    Instance.objects.filter(pk=instance.pk).update(**facts)


# --- Since when -----------------------------------------------------------------------------------


def test_a_number_is_down_from_its_first_drop_until_it_is_back(shop: Shop) -> None:
    assert now(shop.instance).down_since is None
    say(shop.instance, State.CONNECTING)
    since = now(shop.instance).down_since
    assert since
    say(shop.instance, State.DISCONNECTED)
    say(shop.instance, State.QR)
    assert now(shop.instance).down_since == since, "it is one outage, whatever is said in it"
    say(shop.instance, State.CONNECTED)
    assert now(shop.instance).down_since is None


def test_a_number_on_its_way_to_its_first_phone_is_not_down(shop: Shop) -> None:
    Instance.objects.update(state="disconnected", connected_phone=None)
    for state in (State.CONNECTING, State.QR, State.QR_EXPIRED, State.FAILED):
        say(shop.instance, state)
        assert now(shop.instance).down_since is None


def test_what_an_admin_disconnects_is_down_and_nobody_is_written_to(
    shop: Shop, dono: Actor, mailoutbox: Mailbox
) -> None:
    disconnect_instance(shop.instance, by=Admin(dono.user, None))
    known = now(shop.instance)
    assert known.down_since
    down(shop.instance, state="disconnected", down_told_at=known.down_told_at)
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox == []


# --- The mail -------------------------------------------------------------------------------------


def test_the_admins_are_written_to_after_five_minutes_and_once(
    shop: Shop, other_shop: Shop, dono: Actor, ana: Actor, eva: Actor, mailoutbox: Mailbox
) -> None:
    gone = {"email": "foi@loja.test", "is_admin": True, "is_active": False}
    User.objects.create(store=shop.store, full_name="Foi", **gone)
    down(shop.instance, FIVE - timedelta(seconds=30))
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox == [], "not yet"
    down(shop.instance)
    for _ in range(2):
        tasks.mail_down(shop.instance.pk)
    (mail,) = mailoutbox
    assert mail.to == [dono.user.email]
    assert mail.subject == "WhatsApp desconectado: Número da Loja Aurora"
    assert "Nada se perde" in mail.body
    assert f"/automacao/sincronizar-whatsapp/{shop.instance.pk}/" in mail.body
    say(shop.instance, State.CONNECTED)
    say(shop.instance, State.CONNECTING)
    down(shop.instance)
    tasks.mail_down(shop.instance.pk)
    assert len(mailoutbox) == 2, "another outage, another mail"


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("banned", "O WhatsApp bloqueou este número"),
        ("logged_out", "Alguém desconectou o E-Vendas no celular"),
        ("failed", "recusou a conexão"),
        ("connecting", "ligado e com internet"),
    ],
)
def test_the_mail_says_what_to_do(
    shop: Shop, dono: Actor, mailoutbox: Mailbox, state: str, advice: str
) -> None:
    down(shop.instance, state=state)
    tasks.mail_down(shop.instance.pk)
    assert advice in mailoutbox[0].body


def test_a_name_of_several_lines_breaks_no_mail(
    shop: Shop, dono: Actor, mailoutbox: Mailbox
) -> None:
    down(shop.instance, name="Loja\r\nBcc: todos@mundo.test")
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox[0].subject == "WhatsApp desconectado: Loja Bcc: todos@mundo.test"
    assert mailoutbox[0].to == [dono.user.email]


def test_a_mail_that_could_not_be_handed_over_is_tried_again(
    shop: Shop, dono: Actor, mailoutbox: Mailbox, monkeypatch: pytest.MonkeyPatch, rings: Rings
) -> None:
    def refuse(_: EmailMessage) -> int:
        raise smtplib.SMTPServerDisconnected

    down(shop.instance)
    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refuse)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            tasks.mail_down(shop.instance.pk)
    tasks.watch_lines()
    assert ("automacao.mail_down", (shop.instance.pk,)) in rings
    tasks.mail_down(shop.instance.pk)
    assert len(mailoutbox) == 1


def test_a_store_without_admins_is_told_nothing_and_tried_once(
    shop: Shop, mailoutbox: Mailbox
) -> None:
    down(shop.instance)
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox == []
    assert telling.due_for_word(timezone.now()) == []


@pytest.mark.parametrize("facts", [{"removed_at": timezone.now()}, {"down_since": None}])
def test_nobody_is_told_of_what_is_gone_or_well(
    shop: Shop, dono: Actor, mailoutbox: Mailbox, facts: dict[str, object]
) -> None:
    down(shop.instance, FIVE, **facts)
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox == []


def test_old_news_are_none(shop: Shop, dono: Actor, mailoutbox: Mailbox) -> None:
    down(shop.instance, timedelta(days=2))
    tasks.mail_down(shop.instance.pk)
    assert mailoutbox == []


def test_screens_are_told_anew_how_much_waits_while_a_number_is_down(
    shop: Shop,
    other_shop: Shop,
    ana: Actor,
    answer: Callable[..., Message],
    pushes: list[tuple[set[str], dict[str, object]]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    def round_of_looks() -> list[tuple[set[str], dict[str, object]]]:
        pushes.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            tasks.watch_lines()
        return pushes

    down(shop.instance)
    assert round_of_looks() == [], "nothing waits"
    answer(shop.hears(department=shop.support), by=ana)
    ((groups, frame),) = round_of_looks()
    assert groups == {f"store.{shop.store.pk}"}
    assert "1 mensagem espera" in str(frame["html"])
    say(shop.instance, State.CONNECTED)
    assert round_of_looks() == []

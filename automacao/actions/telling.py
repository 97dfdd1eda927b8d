"""Mails to the admins of a store about a number: it is down, or it is silent.

A mail that could not be handed over is not told: the next round tries again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.urls import reverse
from django.utils import timezone

from automacao.models import Instance
from automacao.silence import SILENT_AFTER, silent_since
from evendas.accounts.models import User
from evendas.names import upright

# Whoever is not told within a day knows.
OLD_NEWS = timedelta(days=1)
_WHAT_TO_DO = {
    Instance.State.LOGGED_OUT: (
        "Alguém desconectou o E-Vendas no celular da loja. Para voltar, abra a instância, gere um "
        "novo código e leia com o celular."
    ),
    Instance.State.BANNED: (
        "O WhatsApp bloqueou este número. Abra o WhatsApp no celular da loja, veja o motivo e peça "
        "a análise por lá. Só conecte de novo depois que o celular voltar a funcionar."
    ),
    Instance.State.FAILED: (
        "O servidor do WhatsApp recusou a conexão. Abra a instância para ver o motivo e tente de "
        "novo."
    ),
}
_WAIT = (
    "Confira se o celular da loja está ligado e com internet. Se não voltar sozinho, abra a "
    "instância e gere um novo código."
)


def due_for_word(now: datetime) -> list[int]:
    """Return numbers that are down for a while, of which the admins were not told."""
    since = now - timedelta(seconds=settings.TELL_DOWN_AFTER)
    down = Instance.objects.filter(down_since__lt=since, down_since__gt=now - OLD_NEWS)
    return list(down.filter(down_told_at=None, removed_at=None).values_list("pk", flat=True))


def due_for_alarm(now: datetime) -> list[int]:
    """Return numbers that are silent while their store is open, of which nobody was told."""
    return [one.pk for one in _maybe_silent(now) if silent_since(one, now)]


def mail_down(instance_id: int) -> None:
    """Tell the admins that a number is down, once for each time it goes down."""
    now = timezone.now()
    if instance_id not in due_for_word(now):
        return
    instance = Instance.objects.select_related("store").get(pk=instance_id)
    # It may have come back, and gone, since the list was made.
    if (since := instance.down_since) is None:
        return
    what_to_do = _WHAT_TO_DO.get(Instance.State(instance.state), _WAIT)
    _mail(
        instance,
        f"WhatsApp desconectado: {_named(instance)}",
        f"O número {_named(instance)} da loja {upright(instance.store.name)} está desconectado "
        f"desde {_moment(instance, since)} ({instance.get_state_display()}).\n\n"
        "Nada se perde: o que a equipe escrever fica na fila e sai quando ele voltar.\n\n"
        f"{what_to_do}",
    )
    _told(instance, "down_told_at", now, down_since=since)


def mail_silence(instance_id: int) -> None:
    """Tell the admins that a number brings nothing, once for each silence."""
    now = timezone.now()
    instance = _maybe_silent(now).filter(pk=instance_id).first()
    if instance is None or (since := silent_since(instance, now)) is None:
        return
    _mail(
        instance,
        f"WhatsApp sem novidades: {_named(instance)}",
        f"O número {_named(instance)} da loja {upright(instance.store.name)} está conectado, mas "
        f"não recebe nada desde {_moment(instance, since)}, em horário de atendimento.\n\n"
        "Mande uma mensagem de outro celular para ele. Se ela não aparecer no E-Vendas, "
        "desconecte e conecte o número de novo, e avise o suporte.",
    )
    _told(instance, "silence_told_at", now, last_event_at=since)


def _maybe_silent(now: datetime) -> models.QuerySet[Instance]:
    """Numbers that may have been silent for so long, and of which nobody was told yet."""
    told = models.Q(silence_told_at__gte=models.F("last_event_at"))
    connected = Instance.objects.filter(state=Instance.State.CONNECTED, removed_at=None)
    quiet = connected.filter(last_event_at__lt=now - SILENT_AFTER).exclude(told)
    return quiet.select_related("store", "chatbot")


def _mail(instance: Instance, subject: str, text: str) -> None:
    """One mail to all admins: handed over to all or to none. Raises what the mail server raises."""
    admins = User.objects.filter(store=instance.store_id, is_admin=True, is_active=True)
    addresses = list(admins.order_by("pk").values_list("email", flat=True))
    link = settings.PUBLIC_URL + reverse("instance_edit", args=[instance.pk])
    if addresses:
        EmailMessage(subject, f"Olá!\n\n{text}\n\n{link}\n", None, addresses).send()


def _named(instance: Instance) -> str:
    """The number's name on one line, as a subject needs it."""
    return " ".join(upright(str(instance)).split())


def _moment(instance: Instance, at: datetime) -> str:
    return f"{at.astimezone(instance.store.zone):%d/%m às %H:%M}"


def _told(instance: Instance, stamp: str, now: datetime, **known: datetime) -> None:
    """Write that it was told, unless it is about something else by now."""
    Instance.objects.filter(pk=instance.pk, **known).update(**{stamp: now})

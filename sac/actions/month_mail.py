"""The figures of a month, mailed on the first of the next to the admins who want them.

Once for each store and month, however often the beat rings and whoever works at it: its row is
leased before the mail is handed over. One that could not be handed over, or whose worker died, is
mailed by a later round.
"""

from datetime import date, datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from evendas import clock
from evendas.accounts.models import Store, User
from evendas.names import upright
from pedidos.finance import movement
from sac.models import MonthMail
from sac.month import bounds
from sac.reports import summary
from sac.reports.sales import sales
from sac.reports.scope import Scope

# By the clock of the store.
_HOUR = 7
# Whoever asks for it later than this gets the next month's.
_OLD_NEWS = timedelta(days=2)


def due_for_month(now: datetime) -> list[int]:
    """Return the stores whose admins are to be written to, and were not yet. Two queries."""
    wanted = Store.objects.filter(is_active=True, pk__in=_readers().order_by().values("store"))
    due = {store.pk: month for store in wanted if (month := _month_due(store, now))}
    known = MonthMail.objects.sent().filter(store__in=due)
    sent = set(known.values_list("store", "month"))
    return [pk for pk, month in due.items() if (pk, month) not in sent]


def mail_month(store_id: int) -> None:
    """Mail a store's last month, if it is time and nobody did. Raises what the server raises."""
    now = clock.now()
    store = Store.objects.filter(pk=store_id, is_active=True).first()
    month = _month_due(store, now) if store else None
    if store is None or month is None or not (readers := list(_readers().filter(store=store))):
        return
    mail = _mail(store, month, readers)
    row = MonthMail.objects.lease(store.pk, month, now=now)
    if row is None:
        return
    try:
        mail.send()
    except (OSError, SMTPException):
        row.update(leased_until=None)
        raise
    row.update(sent_at=clock.now())


def _readers() -> QuerySet[User]:
    """The admins who want it."""
    return User.objects.filter(is_admin=True, is_active=True, desk__mails_month=True).order_by("pk")


def _month_due(store: Store, now: datetime) -> date | None:
    """Return the first day of the month to be told of, None when it is not the time."""
    this, _ = bounds(timezone.localtime(now, store.zone))
    begins = this.replace(hour=_HOUR)
    if not begins <= now < begins + _OLD_NEWS or store.created_at >= this:
        return None
    return (this.date() - timedelta(days=1)).replace(day=1)


def _mail(store: Store, month: date, readers: list[User]) -> EmailMultiAlternatives:
    """One mail to all of them, with the money: they are admins."""
    following = (month + timedelta(days=31)).replace(day=1)
    scope = Scope(store, first=month, last=following - timedelta(days=1))
    context = {
        "store": upright(store.name),
        "month": month,
        "totals": summary.totals(scope),
        "attendants": summary.by_attendant(scope),
        "movement": movement(store, month, now=clock.now()),
        "sales": sales(scope),
        "link": settings.PUBLIC_URL + reverse("reports") + scope.query(),
        "preferences": settings.PUBLIC_URL + reverse("preferences"),
    }
    named = date_format(month, r"F \d\e Y").lower()
    subject = f"Relatório de {named} da loja {context['store']}"
    return EmailMultiAlternatives(
        " ".join(subject.split()),
        render_to_string("sac/month_mail.txt", context),
        to=[one.email for one in readers],
        alternatives=[(render_to_string("sac/month_mail.html", context), "text/html")],
        headers={"List-Unsubscribe": f"<{context['preferences']}>"},
    )

"""Celery's entrances to the desk. Ids only; each is safe to run twice or never."""

from celery import shared_task

from automacao.actions import forgetting, telling
from automacao.models import Instance
from evendas import clock
from evendas.bell import ring
from sac.actions import (
    amendments,
    changes,
    closed_counts,
    files,
    line,
    month_mail,
    order_news,
    outbox,
    reconciling,
    releasing,
    replies,
    silence,
    statuses,
)
from sac.amend import carry_out_amendment
from sac.deliver import deliver_conversation, due_for_settling, settle_message
from sac.drain import drain_instance
from sac.mark_read import mark_conversation_read
from sac.media import fetching, storing


@shared_task(name="sac.drain")
def drain(instance_id: int) -> None:
    drain_instance(instance_id)


@shared_task(name="sac.deliver")
def deliver(conversation_id: int) -> None:
    deliver_conversation(conversation_id)


@shared_task(name="sac.amend")
def amend(amendment_id: int) -> None:
    carry_out_amendment(amendment_id)


@shared_task(name="sac.mark_read")
def mark_read(conversation_id: int, after: int, until: int) -> None:
    mark_conversation_read(conversation_id, after=after, until=until)


@shared_task(name="sac.order_changed")
def order_changed(order_id: int) -> None:
    order_news.tell(order_id)


@shared_task(name="sac.order_told")
def order_told(conversation_id: int) -> None:
    order_news.look_up(conversation_id)


@shared_task(name="sac.settle")
def settle(message_id: int) -> None:
    settle_message(message_id)


@shared_task(name="sac.fetch_media")
def fetch_media(media_id: int) -> None:
    fetching.fetch_media(media_id)


@shared_task(name="automacao.check_instance")
def check_instance(instance_id: int) -> None:
    line.check_line(instance_id)


@shared_task(name="automacao.check_instances")
def check_instances() -> None:
    for instance_id in Instance.objects.worth_asking().values_list("pk", flat=True):
        ring("automacao.check_instance", instance_id)


@shared_task(name="automacao.connect_instance")
def connect_instance(instance_id: int) -> None:
    line.carry_out_order(instance_id)


@shared_task(name="automacao.logout_instance")
def logout_instance(instance_id: int) -> None:
    line.carry_out_order(instance_id)


@shared_task(name="automacao.delete_instance")
def delete_instance(instance_id: int) -> None:
    line.carry_out_order(instance_id)


@shared_task(name="automacao.sweep_orders")
def sweep_orders() -> None:
    """Ring for what is still to be asked of a gateway: lost bells, failures, workers that died."""
    due = Instance.objects.with_due_orders()
    for instance_id, order in due.values_list("pk", "order"):
        ring(f"automacao.{order}_instance", instance_id)


@shared_task(name="automacao.watch_lines")
def watch_lines() -> None:
    """Ring for every number that is to be looked after, or told of."""
    line.watch_lines()


@shared_task(name="automacao.watch_silence")
def watch_silence() -> None:
    """Ring for every number that brings nothing while its store is open."""
    line.watch_silence()


@shared_task(name="automacao.probe_instance")
def probe_instance(instance_id: int) -> None:
    line.probe(instance_id)


@shared_task(name="automacao.repair_webhook")
def repair_webhook(instance_id: int) -> None:
    line.repair(instance_id)


@shared_task(name="automacao.reconcile_instance")
def reconcile_instance(instance_id: int) -> None:
    reconciling.reconcile(instance_id)


@shared_task(name="automacao.mail_down")
def mail_down(instance_id: int) -> None:
    telling.mail_down(instance_id)


@shared_task(name="automacao.mail_silence")
def mail_silence(instance_id: int) -> None:
    telling.mail_silence(instance_id)


@shared_task(name="sac.sweep_inbox")
def sweep_inbox() -> None:
    """Ring for every inbox with something due: what a lost bell left behind."""
    for instance_id in Instance.objects.with_due_events().values_list("pk", flat=True):
        ring("sac.drain", instance_id)


@shared_task(name="automacao.forget_events")
def forget_events() -> None:
    """Forget what was understood long ago."""
    forgetting.forget_done_events()


@shared_task(name="sac.sweep_team")
def sweep_team() -> None:
    """Hand back what somebody or something deactivated still holds."""
    releasing.release_stranded()


@shared_task(name="sac.sweep_silence")
def sweep_silence() -> None:
    """Hand back what somebody holds and does not answer."""
    silence.release_silent()


@shared_task(name="sac.fold_closed_counts")
def fold_closed_counts() -> None:
    closed_counts.fold_closed_counts()


@shared_task(name="sac.sweep_media")
def sweep_media() -> None:
    """Ring for files that wait, and clear away what was left unfinished."""
    storing.tidy_work_folder()
    for media_id in files.due():
        ring("sac.fetch_media", media_id)


@shared_task(name="sac.clear_loose_files")
def clear_loose_files() -> None:
    """Take out of the storage what nobody was left to tell of."""
    storing.clear_loose_files()


@shared_task(name="sac.sweep_outbox")
def sweep_outbox() -> None:
    """Ring for what is due to leave, and settle what nobody knows the fate of."""
    outbox.expire_leases()
    outbox.hold_stale()
    outbox.give_up_on_unknown()
    replies.give_up_on_removed_numbers()
    amendments.give_up_on_removed_numbers()
    statuses.apply_waiting_statuses()
    statuses.forget_early_statuses()
    changes.apply_waiting_changes()
    changes.forget_early_changes()
    line.ring_outboxes()
    for message_id in due_for_settling():
        ring("sac.settle", message_id)
    for amendment_id in amendments.due():
        ring("sac.amend", amendment_id)


@shared_task(name="sac.forget_deleted")
def forget_deleted() -> None:
    changes.forget_deleted()


@shared_task(name="sac.watch_months")
def watch_months() -> None:
    """Ring for every store whose admins are to read of the month that is over."""
    for store_id in month_mail.due_for_month(clock.now()):
        ring("sac.mail_month", store_id)


@shared_task(name="sac.mail_month")
def mail_month(store_id: int) -> None:
    month_mail.mail_month(store_id)

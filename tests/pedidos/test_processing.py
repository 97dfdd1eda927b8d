"""Working off what the shops posted: in order, by one worker, and never lost."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from pedidos import processing, tasks
from pedidos.actions.forgetting import forget_old_deliveries
from pedidos.models import Delivery, Order, Source, StatusRule
from pedidos.platforms.port import Malformed
from pedidos.processing import LOCK_SPACE, conclude, postpone, process_source
from pedidos.status_words import reading_of
from tests.databases import another_connection
from tests.pedidos.doors import TOKEN_SHOWN, Door, Rings, work
from tests.pedidos.order_data import EVENDAS, SHOPIFY_NEW, WOO_NEW, changed
from tests.together import together

TOPIC = "order.updated"


def as_of(at: str, **told: object) -> bytes:
    """The new WooCommerce order as it was at a time of one day."""
    return changed(WOO_NEW, date_modified_gmt=f"2026-03-09T{at}", **told)


def only(**wanted: object) -> Delivery:
    return Delivery.objects.get(**wanted)


def test_what_is_posted_out_of_order_ends_as_the_latest_word(woo: Door, rings: Rings) -> None:
    for at, status in [
        ("18:00:00", "processing"),
        ("19:00:00", "completed"),
        ("17:30:00", "failed"),
    ]:
        assert woo.say(json.loads(as_of(at, status=status)), topic=TOPIC).status_code == 200
    work(rings)
    assert Order.objects.get().payment == "paid"
    assert [one.status for one in Delivery.objects.all()] == ["done"] * 3


def test_where_no_time_is_told_the_last_that_came_counts(evendas: Door, rings: Rings) -> None:
    for status in ("Aguardando pagamento", "Pago", "Cancelado"):
        raw = changed(EVENDAS, STATUSPEDIDO=status)
        assert evendas.post(raw, {"token": TOKEN_SHOWN}).status_code == 200
    work(rings)
    assert Order.objects.get().label_text == "Cancelado"


def test_where_no_time_is_told_what_was_put_off_never_goes_over_what_came_after_it(
    evendas: Door, rings: Rings
) -> None:
    for status in ("Pago", "Cancelado"):
        evendas.post(changed(EVENDAS, STATUSPEDIDO=status), {"token": TOKEN_SHOWN})
    first = Delivery.objects.order_by("id")[0]
    Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now() + timedelta(hours=1))
    work(rings)
    Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now())
    process_source(evendas.source.pk)
    assert Delivery.objects.get(pk=first.pk).status == "done"
    assert Order.objects.get().label_text == "Cancelado"


def test_a_status_text_means_what_the_store_says(evendas: Door, rings: Rings) -> None:
    StatusRule.objects.create(
        store=evendas.source.store, text="no forno", payment="paid", fulfillment="separating"
    )
    evendas.post(changed(EVENDAS, STATUSPEDIDO="No  FORNO"), {"token": TOKEN_SHOWN})
    work(rings)
    assert Order.objects.get().label_text == "Em separação"


def test_what_nobody_understands_is_parked_with_its_reason_and_the_rest_goes_on(
    woo: Door, rings: Rings
) -> None:
    woo.say(b"not json", topic=TOPIC)
    woo.say(json.loads(as_of("18:00:00", total="-1")), topic=TOPIC)
    woo.deliver(WOO_NEW)
    work(rings)
    assert [(one.status, one.attempts) for one in Delivery.objects.order_by("id")] == [
        ("parked", 0),
        ("parked", 0),
        ("done", 0),
    ]
    assert "total" in Delivery.objects.order_by("id")[1].error
    assert Order.objects.get().external_id == "1042"


def test_what_is_no_order_is_ignored_with_its_reason(woo: Door, rings: Rings) -> None:
    woo.say({"id": 1}, topic="product.updated")
    work(rings)
    assert (only().status, only().error != "") == ("ignored", True)
    assert Order.objects.count() == 0


def test_an_order_the_platform_deleted_is_cancelled(woo: Door, rings: Rings) -> None:
    woo.deliver(WOO_NEW)
    woo.say({"id": 1042}, topic="order.deleted")
    work(rings)
    assert Order.objects.get().label_text == "Cancelado"


def test_a_customer_who_is_to_be_forgotten_leaves_no_name_behind(
    shopify: Door, rings: Rings
) -> None:
    shopify.deliver(SHOPIFY_NEW)
    work(rings)
    email = Order.objects.get().buyer_email
    assert email
    told = {"customer": {"email": email}, "orders_to_redact": [6101234567890]}
    shopify.say(told, topic="customers/redact")
    work(rings)
    order = Order.objects.get()
    assert (order.buyer_name, order.buyer_email, order.phones.count()) == ("", "", 0)
    assert bytes(only(topic="customers/redact").body) == b""


def test_another_shop_that_left_takes_nobody_of_this_one_with_it(
    shopify: Door, rings: Rings
) -> None:
    Source.objects.update(shop_id="loja-exemplo.myshopify.com")
    shopify.deliver(SHOPIFY_NEW)
    shopify.say({"shop_domain": "outra.myshopify.com"}, topic="shop/redact")
    work(rings)
    assert Order.objects.get().buyer_name
    parked = only(status="parked")
    assert parked.error == "o pedido de esquecimento é de outra loja (outra.myshopify.com)"
    shopify.say({"shop_domain": "loja-exemplo.myshopify.com"}, topic="shop/redact")
    work(rings)
    assert not Order.objects.get().buyer_name


def test_the_source_remembers_when_it_was_heard_of(woo: Door, rings: Rings) -> None:
    woo.deliver(WOO_NEW)
    work(rings)
    assert Source.objects.get().last_event_at == only().received_at


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_tried_again_later_and_parked_in_the_end(
    woo: Door, rings: Rings, settings: Settings
) -> None:
    settings.INBOX_RETRY_AFTER = 0
    woo.deliver(WOO_NEW)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pedidos_order ADD CONSTRAINT broken CHECK (total < 0)")
    try:
        for attempt in range(1, Delivery.MAX_ATTEMPTS + 1):
            assert only().status == "waiting"
            Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
            # One attempt: the next is not due before its time.
            processing._process(woo.source, only(), reading_of(woo.source))
            assert only().attempts == attempt
        assert only().status == "parked"
        assert only().error == "Falha nossa ao guardar o pedido (IntegrityError)."
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pedidos_order DROP CONSTRAINT broken")
    Delivery.objects.parked().replay()
    assert process_source(woo.source.pk) == 1
    assert only().status == "done"


@pytest.mark.django_db(transaction=True)
def test_a_failed_attempt_waits_longer_each_time(
    woo: Door, rings: Rings, settings: Settings
) -> None:
    settings.INBOX_RETRY_AFTER = 5
    woo.deliver(WOO_NEW)
    waits = []
    for _ in range(3):
        postpone(only().pk, "x")
        waits.append(round((only().due_at - timezone.now()).total_seconds()))
    assert waits == [10, 20, 40]
    assert process_source(woo.source.pk) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_each_delivery_once(woo: Door, rings: Rings) -> None:
    for second in range(20):
        woo.say(json.loads(as_of(f"18:00:{second:02}", total=f"{second + 1}.00")), topic=TOPIC)
    pk = woo.source.pk
    together(*[lambda: process_source(pk)] * 4)
    process_source(pk)
    assert Delivery.objects.exclude(status="done").count() == 0
    order = Order.objects.get()
    assert (str(order.total), order.milestones.count()) == ("20.00", 1)


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_another_worker_has_is_left_to_it(woo: Door, rings: Rings) -> None:
    woo.deliver(WOO_NEW)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, woo.source.pk])
        assert process_source(woo.source.pk) == 0
        assert only().status == "waiting"
    assert process_source(woo.source.pk) == 1


def test_what_another_worker_ended_meanwhile_stays_as_it_is(woo: Door, rings: Rings) -> None:
    woo.deliver(WOO_NEW)
    work(rings)
    with transaction.atomic():
        conclude(woo.source, only().pk, Malformed("x"))
    postpone(only().pk, "x", is_final=True)
    assert (only().status, only().error) == ("done", "")


def test_a_lost_ring_is_rung_again(woo: Door, rings: Rings) -> None:
    woo.deliver(WOO_NEW)
    rings.clear()
    tasks.sweep()
    assert rings == [("pedidos.process", (woo.source.pk,))]
    work(rings)
    tasks.sweep()
    assert rings_of_orders(rings) == []


def rings_of_orders(rings: Rings) -> Rings:
    return [one for one in rings if one[0].startswith("pedidos.")]


def test_what_was_understood_long_ago_is_forgotten_and_the_rest_stays(
    woo: Door, rings: Rings, settings: Settings
) -> None:
    woo.deliver(WOO_NEW)
    woo.say({"id": 1}, topic="product.updated", delivery="ignored")
    woo.say(b"not json", topic=TOPIC, delivery="parked")
    work(rings)
    woo.say(b"{}", topic=TOPIC, delivery="waiting")
    almost = timezone.now() - timedelta(days=settings.INBOX_KEEP_DAYS) + timedelta(minutes=1)
    Delivery.objects.exclude(processed_at=None).update(processed_at=almost)
    assert forget_old_deliveries() == 0
    Delivery.objects.exclude(processed_at=None).update(processed_at=almost - timedelta(minutes=2))
    assert forget_old_deliveries() == 2
    left = Delivery.objects.values_list("external_id", flat=True)
    assert {str(name).partition(":")[0] for name in left} == {"parked", "waiting"}

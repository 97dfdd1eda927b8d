"""A spreadsheet becomes orders: once, however often it is handed in or its worker dies."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from pedidos import tasks
from pedidos.actions import importing, imports
from pedidos.actions.importing import import_orders
from pedidos.actions.recording import forget_people, record_order
from pedidos.models import Order, OrderImport, OrderItem, OrderMilestone, RefusedLine
from pedidos.platforms.port import PeopleToForget
from tests.conftest import Actor, Shop
from tests.pedidos.doors import Rings, open_source
from tests.pedidos.sheets import ANA, sheet

pytestmark = pytest.mark.django_db
State = OrderImport.State
GOOD = sheet(
    f"{ANA};Tênis;1;1.224,56",
    "1042;;;;;;;;Meia;2;5,00",
    "1043;x;Pago;9,00;Bia",
    "1044;11/11/2026;Enviado;50,00;Bia;bia@x.com",
)


def handed_in(dono: Actor, text: str = GOOD) -> OrderImport:
    """A file whose preview was confirmed."""
    store = dono.user.store
    assert store
    upload = SimpleUploadedFile("pedidos.csv", text.encode("cp1252"))
    row = imports.take_file(store, upload, by=dono.user, ip=None)
    row.refresh_from_db()
    imports.start_import(row, by=dono.user, ip=None)
    return row


def counts(row: OrderImport) -> tuple[int, int, int, int]:
    row.refresh_from_db()
    return row.created, row.changed, row.same, row.refused


def numbered(many: int, *, since: int = 1, total: str = "9,00") -> str:
    return sheet(*(f"{since + one};12/11/2026;Pago;{total};Ana" for one in range(many)))


def test_a_file_becomes_orders_and_what_is_wrong_in_it_is_told(dono: Actor, rings: Rings) -> None:
    row = handed_in(dono)
    assert import_orders(row.pk) == 3
    assert counts(row) == (2, 0, 0, 1)
    assert (row.state, row.percent, row.lines_read) == (State.DONE, 100, 4)
    ana, bia = Order.objects.order_by("number")
    assert (ana.platform, ana.source, ana.buyer_name) == ("csv", None, "Ana Conceição")
    assert (str(ana.total), ana.items.count(), bia.label_text) == ("1234.56", 2, "Enviado")
    (refused,) = RefusedLine.objects.all()
    assert (refused.line, refused.is_note) == (4, False)
    assert "não é uma data" in refused.reason


def test_the_same_file_again_changes_nothing_and_doubles_nothing(dono: Actor, rings: Rings) -> None:
    import_orders(handed_in(dono).pk)
    before = [list(model.objects.order_by("id").values()) for model in (OrderItem, OrderMilestone)]
    again = handed_in(dono)
    import_orders(again.pk)
    assert counts(again) == (0, 0, 2, 1)
    assert before == [
        list(model.objects.order_by("id").values()) for model in (OrderItem, OrderMilestone)
    ]


def test_a_later_file_changes_what_it_tells_and_leaves_the_rest(dono: Actor, rings: Rings) -> None:
    import_orders(handed_in(dono).pk)
    heading = "Pedido;Data;Total;Situação;Código de rastreio"
    line = "1042;12/11/2026 14:30;1.234,56;Enviado;AA123456785BR"
    later = handed_in(dono, sheet(line, heading=heading))
    import_orders(later.pk)
    assert counts(later) == (0, 1, 0, 0)
    order = Order.objects.get(number="1042")
    assert (order.label_text, order.items.count()) == ("Enviado", 2)
    assert (order.buyer_name, order.shipments.get().code) == ("Ana Conceição", "AA123456785BR")


def test_only_what_is_new_of_late_is_told_to_conversations(
    dono: Actor, rings: Rings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    now = timezone.now()
    days = [f"{now - timedelta(days=age):%d/%m/%Y}" for age in (1, 300)]
    lines = [f"{number};{day};Pago;9,00" for number, day in enumerate(days)]
    row = handed_in(dono, sheet(*lines))
    with django_capture_on_commit_callbacks(execute=True):
        import_orders(row.pk)
    assert rings == [("sac.order_changed", (Order.objects.get(number="0").pk,))]


# --- Killed, stopped, and one beside the other ----------------------------------------------------


def test_whoever_comes_after_a_dead_worker_goes_on_after_the_last_batch(
    dono: Actor, rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    row = handed_in(dono, numbered(5))
    seen: list[str] = []

    def dies(*args: object, **kwargs: object) -> object:
        seen.append(str(getattr(args[3], "number", "")))
        if len(seen) == 4:
            raise SystemExit
        return record_order(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "record_order", dies)
    with pytest.raises(SystemExit):
        import_orders(row.pk)
    assert (counts(row), Order.objects.count()) == ((2, 0, 0, 0), 2)
    assert import_orders(row.pk) == 0
    OrderImport.objects.update(due_at=timezone.now())
    assert OrderImport.objects.due_imports() == [row.pk]
    assert import_orders(row.pk) == 3
    assert (counts(row), row.state) == ((5, 0, 0, 0), State.DONE)
    assert seen == ["1", "2", "3", "4", "3", "4", "5"]


def test_a_worker_that_lost_its_file_to_another_writes_nothing_more(
    dono: Actor, rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    row, batches = handed_in(dono, numbered(4)), importing._batches

    def slow(orders: object) -> object:
        for place, batch in enumerate(batches(orders)):  # type: ignore[arg-type]
            if place == 0:
                OrderImport.objects.update(due_at=timezone.now())
                monkeypatch.setattr(importing, "_batches", batches)
                assert import_orders(row.pk) == 4
            yield batch

    monkeypatch.setattr(importing, "_batches", slow)
    assert import_orders(row.pk) == 0
    assert (counts(row), Order.objects.count()) == ((4, 0, 0, 0), 4)


def test_a_worker_that_is_to_leave_gives_the_rest_away_at_once(
    dono: Actor, rings: Rings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = handed_in(dono, numbered(3))
    monkeypatch.setattr(importing, "is_leaving", lambda: True)
    assert import_orders(row.pk) == 0
    assert rings == [("pedidos.import", (row.pk,))]
    monkeypatch.setattr(importing, "is_leaving", lambda: False)
    assert import_orders(row.pk) == 3


def test_a_file_that_kills_every_worker_is_given_up(dono: Actor, rings: Rings) -> None:
    row = handed_in(dono)
    OrderImport.objects.update(attempts=OrderImport.MAX_ATTEMPTS)
    import_orders(row.pk)
    row.refresh_from_db()
    assert (row.state, "mesmo ponto" in row.error) == (State.FAILED, True)


def test_a_store_reads_one_file_at_a_time(dono: Actor, rings: Rings) -> None:
    handed_in(dono)
    with pytest.raises(imports.AnotherRuns):
        handed_in(dono)


def test_a_batch_costs_the_same_whatever_the_file_has(
    dono: Actor,
    rings: Rings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Eight to find the file, to count and to end; seven for each order that is as it was."""
    for many in (1, 10):
        import_orders(handed_in(dono, numbered(many)).pk)
        row = handed_in(dono, numbered(many))
        with django_assert_num_queries(8 + 7 * many):
            import_orders(row.pk)


# --- What is kept ---------------------------------------------------------------------------------


def test_the_file_goes_after_its_days_and_leaves_numbers(
    dono: Actor, rings: Rings, settings: Settings
) -> None:
    done, waiting = handed_in(dono), None
    import_orders(done.pk)
    assert dono.user.store
    upload = SimpleUploadedFile("outra.csv", GOOD.encode())
    waiting = imports.take_file(dono.user.store, upload, by=dono.user, ip=None)
    tasks.forget_imports()
    assert default_storage.exists(waiting.file)
    old = timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS, minutes=1)
    OrderImport.objects.update(created_at=old)
    tasks.forget_imports()
    assert not any(default_storage.exists(one.file) for one in (done, waiting))
    (left,) = OrderImport.objects.all()
    assert (left.pk, left.file, left.created) == (done.pk, "", 2)


def test_a_file_that_is_gone_ends_its_import(dono: Actor, rings: Rings) -> None:
    row = handed_in(dono)
    default_storage.delete(row.file)
    import_orders(row.pk)
    row.refresh_from_db()
    assert (row.state, "não está mais guardado" in row.error) == (State.FAILED, True)


def test_whom_a_shop_wants_forgotten_is_forgotten_in_spreadsheets_and_stays_so(
    dono: Actor, shop: Shop, rings: Rings
) -> None:
    shopify = open_source(shop, "shopify")
    row = handed_in(dono)
    import_orders(row.pk)
    people = PeopleToForget(email="ana@x.com", order_ids=("1044",))
    assert forget_people(shopify, people, now=timezone.now()) == 1
    OrderImport.objects.update(state=State.RUNNING, read_until=0, due_at=timezone.now())
    import_orders(row.pk)
    ana, bia = Order.objects.order_by("number")
    assert (ana.buyer_name, ana.buyer_email, ana.phones.count()) == ("", "", 0)
    assert bia.buyer_name == "Bia"

"""Pedidos > Integrações > Planilha: choosing, looking over, importing, and what came of it."""

import csv
import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from evendas.accounts.models import AuditEntry
from pedidos.actions.importing import import_orders
from pedidos.models import Order, OrderImport, RefusedLine
from pedidos.spreadsheet.columns import COLUMNS
from tests.conftest import Actor
from tests.pedidos.doors import Rings
from tests.pedidos.sheets import ANA, HEADING, read, sheet
from tests.pedidos.test_importing import GOOD, numbered
from tests.sac.pages import Answer, Page
from tests.sac.pages import read as read_page

pytestmark = pytest.mark.django_db
NEW = "/pedidos/integracoes/planilhas/nova/"


def send(actor: Actor, raw: bytes | str, name: str = "pedidos.csv") -> HttpResponse:
    body = raw if isinstance(raw, bytes) else raw.encode("cp1252")
    answer = actor.client.post(NEW, {"file": SimpleUploadedFile(name, body)})
    assert isinstance(answer, HttpResponse)
    return answer


def to_mend(actor: Actor) -> str:
    """The file of the lines that were refused, without its mark."""
    answer = actor.client.get(url("linhas-com-erro.csv"))
    text: str = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return text.removeprefix("\ufeff")


def page(actor: Actor, url: str) -> Page:
    answer: Answer = actor.client.get(url)
    assert answer.status_code == 200
    return read_page(answer)


def words(shown: Page) -> str:
    return " ".join(shown.find("main")[0].text.split())


def errors(answer: Answer) -> str:
    return " ".join(one.text.strip() for one in read_page(answer).find("div", class_="field-error"))


def url(noun: str = "") -> str:
    return f"/pedidos/integracoes/planilhas/{OrderImport.objects.get().pk}/{noun}"


def mapped(row: OrderImport, **changes: str) -> dict[str, str]:
    return {f"column-{place}": field for place, field in enumerate(row.fields)} | changes


def test_a_file_is_shown_as_it_was_understood_before_anything_happens(
    dono: Actor, rings: Rings
) -> None:
    answer = send(dono, GOOD)
    assert answer.headers["Location"] == url()
    shown = words(page(dono, url()))
    for word in ("Windows-1252", "ponto e vírgula", "4 linhas", "#1042", "12/11/2026 14:30"):
        assert word in shown
    assert "R$ 1.234,56" in shown.replace("\u00a0", " ")
    assert "2 itens" in shown
    assert "Linha 4 A data do pedido (campo Data do pedido) não é uma data" in shown
    assert Order.objects.count() == 0


def test_from_the_preview_to_the_orders_and_back_with_the_lines_to_mend(
    dono: Actor, rings: Rings
) -> None:
    send(dono, GOOD)
    row = OrderImport.objects.get()
    assert dono.client.post(url("inicio/"), mapped(row)).status_code == 302
    running = page(dono, url())
    assert running.find("div", id="import-progress")[0].attributes["hx-get"] == url("andamento/")
    assert "HX-Refresh" not in dono.client.get(url("andamento/")).headers
    import_orders(row.pk)
    assert dono.client.get(url("andamento/")).headers["HX-Refresh"] == "true"
    shown = words(page(dono, url()))
    assert "Novos2" in shown
    assert "Com erro1" in shown
    mended = to_mend(dono).replace(";x;", ";10/11/2026;")
    (line,) = csv.DictReader(io.StringIO(mended), delimiter=";")
    assert (line["Linha no arquivo"], line["Número do pedido"]) == ("4", "1043")
    assert "não é uma data" in line["Motivo da recusa"]
    (told,) = read(mended)
    assert not hasattr(told, "reason")
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["import.uploaded", "import.started"]


def test_what_is_downloaded_to_be_mended_runs_nowhere_and_comes_back_as_it_was(
    dono: Actor, rings: Rings
) -> None:
    formula, phone = '=HYPERLINK("http://x")', "+55 11 98765-4321"
    line = f'7;x;Pago;9,00;"{formula.replace(chr(34), chr(34) * 2)}";;;{phone}'
    send(dono, sheet(line, f"{ANA};Tênis;um;1,00", "1042;;;;;;;;Meia;1;1,00"))
    row = OrderImport.objects.get()
    dono.client.post(url("inicio/"), mapped(row))
    import_orders(row.pk)
    text = to_mend(dono)
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [one[0] for one in rows] == ["Número do pedido", "7", "1042", "1042"]
    assert not [cell for one in rows for cell in one if cell[:1] in {"=", "+", "-", "@"}]
    assert rows[3][-1] == "o pedido tem um erro na linha 3"
    (seven, _) = read(text.replace(";x;", ";12/11/2026;"))
    assert seven.seen.name == formula  # type: ignore[union-attr]
    assert seven.seen.phones == ("+5511987654321",)  # type: ignore[union-attr]


def test_columns_nobody_knows_are_chosen_by_the_admin(dono: Actor, rings: Rings) -> None:
    send(dono, sheet("77;12/11/2026;5,00", heading="Ref. X;Dia;Soma"))
    row = OrderImport.objects.get()
    assert row.fields == ["", "", ""]
    assert "Diga qual coluna tem: Número do pedido, Data do pedido e Total." in words(
        page(dono, url())
    )
    refused: Answer = dono.client.post(url("inicio/"), mapped(row))
    assert refused.status_code == 200
    twice: Answer = dono.client.post(
        url(), {"column-0": "number", "column-1": "number", "column-2": "total"}
    )
    assert "já é outra coluna" in errors(twice)
    chosen = {"column-0": "number", "column-1": "placed_at", "column-2": "total"}
    assert dono.client.post(url(), chosen).status_code == 302
    assert "#77" in words(page(dono, url()))
    assert OrderImport.objects.get().is_preview
    assert dono.client.post(url("inicio/"), chosen).status_code == 302
    assert OrderImport.objects.get().is_running


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "vazio"),
        (b"PK\x03\x04xlsx", "planilha do Excel"),
        (b"a;b\n\0;1\n", "nulos"),
        (f"{HEADING}\n".encode(), "só tem o cabeçalho"),
        (b'"' * 100_001, "não pode ser lido"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field_and_kept_nowhere(
    raw: bytes, told: str, dono: Actor
) -> None:
    answer = send(dono, raw)
    assert answer.status_code == 200
    assert told in errors(answer)
    assert OrderImport.objects.count() == 0


def test_no_file_and_one_that_is_too_large_are_refused(
    dono: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Escolha o arquivo." in errors(dono.client.post(NEW, {}))
    monkeypatch.setattr("pedidos.actions.imports.BYTES_MAX", 1024)
    assert "no máximo" in errors(send(dono, numbered(200)))


def test_a_name_that_is_a_path_or_markup_is_a_name(dono: Actor) -> None:
    send(dono, GOOD, name="<img src=x>\u202e.csv")
    shown = page(dono, url())
    assert shown.find("h1")[0].text.strip() == "<img src=x>.csv"


def test_a_discarded_file_leaves_nothing(
    dono: Actor, rings: Rings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    send(dono, GOOD)
    row = OrderImport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert dono.client.post(url("descarte/")).status_code == 302
    assert OrderImport.objects.count() == 0
    assert not default_storage.exists(row.file)


def test_what_was_imported_cannot_be_discarded_nor_started_twice(dono: Actor, rings: Rings) -> None:
    send(dono, GOOD)
    row = OrderImport.objects.get()
    dono.client.post(url("inicio/"), mapped(row))
    import_orders(row.pk)
    dono.client.post(url("descarte/"))
    dono.client.post(url("inicio/"), mapped(row))
    row.refresh_from_db()
    assert (row.state, row.created) == (OrderImport.State.DONE, 2)


def test_the_model_is_a_file_that_can_be_imported(dono: Actor) -> None:
    answer: Answer = dono.client.get(reverse("import_model"))
    text = answer.content.decode()
    assert text.startswith("\ufeff" + ";".join(one.label for one in COLUMNS[:3]))
    (told,) = read(text)
    assert told.seen.items  # type: ignore[union-attr]
    assert told.notes == ()  # type: ignore[union-attr]


def test_once_its_file_is_gone_a_page_says_so(dono: Actor, rings: Rings) -> None:
    send(dono, GOOD)
    default_storage.delete(OrderImport.objects.get().file)
    assert "não está mais guardado" in words(page(dono, url()))
    assert dono.client.get(url("linhas-com-erro.csv")).status_code == 404


def test_each_page_costs_the_same_however_much_the_file_has(
    dono: Actor,
    rings: Rings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for many in (1, 60):
        bad = numbered(many).replace("12/11/2026", "x")
        send(dono, bad)
        with django_assert_num_queries(6):
            dono.client.get(url())
        row = OrderImport.objects.get()
        dono.client.post(url("inicio/"), mapped(row))
        with django_assert_num_queries(4):
            dono.client.get(url("andamento/"))
        import_orders(row.pk)
        with django_assert_num_queries(8):
            dono.client.get(url())
        RefusedLine.objects.all().delete()
        OrderImport.objects.get().delete()


@pytest.mark.parametrize("name", ["ana", "sara"])
def test_only_admins_bring_orders_in(
    name: str, request: pytest.FixtureRequest, dono: Actor
) -> None:
    actor: Actor = request.getfixturevalue(name)
    assert send(actor, GOOD).status_code == 403
    assert OrderImport.objects.count() == 0

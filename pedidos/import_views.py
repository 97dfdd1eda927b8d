"""Pedidos > Integrações > Planilha: a file, its preview, its progress, and what came of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, cast

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from pedidos.actions import imports
from pedidos.actions.imports import AnotherRuns
from pedidos.import_forms import ColumnsForm, SpreadsheetForm, told_missing
from pedidos.models import OrderImport, RefusedLine
from pedidos.previews import DELIMITERS, ENCODINGS, SHOWN_REMARKS, FileGone, preview_of
from pedidos.refused_sheet import model_sheet, refused_sheet
from pedidos.spreadsheet.columns import COLUMNS, REQUIRED
from pedidos.spreadsheet.layout import Refused

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_GONE = "O arquivo não está mais guardado. Envie-o de novo."


@require_http_methods(["GET", "POST"])
@admin_view
def import_new(request: StoreRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = SpreadsheetForm(request.POST, request.FILES) if is_sent else SpreadsheetForm()
    if form.is_valid() and (row := _taken(request, form)):
        return redirect("import_detail", row.pk)
    context = {"form": form, "columns": COLUMNS, "required": REQUIRED}
    return render(request, "pedidos/import_new.html", context)


@require_GET
@admin_view
def import_model(request: StoreRequest) -> HttpResponse:  # noqa: ARG001 - a view
    response = HttpResponse(model_sheet(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="modelo-de-pedidos.csv"'
    return response


def import_view(
    view: Callable[[StoreRequest, OrderImport], HttpResponse],
) -> Callable[[HttpRequest, int], HttpResponse]:
    """Lead an admin to one import of the store; one that is not there is 404, whosever it is."""

    @admin_view
    @wraps(view)
    def wrapped(request: StoreRequest, /, pk: int) -> HttpResponse:
        found = OrderImport.objects.in_store(request.store).shown().select_related("store")
        if row := found.filter(pk=pk).first():
            return view(request, row)
        raise Http404

    return wrapped


@require_http_methods(["GET", "POST"])
@import_view
def import_detail(request: StoreRequest, row: OrderImport) -> HttpResponse:
    """The preview while nothing is imported; after that how far it is, and what came of it."""
    if not row.is_preview:
        return _came_of_it(request, row)
    form = ColumnsForm(row, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _preview(request, row, form)
    imports.map_columns(row, form.chosen)
    return redirect("import_detail", row.pk)


@require_POST
@import_view
def import_start(request: StoreRequest, row: OrderImport) -> HttpResponse:
    if row.is_preview:
        form = ColumnsForm(row, request.POST)
        if not form.is_valid():
            return _preview(request, row, form)
        imports.map_columns(row, form.chosen)
        try:
            imports.start_import(row, by=request.user, ip=_ip(request))
        except AnotherRuns as refusal:
            messages.error(request, refusal.sentence)
    return redirect("import_detail", row.pk)


@require_GET
@import_view
def import_progress(request: StoreRequest, row: OrderImport) -> HttpResponse:
    """The bar alone. Once it is over, the page that asks is to come anew."""
    response = render(request, "pedidos/_import_progress.html", {"row": row})
    if not row.is_running:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@import_view
def import_remove(request: StoreRequest, row: OrderImport) -> HttpResponse:
    if imports.discard_import(row, by=request.user, ip=_ip(request)):
        messages.success(request, f"{row}: planilha descartada. Nada foi importado dela.")
    else:
        messages.error(request, "Esta planilha já foi importada.")
    return redirect("source_list")


@require_GET
@import_view
def import_refused(request: StoreRequest, row: OrderImport) -> HttpResponse:
    """The lines that were refused as CSV, each with its reason."""
    lines = refused_sheet(row)
    try:
        first = next(lines)
    except FileGone:
        raise Http404 from None
    pieces = _after(first, lines)
    # Django would read a plain iterator to its end before the first byte leaves through ASGI.
    body = _one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="linhas-com-erro.csv"'
    # Compressed piece by piece it would be several files in one: browsers read the first alone.
    response.headers["Content-Encoding"] = "identity"
    # Views are typed by the commonest answer; a streamed one is its cousin.
    return cast("HttpResponse", response)


def _taken(request: StoreRequest, form: SpreadsheetForm) -> OrderImport | None:
    """Keep the file, or put beside its field why it cannot be read."""
    upload = cast("UploadedFile[bytes]", form.cleaned_data["file"])
    try:
        return imports.take_file(request.store, upload, by=request.user, ip=_ip(request))
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return None


def _preview(request: StoreRequest, row: OrderImport, form: ColumnsForm) -> HttpResponse:
    context: dict[str, object] = {"row": row, "form": form, **_written(row)}
    try:
        preview = preview_of(row)
    except FileGone:
        context["gone"] = _GONE
    else:
        context |= {"preview": preview, "columns": list(zip(form, preview.samples, strict=True))}
        context["missing"] = told_missing(preview.missing) if preview.missing else ""
    return render(request, "pedidos/import_preview.html", context)


def _written(row: OrderImport) -> dict[str, object]:
    """How the file is written, in people's words."""
    return {"encoding": ENCODINGS[row.encoding], "delimiter": DELIMITERS[row.delimiter]}


def _came_of_it(request: StoreRequest, row: OrderImport) -> HttpResponse:
    told = RefusedLine.objects.in_store(row.store).of(row)
    context = {
        "row": row,
        "refused": [] if row.is_running else told.filter(is_note=False)[:SHOWN_REMARKS],
        "notes": [] if row.is_running else told.filter(is_note=True)[:SHOWN_REMARKS],
    }
    return render(request, "pedidos/import.html", context)


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


async def _one_by_one(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """On the thread of the request, whose connection to the database is given back after it."""
    read = sync_to_async(lambda: next(lines, b""))
    while piece := await read():
        yield piece


def _ip(request: StoreRequest) -> str | None:
    return Origin.of(request).ip

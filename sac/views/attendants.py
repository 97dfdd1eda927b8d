"""Sac > Atendentes: the people who answer, and what each may do."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evendas.accounts.actions import EmailTaken
from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin, current_terms
from sac.actions import attendants
from sac.forms_team import AttendantForm, PlacesForm
from sac.models import Attendant, Department
from sac.refusals import Refused


@require_GET
@admin_view
def attendant_list(request: StoreRequest) -> HttpResponse:
    found = Attendant.objects.in_store(request.store).select_related("user").by_name()
    rows = list(found.prefetch_related("departments"))
    is_one = any(row.user_id == request.user.pk and row.is_active for row in rows)
    context = {
        # Those who work first; each half stays in order.
        "attendants": sorted(rows, key=lambda row: not row.is_active),
        "has_department": _has_department(request),
        "may_join": not is_one,
    }
    return render(request, "sac/attendants.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@admin_view
def attendant_new(request: StoreRequest) -> HttpResponse:
    if not _has_department(request):
        return render(request, "sac/attendant_no_department.html")
    form = AttendantForm(_typed(request), store=request.store)
    if form.is_valid() and _hired(request, form):
        messages.success(request, "Atendente cadastrado.")
        return redirect("attendant_list")
    context = {"form": form, "terms": current_terms()}
    return render(request, "sac/attendant.html", context, status=form.status)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@admin_view
def attendant_edit(request: StoreRequest, attendant_id: int) -> HttpResponse:
    attendant = _attendant(request, attendant_id)
    form = AttendantForm(_typed(request), store=request.store, attendant=attendant)
    is_self = attendant.user_id == request.user.pk
    if is_self:
        # Their own password they change where the present one is asked for.
        del form.fields["password"]
    if form.is_valid() and _changed(request, form, attendant):
        messages.success(request, "Atendente salvo.")
        return redirect("attendant_list")
    context = {"form": form, "attendant": attendant, "is_self": is_self}
    return render(request, "sac/attendant.html", context, status=form.status)


@require_POST
@admin_view
def attendant_state(request: StoreRequest, attendant_id: int) -> HttpResponse:
    """Shut a person out (`ativo=0`) or let them in again (`ativo=1`)."""
    attendant = _attendant(request, attendant_id)
    origin = Origin.of(request)
    wanted = request.POST.get("ativo")
    if wanted not in {"0", "1"}:
        messages.error(request, "Nada foi mudado: use os botões desta página.")
        return redirect("attendant_edit", attendant.pk)
    if wanted == "1":
        attendants.reactivate_attendant(attendant, by=request.user, origin=origin)
        messages.success(request, f"{attendant} voltou a ter acesso.")
        return redirect("attendant_edit", attendant.pk)
    try:
        attendants.deactivate_attendant(attendant, by=request.user, origin=origin)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("attendant_edit", attendant.pk)
    messages.success(request, f"{attendant} não tem mais acesso.")
    return redirect("attendant_list")


@require_http_methods(["GET", "POST"])
@admin_view
def attendant_self(request: StoreRequest) -> HttpResponse:
    """ "Também quero atender": the admin answers customers as well."""
    if not _has_department(request):
        return render(request, "sac/attendant_no_department.html")
    own = Attendant.objects.in_store(request.store).filter(user=request.user).first()
    form = PlacesForm(_typed(request), store=request.store, attendant=own)
    if form.is_valid():
        origin = Origin.of(request)
        attendants.attend_too(request.store, **form.cleaned_data, by=request.user, origin=origin)
        messages.success(request, "Pronto: você também atende.")
        return redirect("attendant_list")
    return render(request, "sac/attendant_self.html", {"form": form}, status=form.status)


@require_POST
@admin_view
def attendant_self_end(request: StoreRequest) -> HttpResponse:
    """The admin answers no more; they stay the admin."""
    own = Attendant.objects.in_store(request.store).filter(user=request.user).first()
    if own is None:
        raise Http404
    attendants.stop_attending(own, by=request.user, origin=Origin.of(request))
    messages.success(request, "Você não atende mais. O resto continua ao seu alcance.")
    return redirect("attendant_list")


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _has_department(request: StoreRequest) -> bool:
    return Department.objects.in_store(request.store).active().exists()


def _attendant(request: StoreRequest, attendant_id: int) -> Attendant:
    rows = Attendant.objects.in_store(request.store).select_related(
        "user", "terms_acceptance__terms"
    )
    found = rows.filter(pk=attendant_id).first()
    if found is None:
        raise Http404
    return found


def _hired(request: StoreRequest, form: AttendantForm) -> bool:
    """Hire, or put beside the e-mail that somebody was quicker with it."""
    password = form.cleaned_data["password"]
    origin = Origin.of(request)
    try:
        attendants.hire_attendant(
            request.store, form.wish, password=password, by=request.user, origin=origin
        )
    except EmailTaken as taken:
        form.add_error("email", taken.sentence)
    return not form.errors


def _changed(request: StoreRequest, form: AttendantForm, attendant: Attendant) -> bool:
    password = form.cleaned_data.get("password", "")
    origin = Origin.of(request)
    try:
        attendants.change_attendant(
            attendant, form.wish, password=password, by=request.user, origin=origin
        )
    except EmailTaken as taken:
        form.add_error("email", taken.sentence)
    return not form.errors

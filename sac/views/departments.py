"""Sac > Departamentos: the queues of the store's numbers."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from sac.actions.departments import (
    InstanceGone,
    NameTaken,
    change_department,
    create_department,
)
from sac.forms_team import DepartmentForm, numbers_of
from sac.models import Department


@require_GET
@admin_view
def department_list(request: StoreRequest) -> HttpResponse:
    people = Count("attendants", filter=Q(attendants__is_active=True))
    found = Department.objects.in_store(request.store).select_related("instance")
    rows = found.annotate(people=people).order_by("-is_active", "menu_position", "id")
    context = {"departments": rows, "has_number": numbers_of(request.store).exists()}
    return render(request, "sac/departments.html", context)


@require_http_methods(["GET", "POST"])
@admin_view
def department_new(request: StoreRequest) -> HttpResponse:
    form = DepartmentForm(_typed(request), store=request.store)
    if not form.instances:
        return render(request, "sac/department_no_number.html")
    if form.is_valid() and _saved(request, form, None):
        messages.success(request, "Departamento cadastrado.")
        return redirect("department_list")
    return render(request, "sac/department.html", {"form": form}, status=form.status)


@require_http_methods(["GET", "POST"])
@admin_view
def department_edit(request: StoreRequest, department_id: int) -> HttpResponse:
    department = _department(request, department_id)
    form = DepartmentForm(_typed(request), store=request.store, department=department)
    if form.is_valid() and _saved(request, form, department):
        messages.success(request, "Departamento salvo.")
        return redirect("department_list")
    context = {"form": form, "department": department}
    return render(request, "sac/department.html", context, status=form.status)


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _department(request: StoreRequest, department_id: int) -> Department:
    found = Department.objects.in_store(request.store).filter(pk=department_id).first()
    if found is None:
        raise Http404
    return found


def _saved(request: StoreRequest, form: DepartmentForm, department: Department | None) -> bool:
    """Save what was typed, or put beside its field why it could not be."""
    ip = Origin.of(request).ip
    try:
        if department is None:
            create_department(request.store, form.wish, by=request.user, ip=ip)
        else:
            change_department(department, form.wish, by=request.user, ip=ip)
    except NameTaken as taken:
        form.add_error("name", taken.sentence)
    except InstanceGone as gone:
        form.add_error("instance", gone.sentence)
    return not form.errors

"""Pedidos > Situações: the store's own status texts, and what they mean."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin
from pedidos.actions.status_rules import (
    Meaning,
    RuleTaken,
    change_rule,
    create_rule,
    remove_rule,
)
from pedidos.forms import StatusRuleForm
from pedidos.models import StatusRule


@require_GET
@admin_view
def status_rule_list(request: StoreRequest) -> HttpResponse:
    rules = StatusRule.objects.in_store(request.store).order_by("text")
    return render(request, "pedidos/status_rules.html", {"rules": rules})


@require_http_methods(["GET", "POST"])
@admin_view
def status_rule_new(request: StoreRequest) -> HttpResponse:
    form = StatusRuleForm(_typed(request))
    if form.is_valid() and _saved(request, form, None):
        messages.success(request, "Situação cadastrada.")
        return redirect("status_rule_list")
    return render(request, "pedidos/status_rule.html", {"form": form})


@require_http_methods(["GET", "POST"])
@admin_view
def status_rule_edit(request: StoreRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    form = StatusRuleForm(_typed(request), rule=rule)
    if form.is_valid() and _saved(request, form, rule):
        messages.success(request, "Situação salva.")
        return redirect("status_rule_list")
    return render(request, "pedidos/status_rule.html", {"form": form, "rule": rule})


@require_POST
@admin_view
def status_rule_remove(request: StoreRequest, pk: int) -> HttpResponse:
    remove_rule(_rule(request, pk), by=request.user, ip=Origin.of(request).ip)
    messages.success(request, "Situação removida.")
    return redirect("status_rule_list")


def _rule(request: StoreRequest, pk: int) -> StatusRule:
    rule = StatusRule.objects.in_store(request.store).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule


def _typed(request: StoreRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _saved(request: StoreRequest, form: StatusRuleForm, rule: StatusRule | None) -> bool:
    """Save what was typed, or put beside its field why it could not be."""
    meaning, ip = cast("Meaning", form.cleaned_data), Origin.of(request).ip
    try:
        if rule is None:
            create_rule(request.store, meaning, by=request.user, ip=ip)
        else:
            change_rule(rule, meaning, by=request.user, ip=ip)
    except StatusRule.DoesNotExist:
        raise Http404 from None
    except RuleTaken as taken:
        form.add_error("text", taken.sentence)
        return False
    return True

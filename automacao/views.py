"""Automação > Sincronizar WhatsApp. Nothing here calls the gateway: actions leave orders for it."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from automacao.actions import instances
from automacao.actions.instances import Admin, PhoneTaken, StillInUse, TooManyNumbers, Wish
from automacao.chatbot_form import ChatbotForm
from automacao.forms import InstanceForm
from automacao.models import Instance
from automacao.pairing import Panel
from automacao.removal import Removal
from evendas.accounts.store_request import StoreRequest, admin_view
from evendas.accounts.terms import Origin


@require_GET
@admin_view
def instance_list(request: StoreRequest) -> HttpResponse:
    now = timezone.now()
    found = Instance.objects.in_store(request.store).by_age()
    return render(request, "automacao/list.html", {"panels": [Panel.of(one, now) for one in found]})


@require_POST
@admin_view
def instance_new(request: StoreRequest) -> HttpResponse:
    try:
        instance = instances.add_instance(request.store, by=_admin(request))
    except TooManyNumbers as refusal:
        messages.error(request, refusal.sentence)
        return redirect("instance_list")
    return redirect("instance_edit", instance.pk)


def instance_view(
    view: Callable[[StoreRequest, Instance], HttpResponse],
) -> Callable[[HttpRequest, int], HttpResponse]:
    """Lead an admin to one number of the store; one that is not there is 404, whosever it is."""

    @admin_view
    @wraps(view)
    def wrapped(request: StoreRequest, /, pk: int) -> HttpResponse:
        known = Instance.objects.in_store(request.store).select_related("chatbot")
        try:
            return view(request, known.get(pk=pk))
        except Instance.DoesNotExist:
            raise Http404 from None

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@instance_view
def instance_edit(request: StoreRequest, instance: Instance) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, instance, InstanceForm.of(instance), ChatbotForm.of(instance))
    form, chatbot = InstanceForm.of(instance, request.POST), ChatbotForm.of(instance, request.POST)
    # Both are checked, so that every error shows at once.
    if all([form.is_valid(), chatbot.is_valid()]) and _saved(request, instance, form, chatbot):
        messages.success(request, "Alterações salvas.")
        return _to_panel(instance)
    return _form_page(request, instance, form, chatbot, status=422)


@require_GET
@instance_view
def instance_pairing(request: StoreRequest, instance: Instance) -> HttpResponse:
    context = {"panel": Panel.of(instance, timezone.now()), "instance": instance}
    return render(request, "automacao/_pairing.html", context)


@require_POST
@instance_view
def instance_code(request: StoreRequest, instance: Instance) -> HttpResponse:
    instances.request_code(instance, by=_admin(request))
    return _to_panel(instance)


@require_http_methods(["GET", "HEAD", "POST"])
@instance_view
def instance_disconnect(request: StoreRequest, instance: Instance) -> HttpResponse:
    if request.method != "POST":
        return render(request, "automacao/disconnect.html", {"instance": instance})
    instances.disconnect_instance(instance, by=_admin(request))
    messages.success(request, f"{instance}: WhatsApp desconectado.")
    return redirect("instance_edit", instance.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@instance_view
def instance_remove(request: StoreRequest, instance: Instance) -> HttpResponse:
    if request.method != "POST":
        return _removal_page(request, instance)
    try:
        instances.remove_instance(instance, by=_admin(request))
    except StillInUse:
        return _removal_page(request, instance, status=409)
    messages.success(request, f"{instance}: instância removida. As conversas continuam guardadas.")
    return redirect("instance_list")


def _to_panel(instance: Instance) -> HttpResponse:
    """Lead to where the QR appears: on a phone that is below the form."""
    return redirect(f"{reverse('instance_edit', args=[instance.pk])}#pairing")


def _admin(request: StoreRequest) -> Admin:
    return Admin(request.user, Origin.of(request).ip)


def _saved(
    request: StoreRequest, instance: Instance, form: InstanceForm, chatbot: ChatbotForm
) -> bool:
    """Save; tell beside the field when the number is another instance's."""
    typed = form.cleaned_data
    wish = Wish(phone=typed["phone"], name=typed["name"], chatbot=chatbot.cleaned)
    try:
        instances.save_instance(instance, wish, by=_admin(request))
    except PhoneTaken:
        form.say_taken()
        return False
    return True


def _form_page(
    request: StoreRequest,
    instance: Instance,
    form: InstanceForm,
    chatbot: ChatbotForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "instance": instance,
        "form": form,
        "chatbot": chatbot,
        "panel": Panel.of(instance, timezone.now()),
        "departments": instance.open_departments(),
        "removal": Removal.of(instance),
        "simulator_url": settings.GATEWAYS["evolution"]["url"] if settings.DEMO else "",
    }
    return render(request, "automacao/edit.html", context, status=status)


def _removal_page(request: StoreRequest, instance: Instance, *, status: int = 200) -> HttpResponse:
    context = {"instance": instance, "removal": Removal.of(instance)}
    return render(request, "automacao/remove.html", context, status=status)

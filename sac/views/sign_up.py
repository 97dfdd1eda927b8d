"""The sign-up of a store: the one form a stranger may send."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from evendas.accounts.actions import EmailTaken
from evendas.accounts.forms import SignUpForm
from evendas.accounts.limits import SIGN_UPS_SENT, STORES_OPENED
from evendas.accounts.middleware import remember_acceptance
from evendas.accounts.models import User
from evendas.accounts.terms import Origin, current_terms
from sac.actions.opening import open_store

BACKEND = "evendas.accounts.backends.StoreBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST if request.method == "POST" else None)
    origin = Origin.of(request)
    if form.is_bound and not SIGN_UPS_SENT.admits(origin.ip):
        return render(request, "429.html", status=429)
    if form.is_valid() and (admin := _open(form, origin)):
        login(request, admin, backend=BACKEND)
        remember_acceptance(request.session)
        return redirect("home")
    return render(request, "accounts/sign_up.html", {"form": form, "terms": current_terms()})


def _open(form: SignUpForm, origin: Origin) -> User | None:
    """Open the store, or put beside the form why it was not."""
    if not STORES_OPENED.admits(origin.ip):
        form.add_error(None, "Já foram abertas muitas lojas daqui. Tente de novo em uma hora.")
        return None
    typed = {name: form.cleaned_data[name] for name in ("store_name", "full_name", "email")}
    try:
        return open_store(**typed, password=form.cleaned_data["password"], origin=origin)
    except EmailTaken:
        form.add_error("email", EmailTaken.sentence)
        return None

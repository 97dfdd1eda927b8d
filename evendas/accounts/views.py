"""The door: signing in and out, the terms, and passwords."""

from copy import copy
from typing import Any

from axes import utils as axes_utils
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from evendas import live
from evendas.accounts.actions import ask_for_reset, change_password, change_store
from evendas.accounts.forms import (
    ChangePasswordForm,
    LoginForm,
    NewPasswordForm,
    ResetForm,
    TermsForm,
)
from evendas.accounts.limits import RESETS_ASKED
from evendas.accounts.middleware import remember_acceptance
from evendas.accounts.models import TermsAcceptance, User
from evendas.accounts.settings_form import StoreForm
from evendas.accounts.store_request import StoreRequest, admin_view, store_view
from evendas.accounts.terms import Origin, accept_terms, current_terms, has_accepted


class SignIn(views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the login as a page of its own, also when a fragment's request ended up here."""
        response = super().dispatch(request, *args, **kwargs)
        return _as_own_page(request, response)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Forgive this account's failed tries, and no other's: who has an account of their own
        must not buy more guesses at somebody else's with it.
        """
        response = super().form_valid(form)
        axes_utils.reset(username=form.get_user().email)
        return response


class SignOut(views.LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session, and with it the sockets that live on it."""
        user_id = request.user.pk
        response = super().post(request, *args, **kwargs)
        if user_id is not None:
            live.publish([live.user_group(user_id)], {"t": "rights"})
        return response


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponseBase:
    """The text in force: anybody may read it, people of a store accept it."""
    person = _who_owes_acceptance(request)
    form = TermsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and person is None:
        return redirect(_next_page(request))
    if person and form.is_valid():
        screen = TermsAcceptance.Screen.FIRST_LOGIN
        accept_terms(person, by=person, screen=screen, origin=Origin.of(request))
        remember_acceptance(request.session)
        return redirect(_next_page(request))
    context = {"terms": current_terms(), "owes": person, "form": form, "next": _next_page(request)}
    return _as_own_page(request, render(request, "accounts/terms.html", context))


@require_http_methods(["GET", "POST"])
@store_view
def password_change(request: StoreRequest) -> HttpResponse:
    """A new password for oneself. This session goes on, the others are over."""
    user = request.user
    form = ChangePasswordForm(request, user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        password = form.cleaned_data["new_password1"]
        change_password(user, password, by=user, origin=Origin.of(request))
        update_session_auth_hash(request, user)
        messages.success(request, "Senha alterada. Os outros acessos com a senha antiga acabaram.")
        return redirect("home")
    return render(request, "accounts/password_change.html", {"form": form, "store": request.store})


@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by e-mail. The answer is the same whether or not anybody has that e-mail."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return render(request, "accounts/password_reset.html", {"form": form})
    origin = Origin.of(request)
    if not RESETS_ASKED.admits(origin.ip):
        return render(request, "429.html", status=429)
    if not form.is_valid():
        return render(request, "accounts/password_reset.html", {"form": form})
    ask_for_reset(form.cleaned_data["email"], origin=origin)
    return redirect("password_reset_done")


@require_safe
def password_reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_done.html")


class ChooseNewPassword(views.PasswordResetConfirmView):
    """The page behind the mailed link. The link works once, and for somebody still welcome."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return User.objects.still_welcome(user.pk) if user else None

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - django-stubs' generic form
        del self.request.session[views.INTERNAL_RESET_SESSION_TOKEN]
        password, user = form.cleaned_data["new_password1"], form.user
        origin = Origin.of(self.request)
        change_password(user, password, by=user, action="password.reset", origin=origin)
        messages.success(self.request, "Senha alterada. Entre com a nova senha.")
        return redirect("login")


def _who_owes_acceptance(request: HttpRequest) -> User | None:
    user = request.user
    if not isinstance(user, User) or user.store_id is None or has_accepted(user):
        return None
    return user


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_ours else reverse("home")


def _as_own_page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let htmx open a page as a page, where it asked for a fragment of another."""
    if request.headers.get("HX-Request") and response.status_code == 200:
        response["HX-Redirect"] = request.get_full_path()
    return response


@require_http_methods(["GET", "POST"])
@admin_view
def store_settings(request: StoreRequest) -> HttpResponse:
    """Configurações: what holds for the whole store."""
    form = StoreForm(request.POST if request.method == "POST" else None, store=copy(request.store))
    if form.is_bound and form.is_valid():
        change_store(request.store, form.changes, by=request.user, ip=Origin.of(request).ip)
        messages.success(request, "Configurações salvas.")
        return redirect("store_settings")
    return render(request, "accounts/store.html", {"form": form})

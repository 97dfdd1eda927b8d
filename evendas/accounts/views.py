"""The door: signing in and out."""

from typing import Any

from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from evendas import live
from evendas.accounts.forms import LoginForm


class SignIn(views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the login as a page of its own, also when a fragment's request ended up here."""
        response = super().dispatch(request, *args, **kwargs)
        if request.headers.get("HX-Request") and response.status_code == 200:
            response["HX-Redirect"] = request.get_full_path()
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

"""Minhas preferências: how this person likes their desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sac.actions.preferences import preferences_of, save_preferences
from sac.desk_request import DeskRequest, desk_view
from sac.forms_preferences import PreferencesForm


@require_http_methods(["GET", "POST"])
@desk_view
def preferences(request: DeskRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    form = PreferencesForm(typed, preferences=preferences_of(request.user))
    if form.is_valid():
        save_preferences(request.user, form.wish)
        messages.success(request, "Preferências salvas.")
        return redirect("preferences")
    return render(request, "sac/preferences.html", {"form": form})

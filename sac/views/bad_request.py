"""How a request is answered that was refused before any view saw what it brought."""

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views import defaults

from sac.actions.replies import TOO_MANY_FILES
from sac.media.receiving import TooMuchAtOnce, most_at_once
from sac.refusals import Invalid


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell the desk why, in words; anybody else that it could not be read."""
    reason = _reason(exception)
    if reason and request.headers.get("HX-Request"):
        return render(request, "sac/_refusal.html", {"reason": reason}, status=Invalid.status)
    return defaults.bad_request(request, exception)


def _reason(exception: Exception) -> str:
    if isinstance(exception, TooManyFilesSent):
        return TOO_MANY_FILES
    if isinstance(exception, TooMuchAtOnce):
        limit = filesizeformat(most_at_once())
        return f"Arquivos demais de uma vez: juntos podem ter no máximo {limit}."
    if isinstance(exception, RequestDataTooBig):
        return "O texto é longo demais."
    return ""

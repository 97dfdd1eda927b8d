from django.urls import path

from automacao import webhooks

urlpatterns = [
    path("webhooks/<slug:gateway_name>/<str:webhook_key>/", webhooks.receive, name="webhook"),
]

from django.urls import path

from automacao import integrity_views, views, webhooks

urlpatterns = [
    path("webhooks/<slug:gateway_name>/<str:webhook_key>/", webhooks.receive, name="webhook"),
    path("automacao/sincronizar-whatsapp/", views.instance_list, name="instance_list"),
    path("automacao/sincronizar-whatsapp/nova/", views.instance_new, name="instance_new"),
    path("automacao/sincronizar-whatsapp/<int:pk>/", views.instance_edit, name="instance_edit"),
    path(
        "automacao/sincronizar-whatsapp/<int:pk>/pareamento/",
        views.instance_pairing,
        name="instance_pairing",
    ),
    path(
        "automacao/sincronizar-whatsapp/<int:pk>/codigo/",
        views.instance_code,
        name="instance_code",
    ),
    path(
        "automacao/sincronizar-whatsapp/<int:pk>/desconexao/",
        views.instance_disconnect,
        name="instance_disconnect",
    ),
    path(
        "automacao/sincronizar-whatsapp/<int:pk>/remocao/",
        views.instance_remove,
        name="instance_remove",
    ),
    path("automacao/integridade/", integrity_views.integrity, name="integrity"),
    path(
        "automacao/integridade/estacionados/<int:pk>/reprocesso/",
        integrity_views.parked_replay,
        name="parked_replay",
    ),
    path(
        "automacao/integridade/instancias/<int:pk>/reprocesso/",
        integrity_views.instance_replay,
        name="instance_replay",
    ),
]

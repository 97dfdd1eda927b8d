from django.urls import include, path, re_path

from pedidos import import_views, status_views, token_views, views, webhooks

urlpatterns = [
    path(
        "webhooks/pedidos/<slug:platform_name>/<str:webhook_key>/",
        webhooks.receive_webhook,
        name="order_webhook",
    ),
    re_path(r"^api/pedidos/?$", webhooks.receive_order, name="order_api"),
    path("api/", include("pedidos.api.urls")),
    path("pedidos/integracoes/", views.source_list, name="source_list"),
    path("pedidos/integracoes/nova/", views.source_new, name="source_new"),
    path("pedidos/integracoes/<int:pk>/", views.source_edit, name="source_edit"),
    path("pedidos/integracoes/<int:pk>/chave/", views.source_key, name="source_key"),
    path("pedidos/integracoes/<int:pk>/busca/", views.source_pull, name="source_pull"),
    path("pedidos/integracoes/<int:pk>/remocao/", views.source_remove, name="source_remove"),
    path("pedidos/integracoes/<int:pk>/reprocesso/", views.source_replay, name="source_replay"),
    path("pedidos/integracoes/<int:pk>/tokens/novo/", token_views.token_new, name="token_new"),
    path(
        "pedidos/integracoes/<int:pk>/tokens/<int:token_pk>/revogacao/",
        token_views.token_revoke,
        name="token_revoke",
    ),
    path(
        "pedidos/integracoes/entregas/<int:pk>/reprocesso/",
        views.delivery_replay,
        name="delivery_replay",
    ),
    path("pedidos/integracoes/planilhas/nova/", import_views.import_new, name="import_new"),
    path(
        "pedidos/integracoes/planilhas/modelo.csv", import_views.import_model, name="import_model"
    ),
    path(
        "pedidos/integracoes/planilhas/<int:pk>/", import_views.import_detail, name="import_detail"
    ),
    path(
        "pedidos/integracoes/planilhas/<int:pk>/inicio/",
        import_views.import_start,
        name="import_start",
    ),
    path(
        "pedidos/integracoes/planilhas/<int:pk>/andamento/",
        import_views.import_progress,
        name="import_progress",
    ),
    path(
        "pedidos/integracoes/planilhas/<int:pk>/descarte/",
        import_views.import_remove,
        name="import_remove",
    ),
    path(
        "pedidos/integracoes/planilhas/<int:pk>/linhas-com-erro.csv",
        import_views.import_refused,
        name="import_refused",
    ),
    path("pedidos/situacoes/", status_views.status_rule_list, name="status_rule_list"),
    path("pedidos/situacoes/nova/", status_views.status_rule_new, name="status_rule_new"),
    path("pedidos/situacoes/<int:pk>/", status_views.status_rule_edit, name="status_rule_edit"),
    path(
        "pedidos/situacoes/<int:pk>/remocao/",
        status_views.status_rule_remove,
        name="status_rule_remove",
    ),
]

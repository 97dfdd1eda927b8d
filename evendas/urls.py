from django.urls import include, path

handler400 = "sac.views.bad_request.bad_request"

urlpatterns = [
    path("", include("automacao.urls")),
    path("", include("evendas.accounts.urls")),
    path("", include("evendas.health.urls")),
    path("", include("pedidos.urls")),
    path("", include("sac.urls")),
]

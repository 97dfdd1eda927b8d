from django.urls import include, path

urlpatterns = [
    path("", include("automacao.urls")),
    path("", include("evendas.accounts.urls")),
    path("", include("evendas.health.urls")),
    path("", include("sac.urls")),
]

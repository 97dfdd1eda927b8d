from django.urls import path

from evendas.health import views

urlpatterns = [
    path("saude/", views.alive, name="alive"),
    path("pronto/", views.ready, name="ready"),
]

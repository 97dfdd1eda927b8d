from django.urls import path

from evendas.accounts import views

urlpatterns = [
    path("entrar/", views.SignIn.as_view(), name="login"),
    path("sair/", views.SignOut.as_view(), name="logout"),
    path("configuracoes/", views.store_settings, name="store_settings"),
    path("termos/", views.terms, name="terms"),
    path("conta/senha/", views.password_change, name="password_change"),
    path("senha/", views.password_reset, name="password_reset"),
    path("senha/enviado/", views.password_reset_done, name="password_reset_done"),
    path(
        "senha/<uidb64>/<token>/",
        views.ChooseNewPassword.as_view(),
        name="password_reset_confirm",
    ),
]

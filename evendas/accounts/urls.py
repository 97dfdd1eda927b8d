from django.contrib.auth import views
from django.urls import path

from evendas.accounts.forms import LoginForm

urlpatterns = [
    path(
        "entrar/",
        views.LoginView.as_view(
            template_name="accounts/login.html",
            authentication_form=LoginForm,
            redirect_authenticated_user=True,
        ),
        name="login",
    ),
    path("sair/", views.LogoutView.as_view(), name="logout"),
]

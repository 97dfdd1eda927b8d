from django.urls import path

from evendas.accounts.views import SignIn, SignOut

urlpatterns = [
    path("entrar/", SignIn.as_view(), name="login"),
    path("sair/", SignOut.as_view(), name="logout"),
]

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "evendas.accounts"
    label = "accounts"
    verbose_name = "Contas"

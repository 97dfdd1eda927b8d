from django.apps import AppConfig


class SacConfig(AppConfig):
    name = "sac"
    verbose_name = "Sac"

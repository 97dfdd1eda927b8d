from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "evendas.health"
    label = "health"
    verbose_name = "Saúde"

from django.apps import AppConfig


class SacConfig(AppConfig):
    name = "sac"
    verbose_name = "Sac"

    def ready(self) -> None:
        from evendas.accounts.backends import RELATED  # noqa: PLC0415 - needs the models

        # The person as an attendant, and how they like their desk.
        RELATED.extend(["attendant", "desk"])

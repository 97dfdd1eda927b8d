"""What the automatic attendant of a number is to say, and when."""

from django.db import models

from automacao.models.instance import Instance
from evendas.sealing import StoreOwned

WEEKDAYS = ("Segunda", "Terça", "Quarta", "Quinta", "Sexta", "Sábado", "Domingo")


def no_hours() -> list[list[list[str]]]:
    return [[] for _ in WEEKDAYS]


class ChatbotSettings(StoreOwned):
    """The chatbot of one number. Every empty field leaves its step out."""

    instance = models.OneToOneField(
        Instance, models.PROTECT, db_constraint=False, related_name="chatbot"
    )
    greeting = models.TextField("Mensagem de saudação", max_length=1000, blank=True)
    department_greeting = models.TextField("Saudação do departamento", max_length=1000, blank=True)
    invalid_option = models.TextField("Mensagem de opção inválida", max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField("Tentativas antes da fila", default=3)
    # Seven days, Monday first; each a list of [opens, closes] as HH:MM in the store's zone.
    hours = models.JSONField("Horário de atendimento", default=no_hours)
    # MM-DD of every year, or YYYY-MM-DD.
    holidays = models.JSONField("Feriados", default=list)
    out_of_hours = models.TextField("Mensagem fora do horário", max_length=1000, blank=True)
    closing = models.TextField("Mensagem de encerramento", max_length=1000, blank=True)
    has_survey = models.BooleanField("Pesquisa de satisfação", default=False)
    inactivity_minutes = models.PositiveIntegerField(
        "Encerramento por inatividade (minutos)", null=True
    )

    class Meta:
        verbose_name = "configuração do chatbot"
        verbose_name_plural = "configurações do chatbot"

    def __str__(self) -> str:
        return f"Chatbot de {self.instance}"

"""What is measured. Each docstring is the definition that people read on the page of definitions.

A measure is made of steps of the trail, each in the period of its own step: a ticket that was taken
in March and closed in April is in both months, once as taken and once as closed.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, FloatField, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Extract

from sac import steps
from sac.models import TicketEvent

Kind = TicketEvent.Kind


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the report: the steps that make it, and of a length of time what its seconds are.

    `is_of_people`: the step is somebody's, so that it can be told person by person. `is_once`: no
    ticket has two of them that stand, so that counting steps counts tickets, without sorting them.
    """

    slug: str
    label: str
    steps: Q
    seconds: Combinable | None
    is_of_people: bool
    is_once: bool
    meaning: str

    @property
    def tickets(self) -> Count:
        """How many there are."""
        return Count("ticket", distinct=not self.is_once, filter=self.steps)


MEASURES: Final[dict[str, Measure]] = {}
_AGE = Cast(Extract(F("at") - F("ticket__created_at"), "epoch"), FloatField())


def _measure(
    slug: str,
    label: str,
    *,
    seconds: Combinable | None = None,
    is_of_people: bool = True,
    is_once: bool = False,
) -> Callable[[Callable[[], Q]], Callable[[], Q]]:
    def keep(made_of: Callable[[], Q]) -> Callable[[], Q]:
        meaning = " ".join((inspect.getdoc(made_of) or "").split())
        MEASURES[slug] = Measure(slug, label, made_of(), seconds, is_of_people, is_once, meaning)
        return made_of

    return keep


@_measure("iniciados", "Iniciados", is_of_people=False, is_once=True)
def _created() -> Q:
    """Atendimentos que começaram no período: o cliente escreveu, ou alguém da equipe abriu a
    conversa. Quem volta depois do encerramento começa outro atendimento. Por departamento, conta
    onde o atendimento está hoje; por atendente, só as conversas que a pessoa começou.
    """
    return Q(kind=Kind.CREATED)


@_measure("atendidos", "Atendidos")
def _received() -> Q:
    """Atendimentos que alguém assumiu, assumiu de outra pessoa ou recebeu por transferência no
    período. Conta uma vez por atendimento; na linha de cada pessoa, uma vez para cada uma.
    """
    return steps.ATTENDED


@_measure("encerrados", "Encerrados", is_once=True)
def _closed() -> Q:
    """Atendimentos encerrados no período, na linha de quem encerrou. Um encerramento desfeito não
    conta.
    """
    return steps.CLOSED


@_measure("transferidos", "Transferidos")
def _transferred() -> Q:
    """Atendimentos transferidos para outro departamento ou pessoa no período."""
    return Q(kind=Kind.TRANSFERRED_OUT)


@_measure("espera", "Espera na fila", seconds=F("wait_seconds"))
def _waited() -> Q:
    """Tempo médio entre entrar na fila e ser assumido, dos atendimentos assumidos no período."""
    return Q(kind=Kind.TAKEN, wait_seconds__isnull=False)


@_measure("tmpr", "1ª resposta (TMPR)", seconds=F("wait_seconds"), is_once=True)
def _replied() -> Q:
    """Tempo médio entre o cliente começar a esperar e a primeira resposta de uma pessoa, na linha
    de quem respondeu e no período da resposta. Mensagens automáticas não contam; nem as conversas
    que a equipe começou.
    """
    return steps.REPLIED


@_measure("tma", "Atendimento (TMA)", seconds=F("handled_seconds"), is_once=True)
def _handled() -> Q:
    """Tempo médio entre quem encerrou ter assumido (ou recebido) o atendimento e encerrá-lo."""
    return steps.HANDLED


@_measure("resolucao", "Resolução", seconds=_AGE, is_once=True)
def _resolved() -> Q:
    """Tempo médio entre o começo do atendimento e o encerramento, por quantas mãos tenha passado,
    dos atendimentos encerrados no período.
    """
    return steps.CLOSED


@_measure("satisfacao", "Satisfação")
def _rated() -> Q:
    """Avaliações 4 e 5 em cada cem respostas recebidas no período, na linha de quem encerrou."""
    return steps.RATED

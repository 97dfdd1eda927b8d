"""The way of a new store to its first conversation: four steps, each after the one before."""

from collections.abc import Iterable
from dataclasses import dataclass

from automacao.models import Instance
from evendas.accounts.models import Store
from evendas.phones import display
from sac.models import Attendant, Department, Ticket, TicketEvent
from sac.permissions import Rights


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist. `url_name` is where it is done."""

    title: str
    text: str
    url_name: str
    link: str
    is_done: bool
    is_next: bool = False


def steps_left(store: Store) -> list[Step]:
    """The four steps, with the first that is to be done marked as next; none once all are done."""
    numbers = list(Instance.objects.in_store(store))
    done = (
        any(number.connected_phone for number in numbers),
        Department.objects.in_store(store).active().exists(),
        Attendant.objects.in_store(store).active().exists(),
        Ticket.objects.in_store(store).exists(),
    )
    if all(done):
        return []
    upcoming = done.index(False)
    return [
        Step(*words, is_done=is_done, is_next=place == upcoming)
        for place, (words, is_done) in enumerate(zip(_words(numbers), done, strict=True))
    ]


def needs_tips(store: Store, rights: Rights) -> bool:
    """Tell whether Início still says how one answers: to an admin until they put it away for the
    store, to an attendant until they had a conversation, if that is before.
    """
    if not store.shows_first_steps:
        return False
    if rights.is_admin:
        return True
    received = TicketEvent.objects.in_store(store).filter(
        attendant=rights.attendant_id, kind__in=TicketEvent.RECEIVED
    )
    return not received.exists()


def _words(numbers: Iterable[Instance]) -> tuple[tuple[str, str, str, str], ...]:
    phones = [display(number.phone) for number in numbers if number.phone]
    to = f"para {phones[0]}" if phones else "para o número da loja"
    return (
        (
            "Conecte o WhatsApp da loja",
            "Clique em “Editar”, preencha o número e leia o QR Code com o celular da loja.",
            "instance_list",
            "Sincronizar WhatsApp",
        ),
        (
            "Crie um departamento",
            "Clique em “+”, dê um nome à fila e vincule ao número da loja.",
            "department_list",
            "Departamentos",
        ),
        (
            "Cadastre quem vai atender",
            "Clique em “+”. Se você mesmo vai responder, use “Também quero atender”.",
            "attendant_list",
            "Atendentes",
        ),
        (
            "Receba a primeira mensagem",
            f"De outro celular, mande um “Oi” {to}: a conversa aparece em Aguardando.",
            "desk",
            "Abrir atendimento",
        ),
    )

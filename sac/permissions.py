"""Who may do what: one function per verb, used by views, templates and sockets alike.

The table is PRODUCT's "Who may do what". Not visible is 404; visible but not allowed is 403 with
the reason given here, which is what the person reads.
"""

from dataclasses import dataclass
from typing import Protocol, Self

from django.db.models import F

from evendas.accounts.models import User
from sac.models import Attendant, Ticket

LIVE = (Ticket.Status.WAITING.value, Ticket.Status.OPEN.value)
FLAGS = ("can_view_all", "can_close_any", "can_take_over_any", "can_view_finance")


class TicketFacts(Protocol):
    """What sight of a ticket depends on: a Ticket has it, and so has every push about one."""

    @property
    def store_id(self) -> int: ...
    @property
    def instance_id(self) -> int: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def attendant_id(self) -> int | None: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sight:
    """The facts of a ticket at one moment, to be compared or sent along with a push."""

    store_id: int
    instance_id: int
    department_id: int | None
    attendant_id: int | None
    status: str
    user_id: int | None

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls(
            store_id=ticket.store_id,
            instance_id=ticket.instance_id,
            department_id=ticket.department_id,
            attendant_id=ticket.attendant_id,
            status=ticket.status,
            user_id=ticket.attendant.user_id if ticket.attendant else None,
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do, loaded once per request and held in memory by each socket."""

    store_id: int
    user_id: int
    is_admin: bool = False
    attendant_id: int | None = None
    departments: frozenset[int] = frozenset()
    instances: frozenset[int] = frozenset()
    can_view_all: bool = False
    can_close_any: bool = False
    can_take_over_any: bool = False
    can_view_finance: bool = False

    @classmethod
    def of(cls, user: User) -> Self:
        """Load the rights of an active user who belongs to a store."""
        if user.store_id is None:
            raise ValueError("a platform operator has no rights in a store")
        # One row per department, one query: this runs before every page.
        rows = list(
            Attendant.objects.active()
            .filter(user=user)
            .values(
                "id",
                *FLAGS,
                place=F("departments__id"),
                instance=F("departments__instance_id"),
                is_active_place=F("departments__is_active"),
            )
        )
        if not rows:
            return cls(store_id=user.store_id, user_id=user.pk, is_admin=user.is_admin)
        places = [row for row in rows if row["is_active_place"]]
        return cls(
            store_id=user.store_id,
            user_id=user.pk,
            is_admin=user.is_admin,
            attendant_id=rows[0]["id"],
            departments=frozenset(row["place"] for row in places),
            instances=frozenset(row["instance"] for row in places),
            **{flag: rows[0][flag] for flag in FLAGS},
        )

    @property
    def sees_everything_active(self) -> bool:
        return self.is_admin or self.can_view_all

    @property
    def sees_finance(self) -> bool:
        """The money of the store and its orders as such: Movimento Financeiro, menu Pedidos."""
        return self.is_admin or self.can_view_finance

    def owns(self, ticket: TicketFacts) -> bool:
        return self.attendant_id is not None and ticket.attendant_id == self.attendant_id

    def reaches(self, ticket: TicketFacts) -> bool:
        """Tell whether it stands in a department of theirs, or in none of a number of theirs."""
        if ticket.department_id is None:
            return ticket.instance_id in self.instances
        return ticket.department_id in self.departments


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allowed or not, and if not, why (shown to the person)."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(allowed=True)


def _no(reason: str) -> Verdict:
    return Verdict(allowed=False, reason=reason)


def may_see(rights: Rights, ticket: TicketFacts, *, took_part: bool = False) -> bool:
    """The same rule as `Ticket.objects.visible_to`, for one ticket in memory."""
    if ticket.store_id != rights.store_id:
        return False
    if rights.is_admin or rights.owns(ticket):
        return True
    if ticket.status in LIVE and rights.can_view_all:
        return True
    return rights.reaches(ticket) or (took_part and ticket.status not in LIVE)


def may_claim(rights: Rights, ticket: Ticket) -> Verdict:
    """Assumir a waiting ticket: any attendant who sees it."""
    if rights.attendant_id is None:
        return _no("Só atendentes podem assumir um atendimento.")
    if ticket.status != Ticket.Status.WAITING:
        return _no("Este atendimento já foi assumido.")
    return YES


def may_take_over(rights: Rights, ticket: Ticket) -> Verdict:
    """Assumir an open ticket of somebody else: `can_take_over_any`, and the admin."""
    if rights.attendant_id is None:
        return _no("Só atendentes podem assumir um atendimento.")
    if ticket.status != Ticket.Status.OPEN or rights.owns(ticket):
        return _no("Só um atendimento de outra pessoa pode ser assumido assim.")
    return YES if rights.can_take_over_any or rights.is_admin else _theirs(ticket)


def may_reply(rights: Rights, ticket: Ticket) -> Verdict:
    """Its attendant; on a waiting ticket, whoever may assume it. Not by a number that is gone."""
    if ticket.status == Ticket.Status.CLOSED:
        return _no("Este atendimento foi encerrado.")
    if ticket.instance.removed_at is not None:
        return _no("O número desta conversa foi removido da loja; não dá para responder por ele.")
    if ticket.status == Ticket.Status.WAITING:
        return may_claim(rights, ticket)
    return YES if rights.owns(ticket) else _theirs(ticket)


def may_note(rights: Rights, ticket: Ticket) -> Verdict:
    """Write an internal note: whoever sees the ticket, which is asked before; closed ones too."""
    if ticket.store_id == rights.store_id and (rights.attendant_id is not None or rights.is_admin):
        return YES
    return _no("Só a equipe da loja escreve notas internas.")


def may_settle(rights: Rights, ticket: Ticket) -> Verdict:
    """Say what became of a message nobody is sure of, or send it again: who may reply.

    A doubt may outlive its ticket: once closed, who attended, `can_close_any` and the admin.
    """
    if ticket.status != Ticket.Status.CLOSED:
        return may_reply(rights, ticket)
    if rights.owns(ticket) or rights.can_close_any or rights.is_admin:
        return YES
    return _no("Só quem atendeu pode decidir sobre esta mensagem.")


def looks_for_the_team(rights: Rights, ticket: Ticket) -> bool:
    """Tell whether their look clears NOVO: who may reply, unless only a wider sight led here."""
    return bool(may_reply(rights, ticket)) and (rights.owns(ticket) or rights.reaches(ticket))


def may_close(rights: Rights, ticket: Ticket) -> Verdict:
    """Its attendant; `can_close_any` and the admin, any active one."""
    if ticket.status == Ticket.Status.CLOSED:
        return _no("Este atendimento já foi encerrado.")
    if rights.owns(ticket) or rights.can_close_any or rights.is_admin:
        return YES
    return _no("Só quem está atendendo pode encerrar este atendimento.")


def may_reopen(rights: Rights, ticket: Ticket) -> Verdict:
    """Desfazer encerramento: who closed it; `can_close_any` and the admin, anybody's."""
    if ticket.status != Ticket.Status.CLOSED:
        return _no("Este atendimento não está encerrado.")
    is_closer = rights.attendant_id is not None and ticket.closed_by_id == rights.attendant_id
    if is_closer or rights.can_close_any or rights.is_admin:
        return YES
    return _no("Só quem encerrou pode desfazer o encerramento.")


def may_transfer(rights: Rights, ticket: Ticket) -> Verdict:
    """Its attendant; waiting, who may assume it; another's, `can_take_over_any` and the admin."""
    if ticket.status == Ticket.Status.CLOSED:
        return _no("Este atendimento foi encerrado.")
    if ticket.status == Ticket.Status.WAITING:
        is_one = rights.attendant_id is not None
        return YES if is_one else _no("Só atendentes podem transferir um atendimento da fila.")
    if rights.owns(ticket) or rights.can_take_over_any or rights.is_admin:
        return YES
    return _theirs(ticket)


def may_return(rights: Rights, ticket: Ticket) -> Verdict:
    """Devolver à fila what is in somebody's hands: who may transfer it."""
    if ticket.status == Ticket.Status.WAITING:
        return _no("Este atendimento já está na fila.")
    return may_transfer(rights, ticket)


def may_see_active(rights: Rights) -> Verdict:
    """Conversas ativas: whoever sees everything that is active."""
    if rights.sees_everything_active:
        return YES
    return _no("Só quem visualiza qualquer conversa ativa vê esta página.")


def may_see_reports(rights: Rights) -> Verdict:
    """Relatórios: whoever sees everything that is active."""
    if rights.sees_everything_active:
        return YES
    return _no("Só quem visualiza qualquer conversa ativa vê os relatórios.")


def may_redistribute(rights: Rights) -> Verdict:
    """Hand several of them on at once: who sees them all and may take any over."""
    if rights.sees_everything_active and (rights.can_take_over_any or rights.is_admin):
        return YES
    return _no("Só quem pode assumir qualquer atendimento ativo redistribui conversas.")


def may_start(rights: Rights) -> Verdict:
    """Start a conversation: any attendant, by a number of their departments."""
    if rights.attendant_id is None:
        return _no("Só atendentes podem começar uma conversa.")
    if not rights.departments:
        return _no("Você não está em nenhum departamento ativo. Fale com o administrador.")
    return YES


def may_be_available(rights: Rights) -> Verdict:
    """Say whether one takes conversations now: any attendant, of themself alone."""
    if rights.attendant_id is None:
        return _no("Só atendentes têm disponibilidade.")
    return YES


def may_forward_to(rights: Rights, ticket: Ticket) -> Verdict:
    """Encaminhar into this ticket: its attendant, who may reply. Nothing is taken by it."""
    if ticket.status == Ticket.Status.OPEN and rights.owns(ticket):
        return may_reply(rights, ticket)
    return _no("Só dá para encaminhar para uma conversa sua em aberto.")


def may_tag(rights: Rights, ticket: Ticket) -> Verdict:
    """Put tags on a live ticket: who may reply to it or close it."""
    if may_reply(rights, ticket) or may_close(rights, ticket):
        return YES
    if ticket.status == Ticket.Status.CLOSED:
        return _no("Este atendimento foi encerrado.")
    return _no("Só quem atende ou pode encerrar este atendimento muda as etiquetas.")


def may_tie_order(rights: Rights, ticket: Ticket) -> Verdict:
    """Say whether an order is this customer's: who may reply to the live ticket."""
    return may_reply(rights, ticket)


def may_see_orders(rights: Rights) -> Verdict:
    """Menu Pedidos: `can_view_finance` and the admin."""
    if rights.sees_finance:
        return YES
    return _no("Só quem visualiza o movimento financeiro vê os pedidos da loja.")


def may_keep_quick_reply(rights: Rights, attendant_id: int | None) -> Verdict:
    """Write or delete a ready answer: one's own, whose attendant it is; the shared ones, the admin.

    `attendant_id` is whose own it is, None for a department's and the store's.
    """
    if attendant_id is not None and attendant_id == rights.attendant_id:
        return YES
    if attendant_id is None and rights.is_admin:
        return YES
    return _no("Só administradores mudam as respostas da loja e dos departamentos.")


def may_part(rights: Rights) -> Verdict:
    """Desfazer união of two contacts: the admin."""
    if rights.is_admin:
        return YES
    return _no("Só administradores podem desfazer uma união de contatos.")


def _theirs(ticket: Ticket) -> Verdict:
    return _no(f"Este atendimento está com {ticket.attendant}.")


def verdicts(rights: Rights, ticket: Ticket) -> dict[str, Verdict]:
    """What the buttons of the screen ask, by verb."""
    return {
        "claim": may_claim(rights, ticket),
        "take_over": may_take_over(rights, ticket),
        "reply": may_reply(rights, ticket),
        "note": may_note(rights, ticket),
        "tag": may_tag(rights, ticket),
        "tie_order": may_tie_order(rights, ticket),
        "close": may_close(rights, ticket),
        "transfer": may_transfer(rights, ticket),
        "return": may_return(rights, ticket),
    }

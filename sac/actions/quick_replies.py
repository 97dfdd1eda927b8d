"""Ready answers: written once, put into the box of whoever may use them."""

from dataclasses import dataclass

from django.db import transaction

from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import Store, User
from evendas.unique import unique
from sac.actions.loose_files import hold_names
from sac.actions.tickets import insist
from sac.media.storing import drop
from sac.media.uploads import Prepared
from sac.models import Department, LooseFile, QuickReply
from sac.permissions import Rights, may_keep_quick_reply
from sac.refusals import TooLate

# Of one person, of one department, of everybody: all are offered at once after a "/".
MOST = 200
_GONE = "Esta resposta foi excluída enquanto você escrevia. Copie o texto se ainda precisar dele."


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReplyWish:
    """What was typed. `is_own` makes it the person's own; else it is a department's or everybody's.

    `keeps_file` says that the one it has stays; an upload takes its place.
    """

    shortcut: str
    text: str
    is_own: bool
    department: Department | None = None
    upload: Prepared | None = None
    keeps_file: bool = False


class ShortcutTaken(Exception):
    """The scope has an answer of that shortcut, accents and case apart."""

    sentence = "Já existe uma resposta com este atalho para quem vai usá-la."


class ScopeFull(Exception):
    """So many answers for the same people are no help to them."""

    sentence = f"Já há {MOST} respostas para quem vai usá-la. Exclua uma antes de criar outra."


def create_quick_reply(
    store: Store, wish: QuickReplyWish, *, by: User, rights: Rights, ip: str | None
) -> QuickReply:
    """Add a ready answer. Raises ShortcutTaken, ScopeFull, and Refused for a scope not theirs."""
    with unique("sac_quick_reply_once", taken=ShortcutTaken()):
        reply = QuickReply(store=store)
        _write(reply, wish, rights)
        _note("quick_reply.created", reply, by=by, ip=ip)
    return reply


def change_quick_reply(
    reply: QuickReply, wish: QuickReplyWish, *, by: User, rights: Rights, ip: str | None
) -> None:
    """Write what was typed.

    Raises ShortcutTaken, ScopeFull, Refused for one that is not theirs, TooLate for one deleted.
    """
    with unique("sac_quick_reply_once", taken=ShortcutTaken()):
        row = QuickReply.objects.select_for_update(no_key=True).filter(pk=reply.pk).first()
        if row is None:
            raise TooLate(_GONE)
        insist(may_keep_quick_reply(rights, row.attendant_id))
        _write(row, wish, rights)
        _note("quick_reply.changed", row, by=by, ip=ip)


def delete_quick_reply(reply: QuickReply, *, by: User, rights: Rights, ip: str | None) -> None:
    """Excluir: messages that were made of it stay as they were sent."""
    with transaction.atomic():
        row = QuickReply.objects.select_for_update().filter(pk=reply.pk).first()
        if row is None:
            return
        insist(may_keep_quick_reply(rights, row.attendant_id))
        _note("quick_reply.deleted", row, by=by, ip=ip)
        _forget_file(row)
        row.delete()


def _write(reply: QuickReply, wish: QuickReplyWish, rights: Rights) -> None:
    insist(may_keep_quick_reply(rights, rights.attendant_id if wish.is_own else None))
    reply.shortcut, reply.text = wish.shortcut, wish.text
    _put_in_scope(reply, wish, rights)
    if wish.upload:
        _forget_file(reply)
        _take_file(reply, wish.upload)
    elif not wish.keeps_file:
        _forget_file(reply)
        reply.file = reply.filename = reply.kind = reply.mime = ""
        reply.size = None
    reply.save()


def _put_in_scope(reply: QuickReply, wish: QuickReplyWish, rights: Rights) -> None:
    before = None if reply.pk is None else (reply.attendant_id, reply.department_id)
    reply.attendant_id = rights.attendant_id if wish.is_own else None
    reply.department = None if wish.is_own else wish.department
    scope = reply.attendant_id, reply.department_id
    known = QuickReply.objects.in_store(reply.store)
    known = known.filter(attendant=reply.attendant_id, department=reply.department_id)
    if scope != before and known.count() >= MOST:
        raise ScopeFull


def _take_file(reply: QuickReply, upload: Prepared) -> None:
    """Only the file itself is ever used of an upload: what was made of it stays nobody's."""
    hold_names(reply.store_id, [upload.file])
    for name in ("file", "filename", "kind", "mime", "size"):
        setattr(reply, name, getattr(upload, name))
    made = (upload.thumbnail, upload.playable)
    transaction.on_commit(lambda: drop(*made), robust=True)


def _forget_file(reply: QuickReply) -> None:
    """Give the file's name up with the row, and delete its bytes once that is safe."""
    if not reply.file:
        return
    name = str(reply.file.name)
    LooseFile.objects.give_up(reply.store_id, [name], at=clock.now())
    transaction.on_commit(lambda: drop(name), robust=True)


def _note(action: str, reply: QuickReply, *, by: User, ip: str | None) -> None:
    """What everybody says is the store's affair; what one says by oneself is not."""
    if reply.attendant_id is None:
        record(action, by=by, target=reply, ip=ip, shortcut=reply.shortcut)

"""How bubbles and rows name and show what is no plain text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django import template

from automacao.gateways.port import Kind, Unshown
from evendas import phones
from sac.media.names import RUNNABLE, ending_of
from sac.models import Media, Message

register = template.Library()

Facts = Mapping[str, object]
# The room a picture has in a bubble, in CSS pixels.
ROOM = (300, 320)
STICKER_ROOM = (150, 150)
_SETTLED = frozenset({"received", "accepted", "sent", "delivered", "read", "played"})


class Words(NamedTuple):
    """A kind's icon, and what people call it."""

    icon: str
    label: str


KINDS = {
    "image": Words("image", "Foto"),
    "video": Words("video", "Vídeo"),
    "audio": Words("headphones", "Áudio"),
    "voice": Words("mic", "Mensagem de voz"),
    "document": Words("file-text", "Documento"),
    "sticker": Words("sticker", "Figurinha"),
    "location": Words("map-pin", "Localização"),
    "contact": Words("contact", "Contato"),
    "poll": Words("chart-bar", "Enquete"),
    "choice": Words("list-checks", "Resposta"),
    "order": Words("shopping-bag", "Pedido"),
    "product": Words("tag", "Produto"),
    "call": Words("phone", "Ligação"),
    "deleted": Words("ban", "Mensagem apagada"),
    "unsupported": Words("badge-question-mark", "Conteúdo não suportado"),
}
# Of what is not shown there is only a name.
_UNSHOWN = {
    Unshown.CALL_LOG: "registro de ligação",
    Unshown.CHANNEL_INVITE: "convite para canal",
    Unshown.COMMENT: "comentário",
    Unshown.EVENT: "evento",
    Unshown.EVENT_ANSWER: "resposta a um evento",
    Unshown.GROUP_INVITE: "convite para grupo",
    Unshown.INVOICE: "fatura",
    Unshown.MENU: "mensagem com botões",
    Unshown.PAYMENT: "pagamento",
    Unshown.PAYMENT_REQUEST: "pedido de pagamento",
    Unshown.PHONE_REQUEST: "pedido do número de telefone",
    Unshown.POLL_RESULT: "resultado de enquete",
    Unshown.SCHEDULED_CALL: "ligação agendada",
    Unshown.STATUS_MENTION: "menção em um status",
    Unshown.STICKER_PACK: "pacote de figurinhas",
}
_NAMES = {str(what): name for what, name in _UNSHOWN.items()} | {
    kind: words.label.lower() for kind, words in KINDS.items() if kind != Kind.UNSUPPORTED
}


@register.filter
def kind_words(kind: str) -> Words | None:
    """Return icon and name of a kind; of one nobody knows, that it is not supported."""
    return None if kind in {"", "text"} else KINDS.get(kind, KINDS["unsupported"])


@register.filter
def unshown_words(message: Message) -> str:
    """Name what cannot be shown; what nobody knows by the gateway's own word for it."""
    if name := _NAMES.get(str(message.content.get("what"))):
        return name
    kind = "" if message.kind == Kind.UNSUPPORTED else message.kind
    word = message.content.get("type") or kind
    return f"tipo desconhecido ({word})" if word else "tipo desconhecido"


@register.filter
def said_as(message: Message) -> str:
    """Name what was sent where it is answered: a document by its file, others by their kind."""
    if message.kind == "document" and message.file and message.file.filename:
        return message.file.filename
    named = kind_words(message.kind)
    return named.label if named else ""


@dataclass(frozen=True, slots=True)
class Size:
    """CSS pixels, known before the picture is loaded: nothing jumps when it comes."""

    width: int
    height: int


@register.filter
def fitted(media: Media | None, kind: str = "image") -> Size:
    """Fit a picture into the room of its bubble. One of unknown size gets a square."""
    width, height = STICKER_ROOM if kind == "sticker" else ROOM
    if media is None or not media.width or not media.height:
        return Size(min(width, height), min(width, height))
    scale = min(width / media.width, height / media.height, 1)
    return Size(max(1, round(media.width * scale)), max(1, round(media.height * scale)))


@register.filter
def played_for(seconds: int | None) -> str:
    """Write a length as players do: 0:09, 12:30, 1:02:05; nothing when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def ending(media: Media) -> str:
    """Return what a file's name ends in, for its icon: PDF, XLSX; nothing when it has none."""
    _, dot, found = media.filename.rpartition(".")
    return found.upper() if dot and found.isalnum() and len(found) <= 4 else ""


@register.filter
def is_program(message: Message) -> bool:
    """Tell whether a customer's file does what it likes on the computer that opens it."""
    name = message.file.filename if message.file else ""
    return not message.is_out and RUNNABLE.fullmatch(ending_of(name)) is not None


@register.filter
def point(facts: Facts) -> str:
    """Write a place's coordinates as Brazilians read them; nothing when it has none."""
    return "; ".join(degrees.replace(".", ",") for degrees in _degrees(facts))


@register.filter
def map_address(facts: Facts) -> str:
    """Return where a map shows the place."""
    wanted = ",".join(_degrees(facts)) or str(facts.get("address") or facts.get("name") or "")
    return f"https://www.google.com/maps?{urlencode({'q': wanted}, safe=',')}" if wanted else ""


def _degrees(facts: Facts) -> list[str]:
    """Latitude and longitude as maps write them, or nothing of either."""
    place = facts.get("latitude"), facts.get("longitude")
    numbers = [number for number in place if isinstance(number, int | float)]
    return [f"{number:.6f}" for number in numbers] if len(numbers) == 2 else []


@register.filter
def phone_shown(phone: object) -> str:
    """Write a card's phone as Brazilians read it; one nobody understands as it came."""
    e164 = phones.normalize(str(phone))
    return phones.display(e164) if e164 else str(phone)


@register.filter
def https_only(address: object) -> str:
    """Return an address one may follow; nothing when it leads anywhere else."""
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return ""
    return parts.geturl() if parts.scheme == "https" and parts.netloc else ""


@register.filter
def money(facts: Facts) -> str:
    """Write a total or a price, which come in thousandths, as R$ 1.284,60."""
    amount = facts.get("total") if "total" in facts else facts.get("price")
    if not isinstance(amount, int):
        return ""
    written = f"{Decimal(amount) / 1000:,.2f}".translate(str.maketrans(",.", ".,"))
    currency = str(facts.get("currency") or "BRL")
    return f"{'R$' if currency == 'BRL' else currency} {written}"


@register.filter
def how_many(facts: Facts) -> str:
    """Say how many items an order has; nothing when nobody counted."""
    count = facts.get("items")
    if not isinstance(count, int) or count < 1:
        return ""
    return "1 item" if count == 1 else f"{count} itens"


class Reaction(NamedTuple):
    emoji: str
    who: str
    is_ours: bool


@register.filter
def reactions_shown(message: Message) -> Iterator[Reaction]:
    """The reactions that stand, the customer's first. One taken away is kept without emoji."""
    for side, who in (("customer", "Cliente"), ("store", "Loja")):
        given = message.reactions.get(side) or {}
        if emoji := given.get("emoji"):
            yield Reaction(emoji, who, is_ours=side == "store")


@register.filter
def doable(message: Message) -> str:
    """What the menu of a bubble may offer, besides what its age rules out."""
    verbs = ["copy"] if message.text else []
    if message.deleted_at is not None or message.kind == "call":
        return ""
    if message.is_forwardable:
        verbs += ["forward"]
    if message.state == "queued" and not message.attempts and message.ticket_id:
        verbs += ["drop"]
    if message.provider_id and message.state in _SETTLED:
        verbs += ["quote", "react"]
        if message.is_out:
            verbs += ["delete", "edit"] if message.kind == "text" else ["delete"]
    return " ".join(verbs)


_AMENDING = {
    "reaction": ("Reagindo…", "A reação não foi enviada"),
    "edit": ("Editando…", "A edição não foi feita"),
    "deletion": ("Apagando…", "A mensagem não foi apagada"),
}


@register.filter
def amending_words(message: Message) -> str:
    """Say what is on its way to a message, or why it was refused."""
    asked = message.content.get("amending") or {}
    under_way, refused = _AMENDING.get(asked.get("kind", ""), ("", ""))
    return f"{refused}: {asked['error']}" if refused and asked.get("error") else under_way


@register.filter
def refused_words(message: Message) -> str:
    """The words of a correction that was refused, for whoever wants to try again."""
    asked = message.content.get("amending") or {}
    return str(asked.get("text", "")) if asked.get("kind") == "edit" and asked.get("error") else ""


@register.filter
def call_words(facts: Facts) -> str:
    """Name a call by how it ended."""
    film = " de vídeo" if facts.get("is_video") else " de voz"
    status = str(facts.get("status", ""))
    if status == "ringing":
        return f"Recebendo ligação{film}"
    ends = {"missed": " perdida", "refused": " recusada", "answered": " atendida no celular"}
    return f"Ligação{film}{ends.get(status, '')}"

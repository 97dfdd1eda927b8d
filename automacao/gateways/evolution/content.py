"""What a message is made of, out of its wrappers and into the port's kinds and facts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from automacao.gateways.evolution import context
from automacao.gateways.evolution.answers import ANSWERS
from automacao.gateways.evolution.cards import cards_of
from automacao.gateways.evolution.files import file_of
from automacao.gateways.evolution.trade import order_facts, product_facts
from automacao.gateways.evolution.unshown import UNSHOWN
from automacao.gateways.evolution.wire import coordinates, dig, text, whole
from automacao.gateways.port import File, Kind

Told = dict[str, object]

_WRAPPERS_MAX = 5
_NAME_MAX = 64
_PLACE_MAX = 500
_TITLE_MAX = 1000
_OPTIONS_MAX = 12
_OPTION_MAX = 200
_QUOTE_MAX = 500
_WRAPPERS = frozenset(
    {
        "associatedChildMessage",
        "botInvokeMessage",
        "deviceSentMessage",
        "documentWithCaptionMessage",
        "editedMessage",
        "ephemeralMessage",
        "groupMentionedMessage",
        "lottieStickerMessage",
        "viewOnceMessage",
        "viewOnceMessageV2",
        "viewOnceMessageV2Extension",
    }
)
_VIEW_ONCE = frozenset({"viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"})
# Beside the one main key.
_NOT_CONTENT = frozenset(
    {
        "base64",
        "chatwootConversationId",
        "chatwootInboxId",
        "chatwootMessageId",
        "mediaUrl",
        "messageContextInfo",
        "senderKeyDistributionMessage",
        "speechToText",
    }
)
_FILES: dict[str, str] = {
    "imageMessage": Kind.IMAGE,
    "videoMessage": Kind.VIDEO,
    "ptvMessage": Kind.VIDEO,
    "audioMessage": Kind.AUDIO,
    "documentMessage": Kind.DOCUMENT,
    "stickerMessage": Kind.STICKER,
}
# Where another business's message with buttons has its text; the buttons are not ours to press.
_TEXTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "extendedTextMessage": (("text",),),
    "buttonsMessage": (("contentText",),),
    "listMessage": (("description",), ("title",)),
    "interactiveMessage": (("body", "text"),),
    "templateMessage": (
        ("hydratedTemplate", "hydratedContentText"),
        ("hydratedFourRowTemplate", "hydratedContentText"),
        ("interactiveMessageTemplate", "body", "text"),
    ),
}
_POLLS = (
    "pollCreationMessage",
    "pollCreationMessageV2",
    "pollCreationMessageV3",
    "pollCreationMessageV5",
)


@dataclass(frozen=True, slots=True)
class Content:
    """One message's content. `name` is the gateway's word for it."""

    name: str
    kind: str
    text: str = ""
    file: File | None = None
    facts: Told = field(default_factory=dict)
    reply_to: str | None = None


def main_key(message: object) -> tuple[str, object]:
    """Unwrap a message up to five levels; return what is inside and the gateway's word for it."""
    name, inner, _ = _unwrapped(message)
    return name, inner


def content_of(item: object, *, customer: tuple[str, ...] = ()) -> Content | None:
    """Read a whole record: its content with what stands around it. None is nothing to show.

    `customer` are the user parts of the customer's addresses: a quote of anybody else is ours.
    """
    name, media, is_view_once = _unwrapped(dig(item, "message"))
    contexts = context.contexts_of(item, media)
    content = _read(name, media, dig(item, "key"))
    if content is None:
        # The first message out of an ad arrives without its text in some versions.
        content = Content("", Kind.TEXT) if context.ad_of(contexts) else None
    if content is None:
        return None
    facts = content.facts | _around(contexts, customer)
    if is_view_once or dig(media, "viewOnce") is True:
        facts["view_once"] = True
    return replace(content, facts=facts, reply_to=context.reply_to(contexts))


def text_of(message: object) -> str | None:
    """Return the text an edit gave a message, a caption included; None when it gave none."""
    name, media, _ = _unwrapped(message)
    content = _read(name, media, None)
    return content.text if content and content.kind != Kind.UNSUPPORTED else None


def _unwrapped(message: object) -> tuple[str, object, bool]:
    is_view_once = False
    for _ in range(_WRAPPERS_MAX):
        name = _named(message)
        inner = dig(message, name, "message")
        if name not in _WRAPPERS or not isinstance(inner, dict):
            break
        is_view_once = is_view_once or name in _VIEW_ONCE
        message = inner
    name = _named(message)
    return name, dig(message, name), is_view_once


def _named(message: object) -> str:
    """Name the main key: the first that holds anything."""
    if not isinstance(message, dict):
        return ""
    held = (key for key, value in message.items() if value not in (None, ""))
    return next((key for key in held if key not in _NOT_CONTENT), "")


def _read(name: str, media: object, key: object) -> Content | None:
    if name == "conversation":
        return _text(name, media)
    if not isinstance(media, dict):
        return _unsupported(name) if name and media else None
    if name in _FILES:
        return _file(name, media, key)
    read = _READERS.get(name)
    return (read(name, media) if read else None) or _unsupported(name)


def _text(name: str, value: object) -> Content | None:
    told = text(value)
    return Content(name, Kind.TEXT, told) if told else None


def _unsupported(name: str) -> Content:
    facts: Told = {"type": text(name, _NAME_MAX)}
    if what := UNSHOWN.get(name):
        facts["what"] = what.value
    return Content(name, Kind.UNSUPPORTED, facts=facts)


def _file(name: str, media: Told, key: object) -> Content:
    kind = Kind.VOICE if name == "audioMessage" and media.get("ptt") is True else _FILES[name]
    marks = {
        "gif": kind == Kind.VIDEO and media.get("gifPlayback") is True,
        "note": name == "ptvMessage",
        "animated": kind == Kind.STICKER and media.get("isAnimated") is True,
    }
    facts: Told = {mark: True for mark, is_set in marks.items() if is_set}
    return Content(name, kind, text(media.get("caption")), file_of(key, name, media), facts)


def _written(name: str, media: Told) -> Content | None:
    places = (_text(name, dig(media, *place)) for place in _TEXTS[name])
    return next((found for found in places if found), None)


def _location(name: str, media: Told) -> Content | None:
    found = coordinates(media.get("degreesLatitude"), media.get("degreesLongitude"))
    if found is None:
        return None
    facts: Told = {"latitude": found[0], "longitude": found[1]}
    for part in ("name", "address"):
        if told := text(media.get(part), _PLACE_MAX):
            facts[part] = told
    if name == "liveLocationMessage" or media.get("isLive") is True:
        facts["is_live"] = True
    caption = text(media.get("caption")) or text(media.get("comment"))
    return Content(name, Kind.LOCATION, caption, facts=facts)


def _contacts(name: str, media: Told) -> Content | None:
    several = media.get("contacts")
    cards = cards_of(several if isinstance(several, list) else [media])
    return Content(name, Kind.CONTACT, facts={"cards": cards}) if cards else None


def _poll(name: str, media: Told) -> Content | None:
    options = media.get("options")
    listed = options if isinstance(options, list) else []
    named = [text(dig(option, "optionName"), _OPTION_MAX) for option in listed[:_OPTIONS_MAX]]
    question = text(media.get("name"), _TITLE_MAX)
    if not question:
        return None
    facts: Told = {
        "question": question,
        "options": [option for option in named if option],
        "is_multiple": whole(media.get("selectableOptionsCount")) != 1,
    }
    return Content(name, Kind.POLL, facts=facts)


def _choice(name: str, media: Told) -> Content | None:
    chosen, title = ANSWERS[name](media)
    if not chosen and not title:
        return None
    return Content(name, Kind.CHOICE, title, facts={"id": chosen, "title": title})


def _order(name: str, media: Told) -> Content | None:
    facts = order_facts(media)
    return Content(name, Kind.ORDER, text(media.get("message")), facts=facts) if facts else None


def _product(name: str, media: Told) -> Content | None:
    facts = product_facts(media)
    return Content(name, Kind.PRODUCT, text(media.get("body")), facts=facts) if facts else None


def _around(contexts: list[Told], customer: tuple[str, ...]) -> Told:
    facts: Told = {}
    if quote := context.quoting(contexts):
        facts["quoted"] = _quoted(quote, customer)
    if ad := context.ad_of(contexts):
        facts["ad"] = ad
    if context.is_forwarded(contexts):
        facts["forwarded"] = True
    return facts


def _quoted(quote: Told, customer: tuple[str, ...]) -> Told:
    name, media, _ = _unwrapped(quote.get("quotedMessage"))
    content = _read(name, media, None) or _unsupported(name)
    writer = text(quote.get("participant")).partition("@")[0].partition(":")[0]
    return {
        "text": content.text[:_QUOTE_MAX],
        "kind": content.kind,
        "is_ours": bool(writer) and writer not in customer,
    }


_READERS: dict[str, Callable[[str, Told], Content | None]] = {
    "locationMessage": _location,
    "liveLocationMessage": _location,
    "contactMessage": _contacts,
    "contactsArrayMessage": _contacts,
    "orderMessage": _order,
    "productMessage": _product,
    **dict.fromkeys(_TEXTS, _written),
    **dict.fromkeys(_POLLS, _poll),
    **dict.fromkeys(ANSWERS, _choice),
}

"""What is inside `data.message`: one builder per kind, in the shapes of the captures.

Key order follows the captures; kinds that no capture holds follow Baileys' protobuf names.
"""

import json
from collections.abc import Callable

from automacao.simulator.state import Json, Message
from automacao.simulator.wire import as_bytes, as_long, derived

CONTEXT_FREE = {"conversation", "reactionMessage"}
MEDIA = ("imageMessage", "videoMessage", "ptvMessage", "audioMessage", "documentMessage",
         "stickerMessage")  # fmt: skip
_EPHEMERAL_SECONDS = 86_400


def body(message: Message) -> Json:
    """Return `data.message`, wrapped as it was sent."""
    plain = unwrapped(message)
    if message.wrapper == "view_once":
        [(name, inner)] = plain.items()
        return {"viewOnceMessageV2": {"message": {name: inner | {"viewOnce": True}}}}
    if message.wrapper == "ephemeral":
        return {"ephemeralMessage": {"message": _expiring(plain)}}
    return plain


def name(message: Message) -> str:
    """Return `data.messageType`."""
    return next(iter(body(message)))


def unwrapped(message: Message) -> Json:
    """Return the content itself."""
    build = _BUILDERS.get(message.kind)
    if build is None:
        return {str(message.facts.get("type") or "unknownMessage"): message.facts.get("body", {})}
    return build(message)


def direct_path(message: Message) -> str:
    """Return where WhatsApp keeps a message's file: it names the message's media."""
    return f"/v/t62/{derived(message.id, 'path').hex()[:16]}.enc"


def _expiring(plain: Json) -> Json:
    context = {"mentionedJid": [], "groupMentions": [], "expiration": _EPHEMERAL_SECONDS}
    if "conversation" in plain:
        return {"extendedTextMessage": {"text": plain["conversation"], "contextInfo": context}}
    [(name, inner)] = plain.items()
    return {name: inner | {"contextInfo": context}}


def _text(message: Message) -> Json:
    return {"conversation": message.text}


def _reaction(message: Message) -> Json:
    target = {
        "remoteJid": message.facts["target_jid"],
        "fromMe": message.facts["target_is_ours"],
        "id": message.quotes,
        "participant": "",
    }
    told_at = as_long(message.at * 1000)
    return {"reactionMessage": {"key": target, "text": message.text, "senderTimestampMs": told_at}}


def _image(message: Message) -> Json:
    marks: Json = {"interactiveAnnotations": [], "scanLengths": [], "annotations": []}
    return {"imageMessage": {**marks, **_media(message), **_size(message), **_caption(message)}}


def _video(message: Message) -> Json:
    name = "ptvMessage" if message.facts.get("note") else "videoMessage"
    marks: Json = {"interactiveAnnotations": [], "annotations": [], "processedVideos": []}
    gif = {"gifPlayback": True} if message.facts.get("gif") else {}
    seconds = {"seconds": message.file.seconds or 1} if message.file else {}
    content = {**marks, **_media(message), **seconds, **_size(message), **gif, **_caption(message)}
    return {name: content}


def _audio(message: Message) -> Json:
    length = {"seconds": (message.file.seconds if message.file else None) or 1}
    note = {"ptt": True} if message.kind == "voice" else {}
    return {"audioMessage": {**_media(message), **length, **note}}


def _document(message: Message) -> Json:
    name = message.file.name if message.file else ""
    names = {"title": name, "fileName": name}
    return {"documentMessage": {**_media(message), **names, **_caption(message)}}


def _sticker(message: Message) -> Json:
    moving = {"isAnimated": True} if message.facts.get("animated") else {}
    return {"stickerMessage": {**_media(message), **moving}}


def _media(message: Message) -> Json:
    """Build what every file has. A message whose file never came has an address only."""
    file = message.file
    if file is None:
        return {"url": "https://mmg.whatsapp.net/v/x", "mimetype": "application/octet-stream"}
    path = direct_path(message)
    return {
        "url": f"https://mmg.whatsapp.net{path}",
        "mimetype": file.mime,
        "fileSha256": as_bytes(bytes.fromhex(file.sha256)),
        "fileLength": as_long(file.size, unsigned=True),
        "mediaKey": as_bytes(derived(message.id, "key")),
        "fileEncSha256": as_bytes(derived(message.id, "enc")),
        "directPath": path,
        "mediaKeyTimestamp": as_long(message.at),
    }


def _size(message: Message) -> Json:
    file = message.file
    return {"height": file.height, "width": file.width} if file and file.height else {}


def _caption(message: Message) -> Json:
    return {"caption": message.text} if message.text else {}


def _location(message: Message) -> Json:
    facts = message.facts
    place = {
        "degreesLatitude": facts["latitude"],
        "degreesLongitude": facts["longitude"],
    }
    if facts.get("is_live"):
        moving = {"accuracyInMeters": 12, "sequenceNumber": as_long(message.at * 1000)}
        return {"liveLocationMessage": {**place, **moving, **_caption(message)}}
    known = {key: facts[key] for key in ("name", "address") if facts.get(key)}
    return {"locationMessage": {**place, **known}}


def _contact(message: Message) -> Json:
    cards = [{"displayName": card["name"], "vcard": vcard(card)} for card in message.facts["cards"]]
    if len(cards) == 1:
        return {"contactMessage": cards[0]}
    return {"contactsArrayMessage": {"displayName": f"{len(cards)} contatos", "contacts": cards}}


def vcard(card: Json) -> str:
    """Write a contact card: `name`, `phones`, `organization`. One given as `vcard` stays."""
    if card.get("vcard"):
        return str(card["vcard"])
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{card['name']}"]
    if card.get("organization"):
        lines.append(f"ORG:{card['organization']};")
    for phone in card.get("phones", []):
        digits = "".join(filter(str.isdigit, phone))
        lines.append(f"TEL;type=CELL;waid={digits}:{phone}")
    return "\n".join([*lines, "END:VCARD"])


def _poll(message: Message) -> Json:
    facts = message.facts
    options = [{"optionName": option} for option in facts["options"]]
    count = 0 if facts.get("is_multiple") else 1
    poll = {"name": facts["question"], "options": options, "selectableOptionsCount": count}
    return {"pollCreationMessageV3": poll}


def _choice(message: Message) -> Json:
    """Build an answer to a list, or to what `facts["of"]` says: buttons, template, flow."""
    choice, title = message.facts.get("id", ""), message.text
    plain = {
        "list": {
            "listResponseMessage": {
                "title": title,
                "listType": 1,
                "singleSelectReply": {"selectedRowId": choice},
            }
        },
        "buttons": {
            "buttonsResponseMessage": {
                "selectedButtonId": choice,
                "selectedDisplayText": title,
                "type": 1,
            }
        },
        "template": {
            "templateButtonReplyMessage": {
                "selectedId": choice,
                "selectedDisplayText": title,
                "selectedIndex": 0,
            }
        },
        "flow": {"interactiveResponseMessage": _flow_answer(choice, title)},
    }
    return plain[message.facts.get("of", "list")]


def _flow_answer(choice: str, title: str) -> Json:
    answer = {"name": "quick_reply", "paramsJson": json.dumps({"id": choice}), "version": 3}
    return {"body": {"text": title}, "nativeFlowResponseMessage": answer}


def _order(message: Message) -> Json:
    facts = message.facts
    order = {
        "orderId": facts.get("id", ""),
        "itemCount": facts.get("items", 1),
        "orderTitle": facts.get("title", ""),
        "totalAmount1000": as_long(facts.get("total") or 0, unsigned=True),
        "totalCurrencyCode": facts.get("currency", "BRL"),
        "token": derived(message.id, "order").hex()[:24],
    }
    return {"orderMessage": order}


def _product(message: Message) -> Json:
    facts = message.facts
    product = {
        "productId": facts.get("id", ""),
        "title": facts.get("title", ""),
        "description": facts.get("description", ""),
        "currencyCode": facts.get("currency", "BRL"),
        "priceAmount1000": as_long(facts.get("price") or 0),
        "url": facts.get("url", ""),
    }
    return {"productMessage": {"product": product, "businessOwnerJid": ""}}


_BUILDERS: dict[str, Callable[[Message], Json]] = {
    "text": _text,
    "reaction": _reaction,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "voice": _audio,
    "document": _document,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "choice": _choice,
    "order": _order,
    "product": _product,
}
KINDS = frozenset({*_BUILDERS, "unsupported"}) - {"reaction"}
FILE_KINDS = frozenset({"image", "video", "audio", "voice", "document", "sticker"})

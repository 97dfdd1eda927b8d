"""Every kind of message a customer can send, and what of it the desk is told."""

from typing import Any

import pytest

from automacao.gateways.evolution import parse
from automacao.gateways.port import (
    Event,
    Ignored,
    Kind,
    MessageEcho,
    MessageReceived,
    Quarantine,
    Unshown,
)
from tests.automacao.evolution_data import CUSTOMER, OWN, message, webhook

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lima;Ana;;;\r\nFN:Ana\\, a Lima\r\nORG:Padaria;Balcão\r\n"
    "item1.TEL;waid=5511900000055:+55 11 90000-0055\r\nTEL;TYPE=cell:tel:+55 21 3333\r\n -4444\r\n"
    "TEL;waid=5511900000055:repeated\r\nEND:VCARD"
)


def _one(content: object, **changes: Any) -> Event:
    events = parse({}, webhook("messages.upsert", message(**changes, message=content)))
    assert len(events) == 1
    return events[0]


def _received(content: object, **changes: Any) -> MessageReceived:
    event = _one(content, **changes)
    assert isinstance(event, MessageReceived), event
    return event


def _nested(inner: object, *wrappers: str) -> object:
    for wrapper in wrappers:
        inner = {wrapper: {"message": inner}}
    return inner


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "facts"),
    [
        ({"imageMessage": {}}, Kind.IMAGE, {}),
        ({"conversation": "", "imageMessage": {}}, Kind.IMAGE, {}),
        ({"imageMessage": {"viewOnce": True}}, Kind.IMAGE, {"view_once": True}),
        ({"videoMessage": {}}, Kind.VIDEO, {}),
        ({"videoMessage": {"gifPlayback": True}}, Kind.VIDEO, {"gif": True}),
        ({"ptvMessage": {}}, Kind.VIDEO, {"note": True}),
        ({"audioMessage": {"ptt": True}}, Kind.VOICE, {}),
        ({"audioMessage": {"ptt": False}}, Kind.AUDIO, {}),
        ({"audioMessage": {}}, Kind.AUDIO, {}),
        ({"documentMessage": {}}, Kind.DOCUMENT, {}),
        ({"stickerMessage": {"isAnimated": True}}, Kind.STICKER, {"animated": True}),
        (_nested({"stickerMessage": {}}, "lottieStickerMessage"), Kind.STICKER, {}),
    ],
)
def test_a_file_has_its_kind_whatever_else_it_lacks(
    content: object, kind: Kind, facts: dict[str, object]
) -> None:
    event = _received(content)
    assert (event.kind, event.facts) == (kind, facts)
    assert event.file is not None


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ({"fileName": "nota.pdf", "title": "Nota"}, ("nota.pdf", None, None)),
        ({"title": "Nota"}, ("Nota", None, None)),
        ({"fileLength": "5120", "seconds": 4.0}, ("", 5120, 4)),
        ({"fileLength": {"low": 5, "high": 1, "unsigned": True}}, ("", 2**32 + 5, None)),
        ({"fileLength": -1, "seconds": 10**9}, ("", None, None)),
        ({"fileLength": "a", "fileName": ["x"]}, ("", None, None)),
    ],
)
def test_a_file_is_announced_as_far_as_it_can_be_believed(
    media: dict[str, object], expected: tuple[object, ...]
) -> None:
    file = _received({"documentMessage": media}).file
    assert file is not None
    assert (file.name, file.size, file.seconds) == expected


def test_a_caption_is_the_text() -> None:
    for name in ("imageMessage", "videoMessage", "documentMessage"):
        assert _received({name: {"caption": "olha só"}}).text == "olha só"


# --- Wrappers -------------------------------------------------------------------------------------


WRAPPERS = [
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "editedMessage",
]


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_wrapper_is_taken_off(wrapper: str) -> None:
    event = _received(_nested({"imageMessage": {"caption": "oi"}}, wrapper))
    assert (event.kind, event.text) == (Kind.IMAGE, "oi")
    assert event.facts.get("view_once", False) is wrapper.startswith("viewOnce")


def test_five_wrappers_are_taken_off_and_no_more() -> None:
    text = {"conversation": "oi"}
    assert _received(_nested(text, *["ephemeralMessage"] * 5)).text == "oi"
    deeper = _received(_nested(text, *["ephemeralMessage"] * 6))
    assert (deeper.kind, deeper.facts["type"]) == (Kind.UNSUPPORTED, "ephemeralMessage")


@pytest.mark.parametrize("inner", [None, "x", [], {}, {"message": None}, {"message": "x"}])
def test_an_empty_wrapper_is_never_lost(inner: object) -> None:
    event = _one({"viewOnceMessageV2": inner})
    assert isinstance(event, Quarantine) or event.kind == Kind.UNSUPPORTED  # type: ignore[union-attr]


# --- Places, people, polls, answers, carts --------------------------------------------------------


def test_a_place_is_told_with_its_name() -> None:
    place = {"degreesLatitude": -23.5, "degreesLongitude": "-46.6", "name": "Loja", "address": "R"}
    event = _received({"locationMessage": place})
    told = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "R"}
    assert (event.kind, event.facts) == (Kind.LOCATION, told)
    live = {"degreesLatitude": 0, "degreesLongitude": 0, "caption": "chegando"}
    event = _received({"liveLocationMessage": live})
    assert (event.text, event.facts) == (
        "chegando",
        {"latitude": 0.0, "longitude": 0.0, "is_live": True},
    )


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 0), (0, -181), ("NaN", 0), ("1e999", 0), (None, 0), (True, 0), ([], {})],
)
def test_a_place_not_on_earth_is_unsupported(latitude: object, longitude: object) -> None:
    place = {"degreesLatitude": latitude, "degreesLongitude": longitude}
    event = _received({"locationMessage": place})
    told = {"type": "locationMessage", "what": "location"}
    assert (event.kind, event.facts) == (Kind.UNSUPPORTED, told)


def test_a_card_is_read_as_phones_write_it() -> None:
    event = _received({"contactMessage": {"vcard": VCARD}})
    card = {
        "name": "Ana, a Lima",
        "phones": ["+5511900000055", "+55 21 3333-4444"],
        "organization": "Padaria;Balcão",
    }
    assert (event.kind, event.facts) == (Kind.CONTACT, {"cards": [card]})
    named = _received({"contactMessage": {"displayName": "Bia", "vcard": VCARD}})
    assert named.facts["cards"][0]["name"] == "Bia"  # type: ignore[index]


def test_many_cards_are_cut_to_what_a_screen_shows() -> None:
    phones = "\n".join(f"TEL:{number}" for number in range(1000, 1030))
    contacts = [{"displayName": f"Pessoa {n}", "vcard": phones} for n in range(50)]
    cards: Any = _received({"contactsArrayMessage": {"contacts": contacts}}).facts["cards"]
    assert (len(cards), len(cards[0]["phones"])) == (20, 10)


@pytest.mark.parametrize("media", [{}, {"vcard": 7}, {"contacts": [None, 7, {}]}])
def test_a_card_nobody_can_read_is_unsupported(media: dict[str, object]) -> None:
    assert _received({"contactMessage": media}).kind == Kind.UNSUPPORTED


@pytest.mark.parametrize("name", ["pollCreationMessage", "pollCreationMessageV3"])
def test_a_poll_is_told_with_its_options(name: str) -> None:
    options = [{"optionName": "P"}, {"optionName": ""}, "x", {"optionName": "G"}]
    poll = {"name": "Tamanho?", "options": options, "selectableOptionsCount": 1}
    told = {"question": "Tamanho?", "options": ["P", "G"], "is_multiple": False}
    event = _received({name: poll})
    assert (event.kind, event.facts) == (Kind.POLL, told)


@pytest.mark.parametrize(
    ("content", "chosen", "title"),
    [
        (
            {"buttonsResponseMessage": {"selectedButtonId": "b1", "selectedDisplayText": "Sim"}},
            "b1",
            "Sim",
        ),
        (
            {
                "listResponseMessage": {
                    "title": "Trocas",
                    "singleSelectReply": {"selectedRowId": "trocas"},
                }
            },
            "trocas",
            "Trocas",
        ),
        (
            {"templateButtonReplyMessage": {"selectedId": "t1", "selectedDisplayText": "Quero"}},
            "t1",
            "Quero",
        ),
        (
            {
                "interactiveResponseMessage": {
                    "body": {"text": "Pagar"},
                    "nativeFlowResponseMessage": {"name": "menu", "paramsJson": '{"id": "pagar"}'},
                }
            },
            "pagar",
            "Pagar",
        ),
        *(
            (
                {"interactiveResponseMessage": {"nativeFlowResponseMessage": {"paramsJson": odd}}},
                None,
                None,
            )
            for odd in ("{", "[" * 5000, '{"id": "x"}' + " " * 30_000, 7)
        ),
    ],
)
def test_a_choice_is_told_by_id_and_title(
    content: object, chosen: str | None, title: str | None
) -> None:
    event = _received(content)
    if chosen is None:
        assert event.kind == Kind.UNSUPPORTED
        return
    assert (event.kind, event.text) == (Kind.CHOICE, title)
    assert event.facts == {"id": chosen, "title": title}


def test_a_cart_is_told_in_thousandths() -> None:
    cart = {
        "orderId": "77",
        "orderTitle": "Pedido",
        "sellerJid": OWN,
        "itemCount": 2,
        "totalAmount1000": {"low": 99900, "high": 0, "unsigned": True},
        "totalCurrencyCode": "BRL",
        "message": "Quero estes",
    }
    event = _received({"orderMessage": cart})
    assert (event.kind, event.text) == (Kind.ORDER, "Quero estes")
    told = {"id": "77", "title": "Pedido", "items": 2, "total": 99900, "currency": "BRL"}
    assert event.facts == told


def test_a_product_is_told_with_a_price_and_no_odd_address() -> None:
    product = {"productId": "1", "title": "Tênis", "priceAmount1000": "199900", "url": "x:alert(1)"}
    event = _received({"productMessage": {"product": product, "body": "Tem 38?"}})
    assert (event.kind, event.text) == (Kind.PRODUCT, "Tem 38?")
    assert (event.facts["title"], event.facts["price"], event.facts["url"]) == ("Tênis", 199900, "")


def test_what_nobody_knows_is_told_by_the_gateways_name_for_it() -> None:
    event = _received({"holographicMessage": {"text": "?"}, "messageContextInfo": {}})
    assert (event.kind, event.text) == (Kind.UNSUPPORTED, "")
    assert event.facts == {"type": "holographicMessage"}
    assert _received({"x" * 500: 7}).facts == {"type": "x" * 64}


def test_what_people_know_by_a_name_is_told_by_that_too() -> None:
    event = _received({"eventMessage": {"name": "Festa"}})
    told = {"type": "eventMessage", "what": Unshown.EVENT}
    assert (event.kind, event.facts) == (Kind.UNSUPPORTED, told)


@pytest.mark.parametrize(
    "content",
    [
        {"buttonsMessage": {"contentText": "Seu código", "buttons": []}},
        {"listMessage": {"description": "", "title": "Seu código"}},
        {"interactiveMessage": {"body": {"text": "Seu código"}, "nativeFlowMessage": {}}},
        {"templateMessage": {"hydratedTemplate": {"hydratedContentText": "Seu código"}}},
        {"templateMessage": {"interactiveMessageTemplate": {"body": {"text": "Seu código"}}}},
    ],
)
def test_of_another_businesss_buttons_the_text_is_shown(content: object) -> None:
    event = _received(content)
    assert (event.kind, event.text, event.facts) == (Kind.TEXT, "Seu código", {})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pollUpdateMessage", "poll vote"),
        ("albumMessage", "album"),
        ("pinInChatMessage", "pin"),
    ],
)
def test_what_says_nothing_by_itself_is_ignored(name: str, reason: str) -> None:
    assert _one({name: {"any": "thing"}}) == Ignored(reason)


# --- What stands around the content ---------------------------------------------------------------


QUOTE = {"stanzaId": "Q1", "participant": OWN, "quotedMessage": {"conversation": "Temos!"}}


@pytest.mark.parametrize(
    ("content", "beside"),
    [
        ({"conversation": "oi"}, QUOTE),
        ({"extendedTextMessage": {"text": "oi", "contextInfo": QUOTE}}, {"expiration": 0}),
        ({"imageMessage": {"caption": "oi", "contextInfo": QUOTE}}, None),
        (_nested({"imageMessage": {"caption": "oi", "contextInfo": QUOTE}}, "viewOnceMessage"), {}),
    ],
)
def test_a_reply_names_and_quotes_what_it_answers(content: object, beside: object) -> None:
    event = _received(content, contextInfo=beside)
    assert (event.reply_to, event.text) == ("Q1", "oi")
    assert event.facts["quoted"] == {"text": "Temos!", "kind": "text", "is_ours": True}


def test_a_quote_of_the_customers_own_words_is_not_ours() -> None:
    quote = QUOTE | {"participant": CUSTOMER, "quotedMessage": {"imageMessage": {}}}
    event = _received({"conversation": "oi"}, contextInfo=quote)
    assert event.facts["quoted"] == {"text": "", "kind": "image", "is_ours": False}


def test_a_quote_is_short_and_an_unreadable_one_is_no_quote() -> None:
    long = QUOTE | {"quotedMessage": {"conversation": "x" * 5000}}
    quoted: Any = _received({"conversation": "oi"}, contextInfo=long).facts["quoted"]
    assert len(quoted["text"]) == 500
    halves: list[object] = [{"stanzaId": 7}, {"stanzaId": "Q1", "quotedMessage": "x"}]
    for broken in (None, "x", [], *halves):
        event = _received({"conversation": "oi"}, contextInfo=broken)
        assert "quoted" not in event.facts


@pytest.mark.parametrize("info", [{"isForwarded": True}, {"forwardingScore": "3"}])
def test_a_forward_is_marked(info: dict[str, object]) -> None:
    assert _received({"conversation": "oi"}, contextInfo=info).facts == {"forwarded": True}
    assert _received({"conversation": "oi"}, contextInfo={"forwardingScore": 0}).facts == {}


AD = {"title": "Tênis 38", "body": "Só hoje", "sourceUrl": "https://fb.me/x", "sourceType": "ad"}


@pytest.mark.parametrize(
    ("content", "beside"),
    [
        ({"conversation": "oi"}, {"externalAdReply": AD}),
        ({"extendedTextMessage": {"text": "oi", "contextInfo": {"externalAdReply": AD}}}, None),
        ({"imageMessage": {"caption": "oi", "contextInfo": {"externalAdReply": AD}}}, {}),
        # The text of a first message is lost by some versions.
        ({}, {"externalAdReply": AD}),
        (None, {"externalAdReply": AD}),
    ],
)
def test_a_click_on_an_ad_is_told_wherever_it_stands(content: object, beside: object) -> None:
    event = _received(content, contextInfo=beside)
    told = {"title": "Tênis 38", "text": "Só hoje", "url": "https://fb.me/x"}
    assert event.facts["ad"] == told


def test_of_some_ads_only_the_fact_is_told() -> None:
    event = _received({"conversation": "oi"}, contextInfo={"conversionSource": "FB_Ads"})
    assert event.facts["ad"] == {"title": "", "text": "", "url": ""}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "javascript://x/%0aalert(1)", "http:///x", "http://[", 7]
)
def test_an_ad_leads_nowhere_but_to_the_web(address: object) -> None:
    hostile = {"title": "x", "sourceUrl": address}
    event = _received({"conversation": "oi"}, contextInfo={"externalAdReply": hostile})
    assert event.facts["ad"] == {"title": "x", "text": "", "url": ""}


@pytest.mark.parametrize("content", [{"imageMessage": {}}, {"locationMessage": {}}, {"new": {}}])
def test_the_store_may_say_every_kind_on_its_phone(content: dict[str, object]) -> None:
    event = _one(content, key={"fromMe": True}, source="ios")
    assert isinstance(event, MessageEcho)
    assert (event.origin, event.is_auto_reply) == ("phone", False)


def test_an_automatic_answer_of_the_phone_is_told_as_such() -> None:
    said = message(key={"fromMe": True}, source="unknown")
    (by_phone,) = parse({}, webhook("messages.upsert", said))
    (by_us,) = parse({}, webhook("send.message", said))
    assert isinstance(by_phone, MessageEcho)
    assert isinstance(by_us, MessageEcho)
    assert (by_phone.is_auto_reply, by_us.is_auto_reply) == (True, False)
    (answer,) = parse({}, webhook("messages.upsert", said | {"contextInfo": QUOTE}))
    assert isinstance(answer, MessageEcho)
    assert not answer.is_auto_reply

"""What stands around a message's content: the answered message, an ad, a forward."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from automacao.gateways.evolution.wire import MESSAGE_ID_MAX, dig, text, whole

_TITLE_MAX = 200
_TEXT_MAX = 1000
_URL_MAX = 2000
_AD_SOURCES = frozenset({"ctwa_ad", "fb_ads", "fb_ad", "ad"})


def contexts_of(item: object, media: object) -> list[dict[str, object]]:
    """Find every contextInfo of a message: beside the content, or inside of it."""
    places = (dig(item, "contextInfo"), dig(media, "contextInfo"))
    return [place for place in places if isinstance(place, dict)]


def reply_to(contexts: list[dict[str, object]]) -> str | None:
    """Name the message that is answered."""
    named = (text(context.get("stanzaId"), MESSAGE_ID_MAX) for context in contexts)
    return next((name for name in named if name), None)


def quoting(contexts: list[dict[str, object]]) -> dict[str, object] | None:
    """Return the context that quotes a message in full."""
    quotes = (one for one in contexts if isinstance(one.get("quotedMessage"), dict))
    return next((one for one in quotes if one.get("stanzaId")), None)


def is_forwarded(contexts: list[dict[str, object]]) -> bool:
    """Tell whether the sender passed on what another wrote."""
    return any(
        one.get("isForwarded") is True or (whole(one.get("forwardingScore")) or 0) > 0
        for one in contexts
    )


def ad_of(contexts: list[dict[str, object]]) -> dict[str, object] | None:
    """Return the ad the customer came from; of some only the fact is told."""
    for context in contexts:
        card = context.get("externalAdReply")
        if isinstance(card, dict) and (ad := _ad(card)):
            return ad
    if any(source.lower() in _AD_SOURCES for one in contexts for source in _sources(one)):
        return {"title": "", "text": "", "url": ""}
    return None


def web_address(value: object) -> str:
    """Return an address a browser may be led to, or nothing."""
    address = text(value, _URL_MAX).strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


def _ad(card: dict[str, object]) -> dict[str, object] | None:
    ad: dict[str, object] = {
        "title": text(card.get("title"), _TITLE_MAX),
        "text": text(card.get("body"), _TEXT_MAX),
        "url": web_address(card.get("sourceUrl")),
    }
    return ad if any(ad.values()) else None


def _sources(context: dict[str, object]) -> Iterator[str]:
    yield text(context.get("conversionSource"))
    yield text(context.get("entryPointConversionSource"))

"""What a customer chose where buttons, a list or a template asked."""

from collections.abc import Callable

from automacao.gateways.evolution.wire import dig, load, text

Answer = tuple[str, str]

_ID_MAX = 256
_TITLE_MAX = 1000
_PARAMS_MAX = 20_000


def _buttons(media: dict[str, object]) -> Answer:
    return _answer(media.get("selectedButtonId"), media.get("selectedDisplayText"))


def _list(media: dict[str, object]) -> Answer:
    return _answer(dig(media, "singleSelectReply", "selectedRowId"), media.get("title"))


def _template(media: dict[str, object]) -> Answer:
    return _answer(media.get("selectedId"), media.get("selectedDisplayText"))


def _interactive(media: dict[str, object]) -> Answer:
    """The choice is JSON inside a text."""
    flow = dig(media, "nativeFlowResponseMessage")
    given = _params(dig(flow, "paramsJson"))
    chosen = dig(given, "id") or dig(given, "selectedId") or dig(flow, "name")
    title = dig(media, "body", "text") or dig(given, "title") or dig(given, "display_text")
    return _answer(chosen, title)


def _params(value: object) -> object:
    told = text(value)
    if not told or len(told) > _PARAMS_MAX:
        return None
    try:
        return load(told.encode())
    except (ValueError, RecursionError):
        return None


def _answer(chosen: object, title: object) -> Answer:
    return text(chosen, _ID_MAX), text(title, _TITLE_MAX)


ANSWERS: dict[str, Callable[[dict[str, object]], Answer]] = {
    "buttonsResponseMessage": _buttons,
    "listResponseMessage": _list,
    "templateButtonReplyMessage": _template,
    "interactiveResponseMessage": _interactive,
}

"""Drives a running simulator: for the tests and for the seed of the demo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack, cast

import httpx

Json = dict[str, Any]


class SimulatorError(Exception):
    """The simulator refused. The text is its sentence."""


class Details(TypedDict, total=False):
    """What else may be told of a customer's message. `timestamp` in unix seconds.

    `data` is base64, `facts` as docs/gateway.md names those of a kind. An unsupported message has
    the facts `type` and `body`; a choice may be `of` a list, buttons, template or flow.
    """

    name: str
    id: str
    timestamp: int
    lid: str
    quotes: str
    addressing: Literal["pn", "lid", "lid_only", "swapped", "overwritten"]
    instance: str
    kind: str
    facts: Mapping[str, object]
    data: str
    mime: str
    filename: str
    seconds: int
    wrapper: Literal["ephemeral", "view_once"]
    ad: Mapping[str, str]
    forwarded: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """What a phone got through the API. `count`: how often it got this very content by then."""

    id: str
    number: str
    text: str
    status: str
    time: int
    count: int
    kind: str = "text"
    facts: Json = field(default_factory=dict)
    file: Json | None = None
    quotes: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Bubble:
    """What a customer sees. `sender` is "customer" or "store"; `time` in unix seconds.

    `file` has mime, name, size, sha256 and url; `reactions` one emoji for each of customer, store.
    """

    id: str
    sender: str
    text: str
    status: str
    time: int
    quotes: str
    kind: str = "text"
    facts: Json = field(default_factory=dict)
    file: Json | None = None
    wrapper: str = ""
    edited: bool = False
    deleted: bool = False
    reactions: dict[str, str] = field(default_factory=dict)


class SimulatorClient:
    """The control API, typed. `instance` may be left out while there is just one.

    Every method raises SimulatorError for a refusal and httpx.HTTPError when nobody answers.
    """

    def __init__(self, base_url: str, *, timeout: float = 15.0) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # --- Looking ----------------------------------------------------------------------------------

    def state(self) -> Json:
        """Return instances, phones, faults and how many webhooks are under way."""
        return cast("Json", self._read(self._http.get("/_control/state")))

    def instance(self, name: str | None = None) -> Json:
        """Return one instance."""
        instances = self.state()["instances"]
        chosen = [one for one in instances if name in {None, one["name"]}]
        if len(chosen) != 1:
            raise SimulatorError(f"{len(chosen)} instances are named {name}.")
        return cast("Json", chosen[0])

    def quiet(self, timeout: float = 5.0) -> bool:
        """Wait until every webhook arrived or was given up. Return whether that came to pass."""
        query = {"timeout": timeout}
        return bool(self._read(self._http.get("/_control/quiet", params=query))["quiet"])

    def sent(self, instance: str | None = None) -> list[Sent]:
        """Return the ledger: everything phones got through the API, oldest first."""
        return [Sent(**row) for row in self._act("sent", instance=instance)]

    def thread(self, phone: str, *, instance: str | None = None) -> list[Bubble]:
        """Return a customer's screen, oldest first."""
        rows = self._act("thread", instance=instance, phone=phone)
        return [Bubble(sender=row.pop("from"), **row) for row in rows]

    # --- Lines ------------------------------------------------------------------------------------

    def ensure(  # noqa: PLR0913 - the facts of one account
        self,
        name: str,
        *,
        token: str,
        phone: str,
        profile: str,
        webhook: Mapping[str, object],
        phones: Iterable[Mapping[str, object]] = (),
        messages: Iterable[Mapping[str, object]] = (),
    ) -> Json:
        """Create or keep a connected instance. `webhook` as in POST /webhook/set, inner part.

        `phones` are the customers it should know: number, name, and what `phone` takes.
        `messages` were said before and are announced to nobody: id, phone, from (customer, api or
        store_phone), text, at (unix seconds), status (sent, delivered, read or failed).
        """
        return self._one(
            "ensure",
            name=name,
            token=token,
            phone=phone,
            profile=profile,
            webhook=dict(webhook),
            phones=[dict(one) for one in phones],
            messages=[dict(one) for one in messages],
        )

    def pair(
        self, phone: str | None = None, *, name: str | None = None, instance: str | None = None
    ) -> Json:
        """Scan the code with the phone of these digits; `name` is its WhatsApp profile."""
        return self._one("pair", instance=instance, phone=phone, name=name)

    def kick(self, instance: str | None = None) -> Json:
        """Unlink from the store's phone (401)."""
        return self._one("kick", instance=instance)

    def ban(self, instance: str | None = None) -> Json:
        """Have WhatsApp block the number (403)."""
        return self._one("ban", instance=instance)

    def drop(self, seconds: float | None = 0, *, instance: str | None = None) -> Json:
        """Lose the connection: 0 flaps, N seconds, or until `restore` when None."""
        return cast("Json", self._post("drop", {"instance": instance, "seconds": seconds}))

    def restore(self, instance: str | None = None) -> Json:
        """End a drop."""
        return self._one("restore", instance=instance)

    def renew_qr(self, instance: str | None = None) -> Json:
        """Let the QR code on show run out, and the next one come."""
        return self._one("renew_qr", instance=instance)

    def expire_qr(self, instance: str | None = None) -> Json:
        """Let the last QR code run out."""
        return self._one("expire_qr", instance=instance)

    # --- Phones and messages ----------------------------------------------------------------------

    def phone(self, number: str, **wanted: object) -> Json:
        """Add or change a phone: name, lid, wa_id, old, online, reads_alone, exists."""
        return self._one("phone", number=number, **wanted)

    def receive(self, sender: str, text: str = "", **details: Unpack[Details]) -> str:
        """Let a customer write from these digits, country included. Return the message's id.

        `text` is the caption of a file, the title of a choice.
        """
        return self.receive_many([{"from": sender, "text": text, **details}])[0]

    def receive_many(self, messages: Iterable[Mapping[str, object]]) -> list[str]:
        """Let customers write, in this order: `from`, `text` and what Details names.

        Return the ids in the same order.
        """
        answer = self._act("receive", messages=[dict(one) for one in messages])
        return cast("list[str]", answer["ids"])

    def type_message(self, to: str, text: str = "", **details: object) -> str:
        """Write to a customer from the store's own phone. Return the message's id.

        `details` as of `receive`; with `auto` it is the Business app that wrote.
        """
        return cast("str", self._act("type_message", to=to, text=text, **details)["id"])

    def read(self, phone: str, *, instance: str | None = None) -> int:
        """Open the conversation on a customer's phone. Return how many messages were unread."""
        return cast("int", self._act("read", instance=instance, phone=phone)["read"])

    def status(self, message_id: str, status: str) -> None:
        """Announce a status of a message the store sent: DELIVERY_ACK, READ, PLAYED, ERROR…"""
        self._act("status", id=message_id, status=status)

    def react(self, message_id: str, emoji: str, **details: object) -> str:
        """Let the customer react, or the store's phone with `by`. Return the reaction's own id."""
        return cast("str", self._act("react", id=message_id, emoji=emoji, **details)["id"])

    def edit(self, message_id: str, text: str) -> None:
        """Change a text or caption on the phone that wrote it."""
        self._act("edit", id=message_id, text=text)

    def revoke(self, message_id: str) -> None:
        """Delete for everyone on the phone that wrote it."""
        self._act("revoke", id=message_id)

    def call(self, sender: str, status: str = "offer", **details: object) -> str:
        """Call the store: one phase, with `id`, `video` and `at`. Return the call's id."""
        return cast("str", self._act("call", status=status, **details, **{"from": sender})["id"])

    def elsewhere(self, sender: str, text: str, *, place: str = "group") -> str:
        """Write to a group, a status list (status, broadcast) or a newsletter."""
        act = self._act("elsewhere", text=text, place=place, **{"from": sender})
        return cast("str", act["id"])

    def history(
        self, messages: Iterable[Mapping[str, object]], *, instance: str | None = None
    ) -> list[str]:
        """Tell old messages, as `ensure` takes them, in one messages.set. Return their ids."""
        said = [dict(one) for one in messages]
        return cast("list[str]", self._act("history", instance=instance, messages=said)["ids"])

    def file(self, bubble: Bubble) -> bytes:
        """Return the bytes a phone shows."""
        if bubble.file is None:
            raise SimulatorError("This message has no file.")
        response = self._http.get(bubble.file["url"])
        response.raise_for_status()
        return response.content

    # --- The shop ---------------------------------------------------------------------------------

    def open_shop(self, name: str, **wanted: object) -> Json:
        """Open the store's web shop: url, webhook_url, secret, products and next_number.

        Each product has a name, a sku and a price, a decimal text. Orders placed before stay.
        """
        return self._one("shop", name=name, **wanted)

    def order(self, phone: str, **wanted: object) -> int:
        """Order something as the owner of this phone: product (its place), quantity, method.

        Return the order's number, after the desk was told of it.
        """
        return cast("int", self._act("shop_order", phone=phone, **wanted)["number"])

    def order_step(self, number: int, step: str) -> Json:
        """Let an order take a step: pay, ship, cancel, refund; again: only tell the desk of it.

        Return the order; `heard` is what the desk answered, 0 for nothing at all.
        """
        return self._one("shop_step", number=number, step=step)

    # --- Faults -----------------------------------------------------------------------------------

    def faults(self, **wanted: object) -> Json:
        """Change the named faults (see `faults.Faults`) and return all of them."""
        return cast("Json", self._post("faults", wanted))

    def refuse(self, answer: str, **planned: object) -> None:
        """Answer the next calls with a recorded body: path, next, probability, acts."""
        self._act("refuse", name=answer, **planned)

    def flood(self, count: int = 200, *, seconds: float = 1.0, instance: str | None = None) -> None:
        """Post so many `connecting` events, then where the line stands."""
        self._act("flood", instance=instance, count=count, seconds=seconds)

    def deaden(self, how: str = "closed", *, instance: str | None = None) -> None:
        """Let the socket die behind an open state: closed, hang, or empty to revive."""
        self._act("deaden", instance=instance, how=how)

    def change_webhook(self, instance: str | None = None, **wanted: object) -> None:
        """Change url, enabled, events, headers, byEvents or base64 behind the desk's back."""
        self._act("webhook", instance=instance, **wanted)

    def auto_reply(self, text: str, *, instance: str | None = None) -> None:
        """Have the Business app answer whoever writes; empty: no more."""
        self._act("auto_reply", instance=instance, text=text)

    def hold(self) -> None:
        """Keep every webhook back."""
        self._act("hold")

    def release(self) -> None:
        """Let the webhooks go."""
        self._act("release")

    def reset_faults(self) -> None:
        """Make everything go well again."""
        self._act("reset_faults")

    def clear(self) -> None:
        """Begin anew: no instance, the first three customers, no faults."""
        self._act("clear")

    def _one(self, act: str, **body: object) -> Json:
        return cast("Json", self._act(act, **body))

    def _act(self, act: str, **body: object) -> Any:  # noqa: ANN401 - each act has its own answer
        return self._post(act, {key: value for key, value in body.items() if value is not None})

    def _post(self, act: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
        return self._read(self._http.post(f"/_control/{act}", json=dict(body)))

    def _read(self, response: httpx.Response) -> Any:  # noqa: ANN401 - as above
        if response.is_error:
            raise SimulatorError(response.json().get("error", response.text))
        return response.json()

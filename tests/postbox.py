"""What a gateway posts about one number, and the way it takes: the real address, the real drain."""

import time
from dataclasses import dataclass
from itertools import count

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from automacao.models import Instance
from sac.drain import drain_instance
from tests.automacao.evolution_data import message, webhook

_numbers = count(1)


def new_id() -> str:
    """A provider's id nobody has used in this process."""
    return f"3A{next(_numbers):018X}"


@dataclass
class Postbox:
    """The gateway's side of an instance. Phones are E.164; `at` is in unix seconds."""

    instance: Instance

    def said(
        self,
        text: str = "Oi",
        *,
        phone: str,
        message_id: str = "",
        at: object = None,
        name: str = "Marina",
        lid: str = "",
    ) -> bytes:
        """A customer wrote."""
        jid = _jid(phone) if phone else f"{lid}@lid"
        key: dict[str, object] = {"remoteJid": jid, "id": message_id or new_id()}
        if phone and lid:
            key["remoteJidAlt"] = f"{lid}@lid"
        return self._upsert(text, key, at=at, pushName=name)

    def typed(self, text: str, *, phone: str, message_id: str = "", at: object = None) -> bytes:
        """Somebody answered on the store's phone."""
        key = {"remoteJid": _jid(phone), "fromMe": True, "id": message_id or new_id()}
        return self._upsert(text, key, at=at)

    def echo(self, text: str, *, phone: str, message_id: str = "", at: object = None) -> bytes:
        """A message sent through the API, told again."""
        key = {"remoteJid": _jid(phone), "fromMe": True, "id": message_id or new_id()}
        data = message(text, key=key, messageTimestamp=_second(at))
        return self.body("send.message", data)

    def status(self, message_id: str, word: str) -> bytes:
        """The fate of a message of ours: DELIVERY_ACK, READ, PLAYED, ERROR."""
        data = {"keyId": message_id, "remoteJid": _jid("+5511"), "fromMe": True, "status": word}
        return self.body("messages.update", data)

    def line(self, state: str, *, phone: str = "", **envelope: object) -> bytes:
        """The session: open, connecting, close."""
        data = {"state": state, "wuid": _jid(phone or self.instance.phone)}
        return self.body("connection.update", data, **envelope)

    def body(self, event: str, data: object, **envelope: object) -> bytes:
        """Any event of this number."""
        whole = {"instance": self.instance.gateway_name, "sender": _jid(self.instance.phone)}
        return webhook(event, data, **whole | envelope)

    def post(
        self, raw: bytes, *, secret: str | None = None, content_type: str = "application/json"
    ) -> HttpResponse:
        """Post as the gateway does; another secret may be tried."""
        secret = self.instance.webhook_secret if secret is None else secret
        headers = {"X-Evendas-Secret": secret} if secret else {}
        client = Client(raise_request_exception=False)
        response = client.post(self.url, raw, content_type=content_type, headers=headers)
        assert isinstance(response, HttpResponse)
        return response

    @property
    def url(self) -> str:
        kwargs = {"gateway_name": "evolution", "webhook_key": self.instance.webhook_key}
        return reverse("webhook", kwargs=kwargs)

    def bring(self, *bodies: bytes) -> int:
        """Post these in order and let the desk work them off; return how many events ended."""
        self.leave(*bodies)
        return drain_instance(self.instance.pk)

    def leave(self, *bodies: bytes) -> None:
        """Post these in order, and let them lie."""
        for raw in bodies:
            assert self.post(raw).status_code == 200

    def _upsert(self, text: str, key: dict[str, object], *, at: object, **more: object) -> bytes:
        data = message(text, key=key, messageTimestamp=_second(at), **more)
        return self.body("messages.upsert", data)


def _jid(phone: str) -> str:
    return f"{phone.lstrip('+')}@s.whatsapp.net"


def _second(at: object) -> object:
    return int(time.time()) if at is None else at

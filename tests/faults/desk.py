"""An attendant at work over HTTP, as a browser would be: a session, a token, ordinary POSTs."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from tests.faults.house import House

CODES = """
    SELECT contact.phone, ticket.code
    FROM sac_ticket ticket
    JOIN sac_conversation conversation ON conversation.id = ticket.conversation_id
    JOIN sac_contact contact ON contact.id = conversation.contact_id
    WHERE contact.phone LIKE %s AND ticket.status <> 'closed'
    ORDER BY ticket.id
"""


class Desk:
    """Ana's browser. What she posts is answered 200, or the drill is over."""

    def __init__(self, house: House) -> None:
        self._http = httpx.Client(base_url=house.desk.web, timeout=20, trust_env=False)
        self._http.cookies.set("sessao", house.facts["session"])
        self._http.get("sac/atendimento/").raise_for_status()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def reply(self, code: str, text: str, *, client_uuid: str = "") -> None:
        """Answer a ticket; on a waiting one she takes it."""
        data = {"text": text, "client_uuid": client_uuid or str(uuid4())}
        self._post(f"sac/atendimento/{code}/mensagens/", data)

    def reply_to_all(self, codes: Sequence[str], *, each: int) -> list[str]:
        """Answer every ticket `each` times, round after round. Return the texts as written."""
        texts = []
        for number in range(each):
            for code in codes:
                text = f"{code} resposta {number}"
                self.reply(code, text)
                texts.append(text)
        return texts

    def _post(self, address: str, data: dict[str, str]) -> None:
        headers = {"X-CSRFToken": self._http.cookies["csrf"], "HX-Request": "true"}
        answer = self._http.post(address, data=data, headers=headers)
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[:500]}"

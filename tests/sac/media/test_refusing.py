"""What comes with files is sent whole or refused whole, before anything is looked at."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pytest_django.fixtures import Settings

from sac.actions.closing import close_ticket
from sac.actions.replies import MAX_FILES
from sac.models import Media, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, reason
from tests.sac.pages import Answer

LARGEST = 20_000
TOO_MUCH = "Arquivos demais de uma vez: juntos podem ter no máximo 58,6\xa0KB."


@pytest.fixture(autouse=True)
def small(settings: Settings) -> None:
    settings.MEDIA_LIMITS = dict.fromkeys(settings.MEDIA_LIMITS, LARGEST)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support)


@pytest.fixture
def nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_file: object) -> None:
        raise AssertionError("a file was looked at")

    monkeypatch.setattr("sac.media.uploads.examine", look)


def body(sizes: Sequence[int], text: str = "") -> bytes:
    files = [SimpleUploadedFile(f"{at}.txt", b"a" * size) for at, size in enumerate(sizes)]
    return encode_multipart(BOUNDARY, {"text": text, "client_uuid": uuid4(), "files": files})


def post(actor: Actor, ticket: Ticket, data: bytes, **headers: str) -> Answer:
    address = f"/sac/atendimento/{ticket.code}/mensagens/"
    return actor.client.generic("POST", address, data, MULTIPART_CONTENT, headers=HTMX | headers)


def sent() -> int:
    return Message.objects.filter(direction="out").count()


def test_files_of_as_much_as_is_allowed_are_sent(ana: Actor, ticket: Ticket) -> None:
    assert post(ana, ticket, body([LARGEST] * 3, "Seguem")).status_code == 200
    assert (sent(), Media.objects.count()) == (3, 3)


@pytest.mark.parametrize("sizes", [[LARGEST * 3 + 1], [LARGEST] * 4, [LARGEST] * 3 + [1]])
@pytest.mark.parametrize("text", ["", "Segue o contrato"])
def test_of_what_is_too_much_together_nothing_is_sent(
    ana: Actor, ticket: Ticket, sizes: list[int], text: str, work_folder: Path
) -> None:
    refused = post(ana, ticket, body(sizes, text))

    assert (refused.status_code, reason(refused)) == (422, TOO_MUCH)
    assert (sent(), Media.objects.count()) == (0, 0)
    assert list(work_folder.iterdir()) == []


def test_without_scripts_a_page_says_that_it_is_too_much(ana: Actor, ticket: Ticket) -> None:
    refused = post(ana, ticket, body([LARGEST] * 4, "Segue"), **{"HX-Request": ""})

    assert refused.status_code == 400
    assert "com menos conteúdo" in refused.content.decode()
    assert sent() == 0


def test_what_breaks_off_on_its_way_is_not_sent_without_its_file(
    ana: Actor, ticket: Ticket, work_folder: Path
) -> None:
    whole = body([10, LARGEST], "Segue o contrato")

    assert post(ana, ticket, whole[: len(whole) - LARGEST // 2]).status_code == 400
    assert sent() == 0
    assert list(work_folder.iterdir()) == []


@pytest.mark.usefixtures("nothing_is_looked_at")
@pytest.mark.parametrize("number", [MAX_FILES + 1, 101])
def test_too_many_files_are_refused_unseen(ana: Actor, ticket: Ticket, number: int) -> None:
    refused = post(ana, ticket, body([1] * number))

    assert refused.status_code == 422
    assert reason(refused) == f"Envie até {MAX_FILES} arquivos de cada vez."


@pytest.mark.usefixtures("nothing_is_looked_at")
def test_who_may_not_reply_has_no_file_looked_at(
    ticket: Ticket, ana: Actor, sara: Actor, dono: Actor
) -> None:
    unclaimed = post(dono, ticket, body([1]))
    assert unclaimed.status_code == 403
    assert reason(unclaimed) == "Só atendentes podem assumir um atendimento."
    ana.client.post(f"/sac/atendimento/{ticket.code}/posse/", headers=HTMX)
    theirs = post(sara, ticket, body([1]))
    assert (theirs.status_code, reason(theirs)) == (403, "Este atendimento está com Ana.")
    close_ticket(ticket, by=ana.user, rights=ana.rights)
    late = post(ana, ticket, body([1]))
    assert late.status_code == 409
    assert reason(late) == "Este atendimento foi encerrado. Sua mensagem não foi enviada."


@pytest.mark.parametrize(
    ("sizes", "named"), [([9, LARGEST + 1, 9], "“1.txt”: "), ([LARGEST + 1], "")]
)
def test_of_several_files_the_one_that_is_refused_is_named(
    ana: Actor, ticket: Ticket, sizes: list[int], named: str
) -> None:
    refused = post(ana, ticket, body(sizes, "Segue"))

    assert refused.status_code == 422
    assert reason(refused) == f"{named}Um arquivo pode ter no máximo 19,5\xa0KB."
    assert sent() == 0

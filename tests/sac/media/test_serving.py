"""Files reach whoever may see their message, in the parts a player asks for, and act as nothing."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from pytest_django import DjangoAssertNumQueries

from evendas.accounts.models import Store
from sac.media import serving
from sac.models import Media, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.board import put_ticket
from tests.sac.media.conftest import Announce, put

DATA = random.Random(7).randbytes(256 * 1024)
SIZE = len(DATA)
Put = Callable[..., Media]


@pytest.fixture
def photo(shop: Shop, announced: Announce, tmp_path: Path) -> Media:
    """A picture of 256 kB in a ticket of Suporte."""
    return put(announced(filename="férias.jpg"), DATA, tmp_path, mime="image/jpeg")


def get(client: Client, media: Media, part: str = "", **headers: str) -> Any:  # noqa: ANN401
    return client.get(f"/sac/arquivos/{media.pk}/{part}", headers=headers)


def body_of(answer: Any) -> bytes:  # noqa: ANN401
    content = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(content)


@pytest.mark.parametrize(
    ("asked", "status", "sent"),
    [
        ("", 200, DATA),
        ("bytes=0-", 206, DATA),
        ("bytes=0-0", 206, DATA[:1]),
        ("bytes=0-1", 206, DATA[:2]),
        ("bytes=100-199", 206, DATA[100:200]),
        ("bytes=70000-", 206, DATA[70_000:]),
        (f"bytes={SIZE - 1}-", 206, DATA[-1:]),
        (f"bytes=10-{SIZE + 500}", 206, DATA[10:]),
        ("bytes=-1", 206, DATA[-1:]),
        ("bytes=-70000", 206, DATA[-70_000:]),
        (f"bytes=-{SIZE * 2}", 206, DATA),
        (f"bytes={SIZE}-", 416, b""),
        (f"bytes={SIZE}-{SIZE + 1}", 416, b""),
        ("bytes=-0", 416, b""),
        # What is not understood is as good as not said.
        ("bytes=-", 200, DATA),
        ("bytes=9-3", 200, DATA),
        ("bytes=0-1,4-5", 200, DATA),
        ("bytes=a-b", 200, DATA),
        ("bytes=٠-١", 200, DATA),
        ("lines=0-1", 200, DATA),
        ("bytes=" + "9" * 400 + "-", 200, DATA),
    ],
)
def test_a_part_is_sent_as_it_is_asked_for(
    ana: Actor, photo: Media, asked: str, status: int, sent: bytes
) -> None:
    headers = {"Range": asked} if asked else {}

    answer = get(ana.client, photo, **headers, **{"Accept-Encoding": "gzip"})

    assert (answer.status_code, body_of(answer)) == (status, sent)
    if status == 206:
        first = int(answer["Content-Range"].removeprefix("bytes ").split("-")[0])
        assert answer["Content-Range"] == f"bytes {first}-{first + len(sent) - 1}/{SIZE}"
        assert DATA[first : first + len(sent)] == sent
    elif status == 416:
        assert answer["Content-Range"] == f"bytes */{SIZE}"
    if status != 416:
        assert answer["Content-Length"] == str(len(sent))
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("mime", "asked", "sent"),
    [
        ("video/mp4", "bytes=0-", DATA[:100_000]),
        ("audio/ogg", "bytes=50000-", DATA[50_000:150_000]),
        ("audio/ogg", f"bytes={SIZE - 9}-", DATA[-9:]),
        ("video/mp4", f"bytes=7-{SIZE}", DATA[7:]),
        ("video/mp4", "", DATA),
        ("application/pdf", "bytes=7-", DATA[7:]),
    ],
)
def test_a_player_that_asks_for_all_the_rest_gets_it_in_turns(
    ana: Actor,
    photo: Media,
    monkeypatch: pytest.MonkeyPatch,
    mime: str,
    asked: str,
    sent: bytes,
) -> None:
    assert serving.MOST_AT_ONCE == 4 * 1024 * 1024
    monkeypatch.setattr(serving, "MOST_AT_ONCE", 100_000)
    Media.objects.filter(pk=photo.pk).update(mime=mime)

    answer = get(ana.client, photo, **({"Range": asked} if asked else {}))

    assert body_of(answer) == sent
    if asked:
        first = DATA.index(sent)
        assert answer["Content-Range"] == f"bytes {first}-{first + len(sent) - 1}/{SIZE}"


def test_what_a_browser_has_is_not_sent_again(ana: Actor, photo: Media) -> None:
    tag = get(ana.client, photo)["ETag"]

    known = get(ana.client, photo, **{"If-None-Match": tag})
    assert (known.status_code, body_of(known), known["ETag"]) == (304, b"", tag)
    same = get(ana.client, photo, **{"Range": "bytes=0-3", "If-Range": tag})
    assert (same.status_code, body_of(same)) == (206, DATA[:4])
    other = get(ana.client, photo, **{"Range": "bytes=0-3", "If-Range": '"another"'})
    assert (other.status_code, body_of(other)) == (200, DATA)
    assert str(photo.file.name) not in tag


def test_head_tells_the_size_and_sends_nothing(ana: Actor, photo: Media) -> None:
    answer = ana.client.head(f"/sac/arquivos/{photo.pk}/")

    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(SIZE), "bytes")


@pytest.mark.parametrize(
    ("mime", "told", "is_inline"),
    [
        ("image/jpeg", "image/jpeg", True),
        ("image/webp", "image/webp", True),
        ("audio/ogg", "audio/ogg", True),
        ("video/mp4", "video/mp4", True),
        ("application/pdf", "application/pdf", False),
        ("text/plain", "text/plain", False),
        ("application/octet-stream", "application/octet-stream", False),
        ("", "application/octet-stream", False),
        # Never stored by us; were one there all the same, it would not act.
        ("image/svg+xml", "image/svg+xml", False),
        ("text/html", "text/html", False),
    ],
)
def test_headers_let_nothing_act_as_a_page(
    ana: Actor, photo: Media, mime: str, told: str, is_inline: bool
) -> None:
    Media.objects.filter(pk=photo.pk).update(mime=mime)

    answer = get(ana.client, photo)

    assert answer["Content-Type"] == told
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Disposition"].split(";")[0] == ("inline" if is_inline else "attachment")
    assert "filename*=utf-8''f%C3%A9rias.jpg" in answer["Content-Disposition"]
    assert answer["Cache-Control"].startswith("private")
    assert "Cookie" in answer["Vary"]
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "a\\b", "x" * 200, "a;b,c.pdf", "😀.png", ""]
)
def test_no_name_breaks_out_of_its_header(ana: Actor, photo: Media, name: str) -> None:
    Media.objects.filter(pk=photo.pk).update(filename=name)

    told = get(ana.client, photo)["Content-Disposition"]

    assert told.isascii()
    assert told.count("filename") == 1 + ("filename" in name)


def test_the_small_picture_and_what_safari_plays_have_their_own_addresses(
    ana: Actor, photo: Media
) -> None:
    other = {"thumbnail": photo.file.name, "playable": photo.file.name}
    assert [get(ana.client, photo, part).status_code for part in ("miniatura/", "reproducao/")] == [
        404,
        404,
    ]

    Media.objects.filter(pk=photo.pk).update(**other)

    assert get(ana.client, photo, "miniatura/")["Content-Type"] == "image/webp"
    assert get(ana.client, photo, "reproducao/")["Content-Type"] == "audio/mp4"


@pytest.mark.parametrize(
    "change", [{"state": "pending"}, {"state": "failed"}, {"file": ""}, {"file": "1/gone"}]
)
def test_what_is_not_there_is_not_found(ana: Actor, photo: Media, change: dict[str, str]) -> None:
    Media.objects.filter(pk=photo.pk).update(**change)

    assert get(ana.client, photo).status_code == 404


def test_a_file_is_seen_by_whoever_sees_its_message(
    photo: Media, ana: Actor, bia: Actor, sara: Actor, dono: Actor, eva: Actor, shop: Shop
) -> None:
    seen = {
        who: [get(actor.client, photo, part).status_code for part in ("", "miniatura/")]
        for who, actor in {"ana": ana, "bia": bia, "sara": sara, "dono": dono, "eva": eva}.items()
    }
    nothing = [404, 404]

    assert seen == {
        "ana": [200, 404],
        "bia": nothing,
        "sara": [200, 404],
        "dono": [200, 404],
        "eva": nothing,
    }
    assert get(Client(), photo).status_code == 302


def test_a_file_follows_its_ticket_to_another_department(
    photo: Media, ana: Actor, bia: Actor, shop: Shop
) -> None:
    Ticket.objects.update(department=shop.sales)

    assert [get(who.client, photo).status_code for who in (ana, bia)] == [404, 200]


def test_a_file_sent_outside_any_ticket_stands_in_the_chapter_before_it(
    photo: Media, ana: Actor, bia: Actor, shop: Shop
) -> None:
    """As its message does in the thread: here, in the closed one of Suporte, not in Vendas'."""
    message = photo.message
    older = Ticket.objects.get()
    Ticket.objects.filter(pk=older.pk).update(status="closed", closed_at=older.created_at)
    later = put_ticket(shop, department=shop.sales)
    Ticket.objects.filter(pk=later.pk).update(
        conversation=message.conversation_id, created_at=message.created_at + timedelta(hours=1)
    )
    Message.objects.filter(pk=message.pk).update(ticket=None)

    assert [get(who.client, photo).status_code for who in (ana, bia)] == [200, 404]
    threads = [Message.objects.in_thread_of(t).filter(pk=message.pk) for t in (older, later)]
    assert [rows.exists() for rows in threads] == [True, False]

    past = message.created_at - timedelta(days=9)
    Message.objects.filter(pk=message.pk).update(created_at=past)
    assert [get(who.client, photo).status_code for who in (ana, bia)] == [200, 404]
    now = message.created_at + timedelta(hours=2)
    Message.objects.filter(pk=message.pk).update(created_at=now)
    assert [get(who.client, photo).status_code for who in (ana, bia)] == [404, 200]


def test_a_deleted_message_shows_its_file_only_where_the_store_shows_such(
    photo: Media, ana: Actor
) -> None:
    Message.objects.update(deleted_at=photo.created_at)
    assert get(ana.client, photo).status_code == 200

    Store.objects.update(shows_deleted=False)

    assert get(ana.client, photo).status_code == 404


def test_a_file_costs_few_questions(
    ana: Actor, photo: Media, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    get(ana.client, photo)

    with django_assert_max_num_queries(6):
        assert get(ana.client, photo).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_through_asgi_a_file_is_streamed_too(ana: Actor, photo: Media) -> None:
    client = AsyncClient()
    client.cookies = ana.client.cookies

    async def read() -> tuple[Any, list[bytes]]:
        answer: Any = await client.get(
            f"/sac/arquivos/{photo.pk}/", headers={"Range": "bytes=5-", "Accept-Encoding": "gzip"}
        )
        assert isinstance(answer, StreamingHttpResponse)
        assert answer.is_async
        return answer, [chunk async for chunk in answer]

    answer, chunks = async_to_sync(read)()

    assert (answer.status_code, b"".join(chunks)) == (206, DATA[5:])
    assert len(chunks) > 1

"""`manage.py configure_webhooks`: after a move, every channel posts to the new address."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from automacao.models import Instance
from tests.automacao.screen import Screen, now

pytestmark = pytest.mark.django_db(transaction=True)

MOVED = "http://127.0.0.1:1"


def test_every_channel_is_told_the_address_of_now(
    screen: Screen, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    Instance.objects.update(gateway_token="")
    kept, gone = screen.pair("+5511987650000"), screen.pair("+5511987651111")
    old = screen.line(gone)["webhook_url"]
    Instance.objects.filter(pk=gone.pk).update(removed_at=timezone.now())
    here, settings.WEBHOOK_BASE_URL = settings.WEBHOOK_BASE_URL, MOVED
    for _ in range(2):
        call_command("configure_webhooks")
        assert screen.line(kept)["webhook_url"] == now(kept).webhook(MOVED).url
        assert screen.line(gone)["webhook_url"] == old
    assert f"1 channels post to {MOVED}." in capsys.readouterr().out
    settings.WEBHOOK_BASE_URL = here
    call_command("configure_webhooks")
    screen.scan(kept)
    assert screen.face(kept) == ("connected", "Conectado")


def test_a_channel_that_cannot_be_told_is_named_and_the_others_are_told(
    screen: Screen, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    Instance.objects.update(gateway_token="")
    lost, kept = screen.pair("+5511987650000"), screen.pair("+5511987651111")
    Instance.objects.filter(pk=lost.pk).update(gateway_name="ch_nobody")
    settings.WEBHOOK_BASE_URL = MOVED
    with pytest.raises(CommandError, match="1 channels"):
        call_command("configure_webhooks")
    assert "ch_nobody" in capsys.readouterr().err
    assert screen.line(kept)["webhook_url"].startswith(MOVED)

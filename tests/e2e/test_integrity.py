"""An admin looks at what went through the number, and puts back what was not understood."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = pytest.mark.browser

BODY = b'{"event": "novo.aviso", "data": {"texto": "<img src=x onerror=alert(1)>"}}'
COUNTS = {
    "received": 1284,
    "shown": 912,
    "ignored:group": 118,
    "ignored:receipt": 4,
    "parked": 1,
    "retried": 2,
    "unknown": 1,
    "reconciled": 6,
}


@pytest.fixture
def busy(desk: Running) -> Iterator[None]:
    """The demo's number with a busy fortnight behind it, and one event parked."""
    with psycopg.connect(desk.database_url, autocommit=True) as rows:
        found = rows.execute(
            "SELECT number.store_id, number.id FROM automacao_instance number"
            " JOIN accounts_user USING (store_id) WHERE email = 'dono@aurora.demo'"
            " ORDER BY number.id LIMIT 1"
        ).fetchone()
        assert found
        store, instance = found
        for ago in range(0, 14, 3):
            for what, count in COUNTS.items():
                rows.execute(
                    "INSERT INTO automacao_linetally (store_id, instance_id, day, what, count)"
                    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [store, instance, timezone.localdate() - timedelta(days=ago), what, count],
                )
        rows.execute(
            "INSERT INTO automacao_inboundevent"
            " (store_id, instance_id, sha256, body, lane, status, attempts, error)"
            " VALUES (%s, %s, %s, %s, 0, 'parked', 0, 'quarentena: novo.aviso')"
            " ON CONFLICT (instance_id, sha256) DO UPDATE SET status = 'parked'",
            [store, instance, b"e2e", BODY],
        )
        yield
        rows.execute("DELETE FROM automacao_inboundevent WHERE sha256 = %s", [b"e2e"])
        rows.execute("DELETE FROM automacao_linetally")


def test_the_page_fits_and_is_accessible_everywhere(
    desk: Running, busy: None, sign_in: Callable[..., Page], complaints: list[str], eye: Eye
) -> None:
    page = sign_in("dono", **eye.window, at_home=False)
    page.goto(f"{desk.web}automacao/integridade/")
    page.get_by_text("Ver o conteúdo").click()
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    eye.look(page, "integridade-com-avisos")
    assert complaints == []


def test_an_admin_finds_the_page_in_the_menu_and_puts_an_event_back(
    desk: Running, busy: None, sign_in: Callable[..., Page], complaints: list[str]
) -> None:
    page = sign_in("dono")
    page.get_by_role("button", name="Automação").click()
    page.get_by_role("link", name="Integridade").click()
    expect(page.get_by_role("row", name="1.284").first).to_contain_text("grupos 118")
    page.get_by_role("button", name="Reprocessar o evento").click()
    expect(page.get_by_text("1 evento voltou para a fila.")).to_be_visible()
    assert complaints == []

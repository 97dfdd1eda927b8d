"""What a browser shows when something is wrong: refusals, a fault, a line or a network gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import Eye
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.sweep]

SignIn = Callable[..., Page]
# More fields than the server reads: nobody sends them by hand.
_TOO_MUCH = """
() => {
  const form = document.createElement("form");
  form.method = "post";
  for (let field = 0; field <= 1000; field++) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: field }));
  }
  document.body.append(form);
  form.submit();
}
"""


@pytest.fixture
def rows(desk: Running) -> Iterator[psycopg.Connection]:
    """The database below the desk."""
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ana(desk: Running, sign_in: SignIn, eye: Eye) -> Page:
    """Ana at the desk, in front of this window."""
    page = sign_in("ana", **eye.window, at_home=False)
    page.goto(f"{desk.web}sac/atendimento/")
    return page


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", name=words, exact=True)).to_be_visible()


def submit(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button").click()


@contextmanager
def broken(rows: psycopg.Connection) -> Iterator[None]:
    """Ready answers cannot be read meanwhile."""
    rows.execute("ALTER TABLE sac_quickreply RENAME TO sac_quickreply_away")
    try:
        yield
    finally:
        rows.execute("ALTER TABLE sac_quickreply_away RENAME TO sac_quickreply")


def test_what_a_person_may_not_see_is_not_there_or_fails(
    desk: Running, ana: Page, eye: Eye, rows: psycopg.Connection, complaints: list[str]
) -> None:
    ana.goto(f"{desk.web}sac/atendimento/2020-000001/")
    says(ana, "Página não encontrada")
    eye.look(ana, "erro-404")
    ana.goto(f"{desk.web}sac/departamentos/")
    says(ana, "Sem permissão")
    eye.look(ana, "erro-403")
    with broken(rows):
        ana.goto(f"{desk.web}sac/respostas-rapidas/")
    says(ana, "Algo deu errado")
    eye.look(ana, "erro-500")
    statuses = [line.partition("status of ")[2][:3] for line in complaints]
    assert statuses == ["404", "403", "500"]


def test_what_is_asked_for_too_much_or_too_often(
    desk: Running,
    open_window: Callable[..., Page],
    eye: Eye,
    rows: psycopg.Connection,
    complaints: list[str],
) -> None:
    page = open_window(**eye.window)
    page.goto(f"{desk.web}entrar/")
    with page.expect_navigation():
        page.evaluate(_TOO_MUCH)
    says(page, "Pedido recusado")
    eye.look(page, "erro-400")
    page.goto(f"{desk.web}senha/")
    submit(page, **{"E-mail": "ninguem@aurora.demo"})
    says(page, "Confira seu e-mail")
    rows.execute("UPDATE accounts_quota SET used = 1000 WHERE what = 'resets_asked'")
    page.goto(f"{desk.web}senha/")
    submit(page, **{"E-mail": "ninguem@aurora.demo"})
    says(page, "Devagar, por favor")
    eye.look(page, "erro-429")
    rows.execute("DELETE FROM accounts_quota WHERE what = 'resets_asked'")
    lock_out(desk, page, rows, eye)
    statuses = [line.partition("status of ")[2][:3] for line in complaints]
    assert statuses == ["400", "429", "429"]


def lock_out(desk: Running, page: Page, rows: psycopg.Connection, eye: Eye) -> None:
    guess = {"E-mail": "ninguem@aurora.demo", "Senha": "errada-de-novo"}
    page.goto(f"{desk.web}entrar/")
    submit(page, **guess)
    expect(page.get_by_role("alert")).to_be_visible()
    rows.execute("UPDATE axes_accessattempt SET failures_since_start = 10")
    try:
        submit(page, **guess)
        says(page, "Muitas tentativas")
        eye.look(page, "muitas-tentativas")
    finally:
        # Everybody here comes from this one address.
        rows.execute("DELETE FROM axes_accessattempt")


def test_a_number_and_a_network_that_are_gone(
    desk: Running, ana: Page, eye: Eye, complaints: list[str]
) -> None:
    line, bar = desk.simulator.own_line(), ana.locator("#lines .bar")
    desk.simulator.drop(None, instance=line)
    try:
        expect(bar).to_contain_text("está desconectado")
        eye.look(ana, "numero-desconectado")
    finally:
        desk.simulator.restore(line)
    expect(bar).to_have_count(0)
    assert complaints == []
    ana.context.set_offline(True)
    ana.evaluate("dispatchEvent(new Event('offline'))")
    expect(ana.locator("#offline")).to_contain_text("Sem conexão")
    eye.look(ana, "sem-conexao")
    ana.context.set_offline(False)
    ana.evaluate("dispatchEvent(new Event('online'))")
    expect(ana.locator("#offline")).to_be_empty()
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in complaints)

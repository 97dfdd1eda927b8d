"""The sign-up of a store: one form makes the store, its admin, the record and the empty number."""

import pytest
from django.test import Client

from automacao.models import Instance
from evendas.accounts.models import AuditEntry, Store, TermsAcceptance, User, UserManager
from evendas.accounts.terms import current_terms
from sac.models import Attendant
from tests.conftest import PASSWORD, Actor, publish_terms
from tests.sac.pages import Answer, read
from tests.sac.team import error_of
from tests.together import together

pytestmark = pytest.mark.django_db

GOOD = {
    "store_name": "Aurora Calçados",
    "full_name": "Helena Prado",
    "email": "helena@aurora.test",
    "password": PASSWORD,
    "accepts_terms": "on",
}


@pytest.fixture(autouse=True)
def terms(db: None) -> None:
    """A text in force: tests that commit empty the table."""
    publish_terms()


def sign_up(client: Client | None = None, *, ip: str = "10.0.0.1", **changed: str) -> Answer:
    data = {name: value for name, value in {**GOOD, **changed}.items() if value != "(none)"}
    return (client or Client()).post("/cadastro/", data, REMOTE_ADDR=ip)


def test_a_store_opens_with_its_admin_signed_in_and_an_empty_number() -> None:
    client = Client()
    answer = sign_up(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Helena" in client.get("/").content.decode()
    store = Store.objects.get(name="Aurora Calçados")
    admin = User.objects.get(store=store)
    assert (admin.email, admin.full_name, admin.is_admin) == (
        "helena@aurora.test",
        "Helena Prado",
        True,
    )
    assert (admin.is_staff, admin.is_superuser) == (False, False)
    (number,) = Instance.objects.in_store(store)
    assert (number.name, number.phone, number.state) == ("", "", Instance.State.DISCONNECTED)
    assert not Attendant.objects.in_store(store).exists()


def test_the_tick_is_on_record_and_asked_for_only_once() -> None:
    client = Client()
    sign_up(client)
    record = TermsAcceptance.objects.get()
    assert record.screen == TermsAcceptance.Screen.SIGN_UP
    assert record.user == record.accepted_by == User.objects.get()
    assert (record.sha256, record.ip) == (current_terms().sha256, "10.0.0.1")
    client.logout()
    client.post("/entrar/", {"username": GOOD["email"], "password": PASSWORD})
    assert client.get("/").status_code == 200


def test_the_opening_is_on_record() -> None:
    sign_up()
    line = AuditEntry.objects.get()
    assert (line.action, line.actor, line.ip) == ("store.opened", User.objects.get(), "10.0.0.1")


def test_the_terms_can_be_read_on_the_page() -> None:
    page = read(Client().get("/cadastro/"))
    assert page.find("summary")
    assert "senhas não são compartilhadas" in page.find("div", class_="terms-text")[0].text


def test_the_way_there_is_on_the_login() -> None:
    page = read(Client().get("/entrar/"))
    assert page.find("a", href="/cadastro/")[0].text == "Criar conta da loja"
    assert page.find("a", href="/senha/")[0].text == "Esqueci a senha"


def test_an_email_of_any_store_is_taken_however_it_is_written(ana: Actor, eva: Actor) -> None:
    for actor in (ana, eva):
        for email in (actor.user.email, f" {actor.user.email.upper()} "):
            answer = sign_up(email=email)
            assert error_of(answer, "email") == "Este e-mail já está em uso."
    assert Store.objects.filter(name=GOOD["store_name"]).count() == 0


LONG = "x" * 300


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("store_name", "", "Este campo é obrigatório."),
        ("store_name", "   ", "Este campo é obrigatório."),
        ("store_name", LONG, "no máximo 120 caracteres"),
        ("store_name", "a\0b", "nulos"),
        ("full_name", "", "Este campo é obrigatório."),
        ("full_name", LONG, "no máximo 120 caracteres"),
        ("email", "", "Este campo é obrigatório."),
        ("email", "helena", "email válido"),
        ("email", "😀@aurora.test", "sem acentos"),
        ("email", "helena@auróra.test", "sem acentos"),
        ("email", f"{LONG}@aurora.test", "no máximo 254"),
        ("password", "", "Este campo é obrigatório."),
        ("password", "curta", "pelo menos 8 caracteres"),
        ("password", "12345678901", "inteiramente numérica"),
        ("password", "password", "comum"),
        ("password", "helena@aurora", "parecida"),
        ("password", "Helena Prado", "parecida"),
        ("password", LONG, "no máximo 128 caracteres"),
        ("accepts_terms", "(none)", "é preciso aceitar"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_what_was_typed_stays(
    field: str, typed: str, told: str
) -> None:
    answer = sign_up(**{field: typed})  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert told in error_of(answer, field)
    page = read(answer)
    for name in {"store_name", "full_name", "email"} - {field}:
        assert page.find("input", name=name)[0].attributes["value"] == GOOD[name]
    assert "value" not in page.find("input", name="password")[0].attributes
    assert Store.objects.count() == 0


def test_emoji_are_letters_like_others() -> None:
    client = Client()
    assert (
        sign_up(
            client, store_name="Loja 🛍️", full_name="🦊", password="🐎🔋📎🧷🦊🐻🐼🐨"
        ).status_code
        == 302
    )
    assert client.get("/").status_code == 200


def test_an_empty_form_says_everything_at_once() -> None:
    answer = Client().post("/cadastro/", {})
    assert answer.status_code == 200
    assert all(error_of(answer, field) for field in GOOD)


def test_whoever_is_signed_in_opens_no_store(ana: Actor) -> None:
    for answer in (ana.client.get("/cadastro/"), sign_up(ana.client)):
        assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Store.objects.count() == 1


def test_five_stores_an_hour_from_one_address() -> None:
    for n in range(5):
        assert sign_up(email=f"loja{n}@aurora.test").status_code == 302
    answer = sign_up(email="loja6@aurora.test")
    assert "muitas lojas" in read(answer).find("div", role="alert")[0].text
    assert sign_up(email="loja6@aurora.test", ip="10.0.0.2").status_code == 302
    assert Store.objects.count() == 6


def test_asking_who_is_here_by_trying_emails_ends_soon(ana: Actor) -> None:
    for _ in range(30):
        assert sign_up(email=ana.user.email).status_code == 200
    assert sign_up(email=ana.user.email).status_code == 429
    assert Client().get("/cadastro/", REMOTE_ADDR="10.0.0.1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_with_one_email_at_once_one_opens_and_the_other_is_told() -> None:
    answers = together(*(lambda n=n: sign_up(ip=f"10.0.0.{n}") for n in range(2)))
    won, lost = sorted(answers, key=lambda answer: -answer.status_code)
    assert won.status_code == 302
    assert error_of(lost, "email") == "Este e-mail já está em uso."
    assert (Store.objects.count(), Instance.objects.count()) == (1, 1)


def test_whoever_was_quicker_between_look_and_deed_is_named_too(
    ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserManager, "is_taken", lambda *_: False)
    assert error_of(sign_up(email=ana.user.email), "email") == "Este e-mail já está em uso."
    assert Store.objects.count() == 1


def test_the_form_needs_its_token() -> None:
    assert sign_up(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_wrong_method_is_refused(method: str) -> None:
    assert getattr(Client(), method)("/cadastro/").status_code == 405

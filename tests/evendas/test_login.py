"""Signing in and out: one sentence for every wrong pair, few tries, and no way to another site."""

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from evendas.accounts.models import User
from tests.conftest import PASSWORD, Actor, Shop, agree
from tests.sac.pages import Answer, Element, Page, read

WRONG = "E-mail ou senha incorretos."


@pytest.fixture
def caio(shop: Shop) -> User:
    """Somebody who is not signed in yet."""
    user = User.objects.create_user(
        "caio@loja.test", PASSWORD, store=shop.store, full_name="Caio Prado"
    )
    agree(user)
    return user


def sign_in(
    email: str, password: str, *, client: Client | None = None, ip: str = "", **data: str
) -> Answer:
    where = {"REMOTE_ADDR": ip} if ip else {}
    form = {"username": email, "password": password, **data}
    return (client or Client()).post("/entrar/", form, **where)  # type: ignore[arg-type]


def complaint(answer: Answer) -> str:
    return " ".join(element.text.strip() for element in _complaints(read(answer)))


def _complaints(page: Page) -> list[Element]:
    return [*page.find("p", class_="notice-error"), *page.find("p", class_="field-error")]


@pytest.mark.parametrize("email", ["caio@loja.test", "Caio@Loja.TEST", "  CAIO@LOJA.TEST "])
def test_the_email_may_be_written_in_any_case(caio: User, email: str) -> None:
    client = Client()
    answer = sign_in(email, PASSWORD, client=client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Caio" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("caio@loja.test", "senha-errada"),
        ("caio@loja.test", PASSWORD.upper()),
        ("caio@loja.test", f" {PASSWORD}"),
        ("ninguem@loja.test", PASSWORD),
    ],
)
def test_a_wrong_pair_says_the_same_whoever_it_names(caio: User, email: str, password: str) -> None:
    answer = sign_in(email, password)
    assert (answer.status_code, complaint(answer)) == (200, WRONG)
    assert not Session.objects.exists()


def test_whoever_was_deactivated_hears_the_same(caio: User) -> None:
    caio.is_active = False
    caio.save()
    answer = sign_in(caio.email, PASSWORD)
    assert (answer.status_code, complaint(answer)) == (200, WRONG)


@pytest.mark.parametrize(
    ("email", "password"),
    [("", PASSWORD), ("caio", PASSWORD), ("caio@loja.test", ""), ("\0", "\0")],
)
def test_a_form_half_filled_says_what_is_missing(caio: User, email: str, password: str) -> None:
    answer = sign_in(email, password)
    assert answer.status_code == 200
    assert complaint(answer)
    assert "required" not in complaint(answer)


def test_the_email_stays_in_the_form_and_the_password_does_not(caio: User) -> None:
    page = read(sign_in("caio@loja.test", "segredo-digitado"))
    values = [element.attributes.get("value", "") for element in page.find("input")]
    assert "caio@loja.test" in values
    assert "segredo-digitado" not in values


# --- Few tries -----------------------------------------------------------------------------------


def test_an_account_is_shut_for_a_while_after_ten_tries(caio: User) -> None:
    answers = [sign_in(caio.email, f"errada{n}", ip=f"10.0.0.{n}") for n in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429]
    shut = sign_in(caio.email, PASSWORD, ip="10.0.1.1")
    assert shut.status_code == 429
    page = read(shut)
    assert page.find("h1")[0].text == "Muitas tentativas"
    assert "15 minutos" in shut.content.decode()
    assert settings.AXES_COOLOFF_TIME * 60 == 15


def test_writing_the_account_differently_gives_no_more_tries(caio: User) -> None:
    spellings = ["caio@loja.test", "CAIO@loja.test", "Caio@Loja.test", " caio@LOJA.test"]
    answers = [sign_in(spellings[n % 4], f"errada{n}", ip=f"10.0.0.{n}") for n in range(10)]
    assert answers[-1].status_code == 429
    assert sign_in(caio.email, PASSWORD, ip="10.0.1.1").status_code == 429


def test_an_address_is_shut_for_a_while_after_ten_tries(caio: User) -> None:
    answers = [sign_in(f"pessoa{n}@loja.test", "errada", ip="10.0.0.1") for n in range(10)]
    assert answers[-1].status_code == 429
    assert sign_in(caio.email, PASSWORD, ip="10.0.0.1").status_code == 429
    assert sign_in(caio.email, PASSWORD, ip="10.0.0.2").status_code == 302


def test_an_account_that_does_not_exist_is_shut_all_the_same(db: None) -> None:
    answers = [sign_in("ninguem@loja.test", "errada", ip=f"10.0.0.{n}") for n in range(10)]
    assert answers[-1].status_code == 429


def test_signing_in_forgives_the_tries_before(caio: User) -> None:
    for _ in range(3):
        for n in range(9):
            assert sign_in(caio.email, f"errada{n}").status_code == 200
        assert sign_in(caio.email, PASSWORD).status_code == 302


def test_signing_in_to_ones_own_account_buys_no_guesses_at_another(caio: User, eva: Actor) -> None:
    for n in range(9):
        assert sign_in(caio.email, f"errada{n}").status_code == 200
    assert sign_in(eva.user.email, PASSWORD).status_code == 302
    assert sign_in(caio.email, "errada9").status_code == 429


def test_no_password_is_written_down_with_a_failed_try(caio: User) -> None:
    client = Client()
    client.force_login(caio, backend="evendas.accounts.backends.StoreBackend")
    words = {"old_password": "velha-9x", "new_password1": "nova-8y-z", "new_password2": "nova-8y-z"}
    client.post("/conta/senha/", words)
    sign_in(caio.email, "chute-7w")
    written = " ".join(str(row) for row in AccessAttempt.objects.values_list())
    assert caio.email in written
    assert not [word for word in (*words.values(), "chute-7w") if word in written]


# --- Where it leads ------------------------------------------------------------------------------


def test_it_leads_back_to_the_page_that_was_wanted(caio: User) -> None:
    wanted = "/sac/atendimento/?situacao=em-aberto"
    form = read(Client().get("/entrar/", {"next": wanted}))
    assert form.find("input", name="next")[0].attributes["value"] == wanted
    assert sign_in(caio.email, PASSWORD, next=wanted)["Location"] == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/",
        "//evil.test/",
        "///evil.test",
        "http:evil.test",
        "\\\\evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "https://testserver@evil.test/",
        "\thttps://evil.test",
    ],
)
def test_it_leads_to_no_other_site(caio: User, elsewhere: str) -> None:
    client = Client()
    for _ in ("signing in", "signed in already"):
        answer = sign_in(caio.email, PASSWORD, client=client, next=elsewhere)
        assert answer["Location"] == "/"


def test_whoever_is_signed_in_goes_home(ana: Actor) -> None:
    answer = ana.client.get("/entrar/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_session_is_new_and_out_of_reach_of_scripts(caio: User) -> None:
    client = Client()
    client.get("/entrar/")
    answer = sign_in(caio.email, PASSWORD, client=client)
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]  # type: ignore[attr-defined]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    session = Session.objects.get(pk=cookie.value)
    assert 11 <= (session.expire_date - timezone.now()).total_seconds() / 3600 <= 12


def test_the_form_needs_its_token(caio: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(caio.email, PASSWORD, client=strict).status_code == 403
    token = read(strict.get("/entrar/")).find("input", name="csrfmiddlewaretoken")[0]
    answer = sign_in(
        caio.email, PASSWORD, client=strict, csrfmiddlewaretoken=token.attributes["value"]
    )
    assert answer.status_code == 302


# --- Signing out ---------------------------------------------------------------------------------


def test_signing_out_ends_the_session(ana: Actor) -> None:
    answer = ana.client.post("/sair/")
    assert (answer.status_code, answer["Location"]) == (302, "/entrar/")
    assert not Session.objects.exists()
    assert ana.client.get("/").status_code == 302


def test_a_link_cannot_sign_anybody_out(ana: Actor) -> None:
    assert ana.client.get("/sair/").status_code == 405
    assert ana.client.get("/").status_code == 200


def test_signing_out_twice_is_no_error(db: None) -> None:
    assert Client().post("/sair/").status_code == 302


def test_signing_out_leads_to_no_other_site(ana: Actor) -> None:
    answer = ana.client.post("/sair/", {"next": "https://evil.test/"})
    assert answer["Location"] == "/entrar/"


def test_an_operator_has_no_desk_and_can_leave_all_the_same(db: None) -> None:
    User.objects.create_superuser("opera@sac.test", PASSWORD, full_name="Olívia Operadora")
    client = Client()
    sign_in("opera@sac.test", PASSWORD, client=client)
    refused = client.get("/")
    assert refused.status_code == 403
    (form,) = read(refused).find("form", action="/sair/")
    assert "Sair" in form.text
    assert client.post("/sair/")["Location"] == "/entrar/"
    assert client.get("/").status_code == 302


def test_a_request_that_cannot_be_read_is_refused_in_portuguese() -> None:
    answer = Client(raise_request_exception=False).get("/entrar/", HTTP_HOST="outro.test")
    assert answer.status_code == 400
    assert read(answer).find("h1")[0].text == "Pedido recusado"

"""Passwords: changed by who knows them, replaced by who reads the mail, guessed by nobody."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from celery.exceptions import Retry
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from evendas.accounts import actions, tasks
from evendas.accounts.actions import mail_reset
from evendas.accounts.models import AuditEntry, Quota, User
from tests.conftest import PASSWORD, Actor
from tests.sac.pages import Answer, read

NEW = "outra-senha-longa-2"
Rings = list[tuple[str, tuple[int, ...]]]
Pushes = list[tuple[set[str], dict[str, object]]]


def change(actor: Actor, old: str = PASSWORD, first: str = NEW, second: str = NEW) -> Answer:
    data = {"old_password": old, "new_password1": first, "new_password2": second}
    return actor.client.post("/conta/senha/", data)


def errors(answer: Answer) -> list[str]:
    return [
        " ".join(found.text.split()) for found in read(answer).find("div", class_="field-error")
    ]


def signs_in(user: User, password: str) -> bool:
    data = {"username": user.email, "password": password}
    return Client().post("/entrar/", data).status_code == 302


# --- Changing it ---------------------------------------------------------------------------------


def test_a_new_password_is_good_from_now_on_and_the_old_one_is_not(ana: Actor) -> None:
    answer = change(ana)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signs_in(ana.user, NEW)
    assert not signs_in(ana.user, PASSWORD)


def test_this_session_goes_on_and_every_other_is_over(ana: Actor) -> None:
    elsewhere = Actor(ana.user)
    change(ana)
    assert "Senha alterada." in ana.client.get("/").content.decode()
    assert elsewhere.client.get("/").status_code == 302


def test_open_screens_are_told_to_look_again(
    ana: Actor,
    pushes: Pushes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change(ana)
    assert pushes == [({f"user.{ana.user.pk}"}, {"t": "rights"})]


def test_the_change_is_on_record_without_the_password(ana: Actor) -> None:
    change(ana)
    line = AuditEntry.objects.get()
    assert (line.action, line.actor, line.target_id) == ("password.changed", ana.user, ana.user.pk)
    assert line.ip == "127.0.0.1"
    assert NEW not in str(vars(line))


@pytest.mark.parametrize(
    ("old", "first", "second", "told"),
    [
        ("errada", NEW, NEW, "A senha atual não é esta."),
        (PASSWORD, NEW, "diferente-da-1a", "Os dois campos de senha não correspondem."),
        (PASSWORD, "curta", "curta", "muito curta"),
        (PASSWORD, "8675309867", "8675309867", "inteiramente numérica"),
        (PASSWORD, "password1", "password1", "comum"),
        (PASSWORD, "ana@loja.test", "ana@loja.test", "E-mail"),
        (PASSWORD, "x" * 129, "x" * 129, "no máximo 128"),
        (PASSWORD, "", "", "Este campo é obrigatório."),
        ("", NEW, NEW, "Este campo é obrigatório."),
        ("\0", NEW, NEW, "nulos"),
    ],
)
def test_a_bad_one_is_refused_beside_its_field(
    ana: Actor, old: str, first: str, second: str, told: str
) -> None:
    ana.user.email = "ana@loja.test"
    ana.user.save()
    answer = change(ana, old, first, second)
    assert answer.status_code == 200
    assert told.lower() in " ".join(errors(answer)).lower()
    assert signs_in(ana.user, PASSWORD)


def test_a_borrowed_screen_is_no_way_to_guess_the_password(ana: Actor) -> None:
    answers = [change(ana, f"errada{n}") for n in range(10)]
    assert answers[-1].status_code == 429
    assert change(ana).status_code == 429
    assert not signs_in(ana.user, NEW)


def test_a_stranger_is_led_to_the_login(db: None) -> None:
    assert Client().get("/conta/senha/")["Location"] == "/entrar/?next=/conta/senha/"


def test_the_way_there_is_in_the_menu(ana: Actor) -> None:
    assert read(ana.client.get("/")).find("a", href="/conta/senha/")


# --- Forgotten -----------------------------------------------------------------------------------


@dataclass
class Desk:
    """Asks for a link as a person at `ip` does, and lets the worker mail it."""

    rings: Rings
    commit: DjangoCaptureOnCommitCallbacks

    def ask(self, email: str, *, ip: str = "10.0.0.1", host: str = "testserver") -> Answer:
        with self.commit(execute=True):
            answer = Client().post(
                "/senha/", {"email": email}, REMOTE_ADDR=ip, headers={"Host": host}
            )
        while self.rings:
            task, ids = self.rings.pop()
            assert task == "accounts.mail_reset"
            mail_reset(*ids)
        return answer


@pytest.fixture
def forgotten(
    rings: Rings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Desk:
    return Desk(rings, django_capture_on_commit_callbacks)


def link() -> str:
    (found,) = re.findall(r"https?://\S+", str(mail.outbox[-1].body))
    return str(found)


def opened(address: str, client: Client) -> str:
    """Follow the link as a browser does: the token leaves the address."""
    path = urlsplit(address).path
    answer = client.get(path)
    return answer["Location"] if answer.status_code == 302 else path


def choose(address: str, password: str = NEW, *, second: str | None = None) -> Answer:
    client = Client()
    data = {"new_password1": password, "new_password2": password if second is None else second}
    return client.post(opened(address, client), data)


def heading(answer: Answer) -> str:
    return read(answer).find("h1")[0].text


GONE = "Este endereço não vale mais"


def test_a_link_comes_by_mail_and_leads_to_a_new_password(ana: Actor, forgotten: Desk) -> None:
    assert forgotten.ask(ana.user.email.upper())["Location"] == "/senha/enviado/"
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([ana.user.email], "Nova senha do E-Vendas SAC")
    assert "ignore esta mensagem" in sent.body
    answer = choose(link())
    assert (answer.status_code, answer["Location"]) == (302, "/entrar/")
    assert signs_in(ana.user, NEW)
    assert not signs_in(ana.user, PASSWORD)


def test_the_answer_is_the_same_for_an_email_nobody_has(ana: Actor, forgotten: Desk) -> None:
    known, unknown = forgotten.ask(ana.user.email), forgotten.ask("ninguem@loja.test")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(mail.outbox) == 1


def test_the_link_names_our_own_address_whatever_the_request_said(
    ana: Actor, forgotten: Desk, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://sac.loja.example"
    settings.ALLOWED_HOSTS = ["*"]
    forgotten.ask(ana.user.email, host="evil.test")
    assert link().startswith("https://sac.loja.example/senha/")
    assert "evil" not in str(mail.outbox[0].message())


def test_the_mail_says_nothing_a_stranger_may_have_typed(ana: Actor, forgotten: Desk) -> None:
    """Else a store named like an advertisement would make us send it to whomever."""
    ana.user.full_name = "Compre em evil.test"
    ana.user.save()
    forgotten.ask(ana.user.email)
    assert "evil.test" not in str(mail.outbox[0].message())


def test_a_link_works_once(ana: Actor, forgotten: Desk) -> None:
    forgotten.ask(ana.user.email)
    address = link()
    choose(address)
    assert heading(Client().get(opened(address, Client()))) == GONE
    assert heading(choose(address, "terceira-senha-longa-3")) == GONE
    assert signs_in(ana.user, NEW)


def test_a_link_is_over_after_an_hour(ana: Actor, forgotten: Desk) -> None:
    forgotten.ask(ana.user.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert heading(choose(link())) == GONE


@pytest.mark.parametrize("way", ["sac/set-password", "MQ/abc-def", "%00/x", "😀/😀", "MQ/x" * 99])
def test_a_link_of_nobody_is_over(ana: Actor, way: str) -> None:
    assert Client().get(f"/senha/{way}/").status_code in {200, 404}


@pytest.mark.parametrize("who", ["the person", "the store"])
def test_whoever_was_shut_out_gets_no_link_and_may_use_none(
    ana: Actor, forgotten: Desk, who: str
) -> None:
    forgotten.ask(ana.user.email)
    row = ana.user if who == "the person" else ana.user.store
    assert row
    row.is_active = False
    row.save()
    forgotten.ask(ana.user.email)
    assert len(mail.outbox) == 1
    assert heading(choose(link())) == GONE


def test_a_platform_operator_gets_no_link(db: None, forgotten: Desk) -> None:
    User.objects.create_superuser("op@plataforma.test", PASSWORD, full_name="Op")
    forgotten.ask("op@plataforma.test")
    assert mail.outbox == []


def test_sessions_and_screens_end_with_the_old_password(
    ana: Actor, forgotten: Desk, pushes: Pushes
) -> None:
    forgotten.ask(ana.user.email)
    with forgotten.commit(execute=True):
        choose(link())
    assert ana.client.get("/").status_code == 302
    assert pushes == [({f"user.{ana.user.pk}"}, {"t": "rights"})]


def test_a_new_password_opens_an_account_that_was_shut(ana: Actor, forgotten: Desk) -> None:
    guess = {"username": ana.user.email, "password": "errada"}
    for n in range(10):
        Client().post("/entrar/", guess, REMOTE_ADDR=f"10.0.0.{n}")
    assert Client().post("/entrar/", guess).status_code == 429
    forgotten.ask(ana.user.email)
    choose(link())
    known = {"username": ana.user.email, "password": NEW}
    assert Client().post("/entrar/", known).status_code == 302


def test_asking_and_resetting_are_on_record(ana: Actor, forgotten: Desk) -> None:
    forgotten.ask(ana.user.email, ip="10.0.0.7")
    choose(link())
    lines = AuditEntry.objects.order_by("id").values_list("action", "actor", "ip")
    assert list(lines) == [
        ("password.reset_asked", ana.user.pk, "10.0.0.7"),
        ("password.reset", ana.user.pk, "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (NEW, "outra", "não correspondem"),
        ("123", "123", "muito curta"),
        ("", "", "obrigatório"),
    ],
)
def test_a_bad_new_one_is_refused_and_the_link_stays_good(
    ana: Actor, forgotten: Desk, first: str, second: str, told: str
) -> None:
    forgotten.ask(ana.user.email)
    address = link()
    assert told in " ".join(errors(choose(address, first, second=second)))
    assert choose(address).status_code == 302


def test_five_mails_an_hour_to_one_person_wherever_they_are_asked_from(
    ana: Actor, forgotten: Desk
) -> None:
    answers = [forgotten.ask(ana.user.email, ip=f"10.0.0.{n}") for n in range(8)]
    assert {answer["Location"] for answer in answers} == {"/senha/enviado/"}
    assert len(mail.outbox) == 5
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        forgotten.ask(ana.user.email, ip="10.0.0.9")
    assert len(mail.outbox) == 6


def test_twenty_askings_an_hour_from_one_address(ana: Actor, forgotten: Desk) -> None:
    for n in range(20):
        assert forgotten.ask(f"pessoa{n}@loja.test").status_code == 302
    answer = forgotten.ask(ana.user.email)
    assert (answer.status_code, heading(answer)) == (429, "Devagar, por favor")
    assert forgotten.ask(ana.user.email, ip="10.0.0.2").status_code == 302
    assert len(mail.outbox) == 1


def test_what_is_counted_names_nobody(ana: Actor, forgotten: Desk) -> None:
    forgotten.ask(ana.user.email)
    for row in Quota.objects.all():
        assert re.fullmatch("[0-9a-f]{64}", row.key)


@pytest.mark.parametrize("email", ["", "x", "\0", "😀@loja.test", f"{'a' * 300}@loja.test"])
def test_what_is_no_email_is_told_beside_the_field(db: None, forgotten: Desk, email: str) -> None:
    answer = forgotten.ask(email)
    assert answer.status_code == 200
    assert len(errors(answer)) == 1


def test_a_mail_server_that_is_away_is_tried_again(
    ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_user_id: int) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(actions, "mail_reset", refuse)
    with pytest.raises(Retry):
        tasks.mail_reset.apply(args=(ana.user.pk,), throw=True)


def test_what_is_old_is_swept_away(ana: Actor, forgotten: Desk) -> None:
    forgotten.ask(ana.user.email)
    tasks.tidy()
    assert Quota.objects.exists()
    assert Session.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        tasks.tidy()
    assert not Quota.objects.exists()
    assert not Session.objects.exists()

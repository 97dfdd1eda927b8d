"""A socket is no way around the door: the terms first, and out with the old password."""

import pytest
from django.test import Client

from evendas.accounts.models import TermsVersion
from tests.conftest import PASSWORD, Actor, Shop, agree
from tests.sac.conftest import OpenTab
from tests.sac.tabs import Tab

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_pushed_to_whoever_has_not_accepted_the_terms(
    shop: Shop, open_tab: OpenTab, ana: Actor
) -> None:
    body = "Um texto novo"
    TermsVersion.objects.create(version="nova", body=body, sha256=TermsVersion.hash_of(body))
    assert Tab(ana).code_of_close() == 4403
    agree(ana.user)
    open_tab(ana)


def test_changing_the_password_ends_what_is_open_elsewhere(open_tab: OpenTab, ana: Actor) -> None:
    elsewhere = open_tab(Actor(ana.user))
    data = {
        "old_password": PASSWORD,
        "new_password1": "nova-senha-2",
        "new_password2": "nova-senha-2",
    }
    assert ana.client.post("/conta/senha/", data).status_code == 302
    assert elsewhere.code_of_close() == 4403
    open_tab(ana)


def test_signing_in_again_opens_the_socket_again(open_tab: OpenTab, ana: Actor) -> None:
    ana.client.post("/sair/")
    ana.client = Client()
    ana.client.post("/entrar/", {"username": ana.user.email, "password": PASSWORD})
    open_tab(ana)

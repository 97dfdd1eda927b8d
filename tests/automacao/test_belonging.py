"""Whose messages they are: a store has what was said to its own phone, and nothing else."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from automacao.actions import instances
from automacao.actions.belonging import is_strangers
from automacao.actions.instances import Admin, Wish
from automacao.models import InboundEvent, Instance
from sac.drain import drain_instance
from sac.models import Contact, Message, Ticket
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox

pytestmark = pytest.mark.django_db

OWN, OWN_SHORT = "5511987654321", "551187654321"
CUSTOMER = "+5511976543210"
JID = "{}@s.whatsapp.net"


@pytest.fixture(autouse=True)
def quiet(rings: object) -> None:
    """Nobody is called: the test drains."""


@pytest.fixture
def box(shop: Shop) -> Postbox:
    """The shop's number, connected to the phone it typed."""
    return Postbox(with_phone(shop.instance, f"+{OWN}"))


def with_phone(instance: Instance, phone: str, **columns: object) -> Instance:
    known = {"phone": phone, "connected_phone": phone, **columns}
    Instance.objects.filter(pk=instance.pk).update(**known)
    return Instance.objects.get(pk=instance.pk)


def pairing(shop: Shop, phone: str) -> Postbox:
    """A number of the shop that waits for its first phone."""
    instance = Instance.objects.create(
        store=shop.store, name="Novo", phone=phone, gateway_token="t", state="waiting_qr"
    )
    return Postbox(instance)


def heard(box: Postbox) -> list[str]:
    return list(Message.objects.filter(instance=box.instance).values_list("text", flat=True))


def parked(box: Postbox) -> list[str]:
    return [row.error for row in InboundEvent.objects.parked().filter(instance=box.instance)]


def state_of(box: Postbox) -> str:
    return Instance.objects.get(pk=box.instance.pk).state


@pytest.mark.parametrize(
    ("sender", "is_ours"),
    [
        (JID.format(OWN), True),
        (JID.format(OWN_SHORT), True),
        (f"{OWN}:12@s.whatsapp.net", True),
        # Nothing can be known.
        (None, True),
        ("128000000000009@lid", True),
        ("", True),
        (JID.format("5511987654322"), False),
        (JID.format("4915700000001"), False),
    ],
)
@pytest.mark.parametrize("is_from_us", [False, True])
def test_what_was_said_to_another_phone_is_parked_with_the_reason(
    box: Postbox, sender: str | None, is_ours: bool, is_from_us: bool
) -> None:
    whole = box.typed("Oi", phone=CUSTOMER) if is_from_us else box.said("Oi", phone=CUSTOMER)
    told = JID.format(OWN).encode()
    assert whole.count(told) == 1
    quoted = b"null" if sender is None else f'"{sender}"'.encode()
    box.bring(whole.replace(b'"' + told + b'"', quoted))
    if is_ours:
        assert (heard(box), parked(box)) == (["Oi"], [])
    else:
        assert heard(box) == []
        assert "outro celular" in parked(box)[0]
        assert not Contact.objects.exists()
        assert not Ticket.objects.exists()


@pytest.mark.parametrize("kept", [OWN, OWN_SHORT])
@pytest.mark.parametrize("told", [OWN, OWN_SHORT])
def test_the_ninth_digit_makes_no_other_phone(shop: Shop, kept: str, told: str) -> None:
    box = Postbox(with_phone(shop.instance, f"+{kept}", state="connecting"))
    sender = JID.format(told)
    box.bring(box.body("messages.upsert", _data(box), sender=sender), box.line("open", phone=told))
    assert (heard(box), parked(box), state_of(box)) == (["Oi"], [], "connected")


@pytest.mark.parametrize("state", Instance.State.values)
@pytest.mark.parametrize("is_ended", [False, True])
def test_a_number_that_is_down_still_hears_what_its_own_phone_was_told(
    box: Postbox, state: str, is_ended: bool
) -> None:
    ended = timezone.now() if is_ended else None
    Instance.objects.filter(pk=box.instance.pk).update(state=state, session_ended_at=ended)
    box.bring(box.said("Oi", phone=CUSTOMER))
    assert (heard(box), parked(box)) == (["Oi"], [])


def test_messages_that_are_quicker_than_the_news_of_the_pairing_are_taken(shop: Shop) -> None:
    box = pairing(shop, f"+{OWN}")
    box.bring(box.said("Oi", phone=CUSTOMER))
    assert (heard(box), parked(box)) == (["Oi"], [])


@pytest.mark.parametrize("is_quicker", [True, False])
def test_a_phone_another_store_has_connected_brings_nothing_of_theirs(
    shop: Shop, other_shop: Shop, is_quicker: bool
) -> None:
    theirs = Postbox(with_phone(other_shop.instance, f"+{OWN}"))
    box = pairing(shop, f"+{OWN}")
    said, line = box.said("Segredo", phone=CUSTOMER), box.line("open")
    for raw in (said, line) if is_quicker else (line, said):
        box.bring(raw)
    assert state_of(box) == "failed"
    assert heard(box) == []
    assert "outra conta" in parked(box)[0] if is_quicker else "recusado" in parked(box)[0]
    assert not Contact.objects.filter(store=shop.store).exists()
    theirs.bring(theirs.said("Segredo", phone=CUSTOMER))
    assert heard(theirs) == ["Segredo"]


def test_a_refused_channel_stays_refused_when_the_other_store_lets_go(
    shop: Shop, other_shop: Shop, dono: Actor
) -> None:
    with_phone(other_shop.instance, f"+{OWN}")
    box = pairing(shop, f"+{OWN}")
    box.bring(box.line("open"))
    Instance.objects.filter(pk=other_shop.instance.pk).update(state="logged_out")
    renewed = Instance.objects.get(pk=box.instance.pk)
    renewed.replace_channel()
    renewed.save()
    for sender in (OWN, None):
        jid = JID.format(sender) if sender else None
        box.bring(box.body("messages.upsert", _data(box), sender=jid))
    assert heard(box) == []
    assert len(parked(box)) == 2
    # The channel that took its place is not meant.
    fresh = Postbox(renewed)
    fresh.bring(fresh.said("Oi", phone=CUSTOMER))
    assert heard(fresh) == ["Oi"]


def replay(box: Postbox) -> None:
    call_command("replay_parked", verbosity=0)
    drain_instance(box.instance.pk)


def test_what_was_parked_is_the_stores_once_its_phone_is_on_the_line_and_no_sooner(
    box: Postbox, dono: Actor
) -> None:
    phone = new_phone()
    box.bring(box.line("open", phone=phone), box.body("messages.upsert", _data(box), sender=None))
    assert state_of(box) == "failed"
    box.bring(box.body("messages.upsert", _data(box), sender=JID.format(phone[1:])))
    assert len(parked(box)) == 2
    for typed in (phone, new_phone(), phone):
        wish = Wish(phone=typed, name="Loja", chatbot={})
        instances.save_instance(box.instance, wish, by=Admin(dono.user, None))
        replay(box)
        assert (heard(box), len(parked(box))) == ([], 2)
        assert all(is_strangers(reason) for reason in parked(box))
    Instance.objects.filter(pk=box.instance.pk).update(state="connected", connected_phone=phone)
    replay(box)
    # The other names no phone: nothing will ever prove whose it was.
    assert (heard(box), len(parked(box))) == (["Oi"], 1)
    assert is_strangers(parked(box)[0])


def test_what_another_account_has_is_not_taken_by_typing_its_number(
    shop: Shop, other_shop: Shop, dono: Actor
) -> None:
    with_phone(other_shop.instance, f"+{OWN}")
    box = pairing(shop, f"+{OWN}")
    box.bring(box.said("Segredo", phone=CUSTOMER))
    Instance.objects.filter(pk=other_shop.instance.pk).update(state="logged_out")
    for typed in (new_phone(), f"+{OWN}"):
        wish = Wish(phone=typed, name="Loja", chatbot={})
        instances.save_instance(box.instance, wish, by=Admin(dono.user, None))
        replay(box)
        assert heard(box) == []
        assert is_strangers(parked(box)[0])


def test_what_comes_late_of_a_refused_channel_is_not_taken_after_a_change_of_the_number(
    box: Postbox, dono: Actor
) -> None:
    box.bring(box.line("open", phone=new_phone()))
    wish = Wish(phone=new_phone(), name="Loja", chatbot={})
    instances.save_instance(box.instance, wish, by=Admin(dono.user, None))
    box.bring(box.body("messages.upsert", _data(box), sender=None))
    assert (heard(box), parked(box)) == (
        [],
        ["quarentena: mensagem de um celular que foi recusado"],
    )


def test_what_nobody_understands_of_another_phone_is_closed_too(box: Postbox) -> None:
    stranger = JID.format(new_phone()[1:])
    strange = json.loads(box.said("Segredo", phone=CUSTOMER))["data"] | {"message": None}
    box.bring(
        box.body("messages.upsert", strange, sender=stranger),
        box.body("who.knows", {"text": "Segredo"}, sender=stranger),
        box.body("messages.upsert", [strange, _data(box)], sender=stranger),
    )
    assert len(parked(box)) == 3
    assert all(is_strangers(reason) for reason in parked(box))


def test_a_stranger_that_fails_on_its_way_stays_one(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.bring(box.body("messages.upsert", _data(box), sender=JID.format(new_phone()[1:])))

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("Segredo")

    monkeypatch.setattr("sac.drain.reasons_against", breaks)
    replay(box)
    (row,) = InboundEvent.objects.filter(instance=box.instance)
    assert row.attempts == 1
    assert is_strangers(row.error)


def test_who_had_the_number_before_takes_it_from_nobody_by_pairing_again(
    shop: Shop, other_shop: Shop
) -> None:
    before = with_phone(shop.instance, f"+{OWN}", state="logged_out")
    theirs = Postbox(with_phone(other_shop.instance, f"+{OWN}"))
    before.replace_channel()
    before.enter(Instance.State.CONNECTING, timezone.now())
    before.save()
    theirs.bring(theirs.line("connecting"))
    theirs.bring(theirs.line("open", date_time=timezone.now().isoformat()))
    assert state_of(theirs) == "connected"
    # In the drop of a channel that had it the number is held.
    with_phone(shop.instance, f"+{OWN}", state="connecting")
    Instance.objects.filter(pk=theirs.instance.pk).update(state="waiting_qr")
    theirs.bring(theirs.line("open", date_time=timezone.now().isoformat()))
    assert state_of(theirs) == "failed"


# --- Under a former name --------------------------------------------------------------------------


@pytest.fixture
def renewed(box: Postbox) -> Postbox:
    """The number on a new channel; `box` still posts as the one before."""
    instance = Instance.objects.get(pk=box.instance.pk)
    instance.replace_channel()
    instance.enter(Instance.State.WAITING_QR, timezone.now())
    instance.save()
    return Postbox(instance)


def test_what_a_replaced_channel_still_brings_is_taken(box: Postbox, renewed: Postbox) -> None:
    assert box.instance.gateway_name != renewed.instance.gateway_name
    box.bring(box.said("antes", phone=CUSTOMER))
    renewed.bring(renewed.said("depois", phone=CUSTOMER))
    assert heard(box) == ["antes", "depois"]


def test_a_name_it_never_had_is_refused(box: Postbox, renewed: Postbox) -> None:
    stranger = box.body("messages.upsert", _data(box), instance="ch_nobody")
    assert box.post(stranger).status_code == 403
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("connection.update", {"state": "open", "wuid": JID.format(OWN)}),
        ("connection.update", {"state": "close", "statusReason": 401}),
        ("logout.instance", None),
        ("remove.instance", None),
        ("qrcode.updated", {"qrcode": {"code": "2@x"}}),
    ],
)
def test_how_a_replaced_channel_ends_says_nothing_of_the_new_one(
    box: Postbox, renewed: Postbox, event: str, data: object
) -> None:
    before = session_of(box)
    box.bring(box.body(event, data))
    assert session_of(box) == before
    assert parked(box) == []
    renewed.bring(renewed.body(event, data))
    assert session_of(box) != before


def session_of(box: Postbox) -> dict[str, object]:
    """Everything of the number but when it was last heard."""
    row = Instance.objects.values().get(pk=box.instance.pk)
    return {name: value for name, value in row.items() if name != "last_event_at"}


def test_only_the_latest_names_are_kept(box: Postbox) -> None:
    names = []
    for _ in range(25):
        names.append(box.instance.gateway_name)
        box.instance.replace_channel()
    box.instance.save()
    assert Instance.objects.get(pk=box.instance.pk).former_names == names[-20:]


def _data(box: Postbox) -> object:
    """The inner part of a customer's message."""
    return json.loads(box.said("Oi", phone=CUSTOMER))["data"]

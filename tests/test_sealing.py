"""The walls between stores, read out of the database itself: pg_constraint, pg_index, triggers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, IntegrityError, connection, models, transaction

from automacao.models import InboundEvent, Instance
from evendas.accounts.models import AuditEntry, Quota, Store, TermsAcceptance, TermsVersion, User
from evendas.health.models import Pulse
from evendas.sealing import StoreOwned
from sac.models import Contact, Conversation, Department, Ticket, TicketCounter, TicketEvent
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db

OURS = ("accounts", "automacao", "health", "pedidos", "sac")
# Rows of no store, because they stand above all of them.
ABOVE_STORES: set[type[models.Model]] = {Store, TermsVersion, Quota, Pulse}
# Unique over the whole installation, and why.
GLOBAL = {
    "accounts_user_email_key": "one sign-in page serves every store",
    "accounts_termsversion_version_key": "the terms are the installation's",
    "health_pulse_pkey": "it tells of processes, which serve every store",
    "accounts_quota_once": "it counts strangers, who belong to no store",
    "automacao_instance_gateway_name_key": "all stores share one gateway",
    "automacao_instance_webhook_key_key": "the address alone leads to the store",
    "pedidos_source_webhook_key_key": "the address alone leads to the store",
    "pedidos_source_token_digest_key": "the token alone leads to the store",
    "pedidos_apitoken_digest_key": "the token alone leads to the store",
    "automacao_instance_connected_phone": "a number connected by one store is refused to others",
}
APPEND_ONLY = {"accounts_auditentry", "accounts_termsacceptance", "accounts_termsversion"} | {
    "sac_ticketevent"
}


def test_every_row_of_a_store_names_its_store() -> None:
    nullable = {
        model.__name__ for model in _models() if _has_store(model) and _store_field(model).null
    }
    without = {model for model in _models() if not _has_store(model)}
    # Only a platform operator, who sees no store's desk, belongs to none.
    assert nullable == {"User"}
    assert without == ABOVE_STORES | _tables_of_django()


def test_every_reference_between_rows_of_a_store_is_sealed() -> None:
    wanted = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model, field in _references()
    }
    assert len(wanted) > 30
    assert wanted - _sealed() == set()
    assert _sealed() - wanted == set(), "seals for columns no model has"


def test_no_plain_foreign_key_doubles_a_seal() -> None:
    plain = {
        (table, columns[0]) for table, columns, _, _, _ in _foreign_keys() if len(columns) == 1
    }
    sealed_columns = {(model._meta.db_table, field.column) for model, field in _references()}
    assert plain & sealed_columns == set()


def test_every_seal_fails_at_the_statement_that_breaks_it() -> None:
    deferrable = {
        (table, columns)
        for table, columns, _, _, is_deferrable in _foreign_keys()
        if len(columns) > 1 and is_deferrable
    }
    assert deferrable == set()


def test_uniqueness_begins_with_the_store_or_with_a_row_that_is_sealed_in_it() -> None:
    inside = {(model._meta.db_table, field.column) for model, field in _references()}
    inside |= {(model._meta.db_table, "store_id") for model in _models()}
    strangers = {
        name
        for table, name, first_column in _unique_indexes()
        if first_column != "id" and (table, first_column) not in inside
    }
    assert strangers - _of_django() == set(GLOBAL)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_the_record_of_what_happened_can_be_neither_changed_nor_deleted(
    table: str, shop: Shop, ana: Actor
) -> None:
    _write_one_of_each(shop, ana)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this module
        assert cursor.fetchone()[0] > 0
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            _run(statement)


def test_only_the_tables_meant_to_be_are_append_only() -> None:
    rows = _run("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only'")
    assert {table for (table,) in rows} == APPEND_ONLY


def test_a_conversation_cannot_be_with_a_contact_of_another_store(
    shop: Shop, other_shop: Shop
) -> None:
    stranger = Contact.objects.create(store=other_shop.store)
    with pytest.raises(IntegrityError, match="sac_conversation_contact_id_sealed"):
        Conversation.objects.create(
            store=shop.store, instance=shop.instance, contact=stranger, send_address="1@lid"
        )


def test_a_ticket_cannot_go_to_a_department_or_an_attendant_of_another_store(
    shop: Shop, other_shop: Shop, eva: Actor
) -> None:
    ticket = shop.hears()
    of_ticket = Ticket.objects.filter(pk=ticket.pk)
    with pytest.raises(IntegrityError, match="department_id_sealed"), transaction.atomic():
        of_ticket.update(department=other_shop.support)
    with pytest.raises(IntegrityError, match="attendant_id_sealed"), transaction.atomic():
        of_ticket.update(status="open", attendant=eva.attendant)


def test_a_row_cannot_move_to_another_store_and_leave_its_relations_behind(
    shop: Shop, other_shop: Shop
) -> None:
    ticket = shop.hears()
    for row in (ticket, ticket.conversation, shop.support):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(store=other_shop.store)


def test_an_event_cannot_be_kept_for_a_number_of_another_store(
    shop: Shop, other_shop: Shop
) -> None:
    with pytest.raises(IntegrityError, match="instance_id_sealed"):
        InboundEvent.objects.create(
            store=shop.store, instance=other_shop.instance, sha256=b"0" * 32, body=b"{}"
        )


def test_two_stores_may_use_the_same_code_name_and_customer(shop: Shop, other_shop: Shop) -> None:
    phone = "+5511987650000"
    first, second = shop.hears(phone=phone), other_shop.hears(phone=phone)
    assert first.code == second.code
    assert first.conversation.contact_id != second.conversation.contact_id
    assert Department.objects.filter(name=shop.support.name).count() == 2


def test_a_number_connected_by_one_store_is_refused_to_another(
    shop: Shop, other_shop: Shop
) -> None:
    with pytest.raises(IntegrityError, match="automacao_instance_connected_phone"):
        Instance.objects.filter(pk=other_shop.instance.pk).update(
            connected_phone=shop.instance.connected_phone
        )


def _models() -> list[type[models.Model]]:
    return [model for app in OURS for model in apps.get_app_config(app).get_models()]


def _tables_of_django() -> set[type[models.Model]]:
    """User's own links to groups and permissions are made by Django and used by nobody."""
    return {model for model in _models() if model._meta.auto_created}


def _has_store(model: type[models.Model]) -> bool:
    return issubclass(model, StoreOwned | User | TicketCounter)


def _store_field(model: type[models.Model]) -> Any:  # noqa: ANN401 - a field of whatever model
    return model._meta.get_field("store")


def _references() -> Iterator[tuple[type[models.Model], Any]]:
    """Every foreign key from one store's row to another row of a store."""
    for model in _models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if isinstance(target, type) and _has_store(model) and _has_store(target):
                yield model, field


def _foreign_keys() -> list[tuple[str, tuple[str, ...], str, tuple[str, ...], bool]]:
    rows = _run(
        """
        SELECT conrelid::regclass::text, confrelid::regclass::text, condeferrable,
               (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey)
                  WITH ORDINALITY AS k(num, place)
                  JOIN pg_attribute ON attrelid = conrelid AND attnum = k.num),
               (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey)
                  WITH ORDINALITY AS k(num, place)
                  JOIN pg_attribute ON attrelid = confrelid AND attnum = k.num)
          FROM pg_constraint WHERE contype = 'f' AND convalidated
        """
    )
    return [
        (table, tuple(columns), target, tuple(target_columns), is_deferrable)
        for table, target, is_deferrable, columns, target_columns in rows
    ]


def _sealed() -> set[tuple[str, str, str]]:
    return {
        (table, columns[1], target)
        for table, columns, target, target_columns, _ in _foreign_keys()
        if columns[0] == "store_id" and target_columns == ("store_id", "id")
    }


def _unique_indexes() -> list[tuple[str, str, str]]:
    """Table, name and first column of every unique index of our apps."""
    rows = _run(
        """
        SELECT indrelid::regclass::text, indexrelid::regclass::text,
               pg_get_indexdef(indexrelid, 1, false)
          FROM pg_index WHERE indisunique
        """
    )
    tables = {model._meta.db_table for model in _models()}
    return [(table, name, first) for table, name, first in rows if table in tables]


def _of_django() -> set[str]:
    tables = {model._meta.db_table for model in _tables_of_django()}
    return {name for table, name, _ in _unique_indexes() if table in tables}


def _write_one_of_each(shop: Shop, ana: Actor) -> None:
    now = shop.hears().created_at
    assert TicketEvent.objects.exists()
    AuditEntry.objects.create(store=shop.store, action="test", at=now)
    text = "Termos"
    terms = TermsVersion.objects.create(version="1", body=text, sha256=TermsVersion.hash_of(text))
    TermsAcceptance.objects.create(
        store=shop.store,
        terms=terms,
        sha256=terms.sha256,
        user=ana.user,
        accepted_by=ana.user,
        accepted_at=now,
        screen=TermsAcceptance.Screen.FIRST_LOGIN,
    )


def _run(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []

"""How many tickets are closed, kept by the database itself from here on."""

import django.db.models.deletion
from django.db import migrations, models

from evendas.sealing import seal

# Of the ticket once for itself, and once for everybody else who took part in it.
_COUNT = """
    CREATE FUNCTION evendas_count_closed(ticket sac_ticket, change integer) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO sac_closedcount
            (store_id, instance_id, department_id, attendant_id, guest_id, tickets)
        SELECT ticket.store_id, ticket.instance_id, ticket.department_id, ticket.attendant_id,
            guest.id, change
        FROM (
            SELECT NULL::bigint AS id
            UNION SELECT step.attendant_id FROM sac_ticketevent AS step
            WHERE step.ticket_id = ticket.id
                AND step.attendant_id IS DISTINCT FROM ticket.attendant_id
        ) AS guest;
    END $$;
"""
_OF_TICKET = """
    CREATE FUNCTION evendas_ticket_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.status = 'closed' THEN
            PERFORM evendas_count_closed(OLD, -1);
        END IF;
        IF NEW.status = 'closed' THEN
            PERFORM evendas_count_closed(NEW, 1);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER sac_ticket_counted_first AFTER INSERT ON sac_ticket FOR EACH ROW
        WHEN (NEW.status = 'closed') EXECUTE FUNCTION evendas_ticket_is_counted();
    CREATE TRIGGER sac_ticket_counted AFTER UPDATE ON sac_ticket FOR EACH ROW
        WHEN ((OLD.status = 'closed' OR NEW.status = 'closed')
            AND (OLD.status, OLD.store_id, OLD.instance_id, OLD.department_id, OLD.attendant_id)
                IS DISTINCT FROM
                (NEW.status, NEW.store_id, NEW.instance_id, NEW.department_id, NEW.attendant_id))
        EXECUTE FUNCTION evendas_ticket_is_counted();
    CREATE TRIGGER sac_ticket_counted_last AFTER DELETE ON sac_ticket FOR EACH ROW
        WHEN (OLD.status = 'closed') EXECUTE FUNCTION evendas_ticket_is_counted();
"""
# Who first comes into a ticket's trail once it is closed. Before the row is there: of two in one
# statement the second sees the first.
_OF_STEP = """
    CREATE FUNCTION evendas_guest_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO sac_closedcount
            (store_id, instance_id, department_id, attendant_id, guest_id, tickets)
        SELECT ticket.store_id, ticket.instance_id, ticket.department_id, ticket.attendant_id,
            NEW.attendant_id, 1
        FROM sac_ticket AS ticket
        WHERE ticket.id = NEW.ticket_id AND ticket.status = 'closed'
            AND ticket.attendant_id IS DISTINCT FROM NEW.attendant_id
            AND NOT EXISTS (SELECT FROM sac_ticketevent AS step
                WHERE step.ticket_id = ticket.id AND step.attendant_id = NEW.attendant_id);
        RETURN NEW;
    END $$;
    CREATE TRIGGER sac_ticketevent_counted BEFORE INSERT ON sac_ticketevent FOR EACH ROW
        WHEN (NEW.attendant_id IS NOT NULL) EXECUTE FUNCTION evendas_guest_is_counted();
"""
_NO_MORE = """
    DROP TRIGGER sac_ticketevent_counted ON sac_ticketevent;
    DROP TRIGGER sac_ticket_counted_last ON sac_ticket;
    DROP TRIGGER sac_ticket_counted ON sac_ticket;
    DROP TRIGGER sac_ticket_counted_first ON sac_ticket;
    DROP FUNCTION evendas_guest_is_counted();
    DROP FUNCTION evendas_ticket_is_counted();
    DROP FUNCTION evendas_count_closed(sac_ticket, integer);
"""


def _reference(model: str, *, null: bool = False) -> "models.ForeignKey[models.Model]":
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_desk_settings"),
        ("automacao", "0001_initial"),
        ("sac", "0024_month_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosedCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tickets", models.IntegerField()),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.store",
                        verbose_name="loja",
                    ),
                ),
                ("instance", _reference("automacao.instance")),
                ("department", _reference("sac.department", null=True)),
                ("attendant", _reference("sac.attendant", null=True)),
                ("guest", _reference("sac.attendant", null=True)),
            ],
            options={
                "verbose_name": "soma de encerrados",
                "verbose_name_plural": "somas de encerrados",
                "indexes": [
                    models.Index(fields=["store", "guest"], name="sac_closedcount_of_guest")
                ],
            },
        ),
        seal("sac_closedcount", "instance_id", "automacao_instance"),
        seal("sac_closedcount", "department_id", "sac_department"),
        seal("sac_closedcount", "attendant_id", "sac_attendant"),
        seal("sac_closedcount", "guest_id", "sac_attendant"),
        migrations.RunSQL([_COUNT, _OF_TICKET, _OF_STEP], _NO_MORE),
    ]

"""Ways to break what must always be true, row by row, in the database of a busy day."""

# ruff: noqa: S608 - statements put together here, of nothing anybody typed
from typing import NamedTuple

OPEN = "(SELECT min(id) FROM sac_ticket WHERE status = 'open')"
WAITING = "(SELECT min(id) FROM sac_ticket WHERE status = 'waiting')"
CLOSED = "(SELECT min(id) FROM sac_ticket WHERE status = 'closed')"
QUEUED = "(SELECT min(id) FROM sac_message WHERE state = 'queued')"
UNKNOWN = "(SELECT min(id) FROM sac_message WHERE state = 'unknown')"
READ = "(SELECT min(id) FROM sac_message WHERE state = 'read')"
HEARD = "(SELECT min(id) FROM sac_message WHERE direction = 'in')"
SALES = "(SELECT max(id) FROM sac_department)"
GONE = "(SELECT max(gone_id) FROM sac_contactmerge)"
SHELL = f"(SELECT max(id) FROM sac_conversation WHERE contact_id = {GONE})"
FILE = "(SELECT min(id) FROM sac_media WHERE state = 'ready')"
DONE = "(SELECT min(id) FROM automacao_inboundevent WHERE status = 'done')"

# The database itself refuses these breaks: its constraints are taken away first.
CONSTRAINTS = (
    "DROP INDEX sac_ticket_one_live",
    "ALTER TABLE sac_ticket DROP CONSTRAINT sac_ticket_code_once",
    "ALTER TABLE sac_ticket DROP CONSTRAINT sac_ticket_status_is_coherent",
    "ALTER TABLE sac_message DROP CONSTRAINT sac_message_provider_id_once",
    "ALTER TABLE sac_message DROP CONSTRAINT sac_message_client_uuid_once",
    "ALTER TABLE sac_conversation DROP CONSTRAINT sac_conversation_once",
    "ALTER TABLE sac_contactidentity DROP CONSTRAINT sac_contactidentity_once",
)
# Foreign keys and the triggers that keep the trail from changing.
WALK_THROUGH = "SET LOCAL session_replication_role = replica"


class Break(NamedTuple):
    """A statement after which the invariant of this name does not hold."""

    name: str
    sql: str


BREAKS = [
    Break(
        "one_live_ticket",
        "UPDATE sac_ticket SET conversation_id = (SELECT max(conversation_id) FROM"
        " sac_ticket WHERE status = 'open') WHERE status = 'waiting'",
    ),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET taken_at = NULL WHERE id = {OPEN}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET taken_at = now() WHERE id = {WAITING}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET new_since = now() WHERE id = {CLOSED}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET waiting_since = now() WHERE id = {CLOSED}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET attendant_id = NULL WHERE id = {OPEN}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET closed_at = NULL WHERE id = {CLOSED}"),
    Break("ticket_is_coherent", f"UPDATE sac_ticket SET status = 'gone' WHERE id = {OPEN}"),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET status = 'closed', closed_at = now() WHERE id = {OPEN}",
    ),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET taken_at = taken_at + interval '1 s' WHERE id = {OPEN}",
    ),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET closed_at = closed_at + interval '1 s' WHERE id = {CLOSED}",
    ),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET closed_by_id = NULL WHERE id = {CLOSED}",
    ),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET queued_at = now() + interval '1 h' WHERE id = {WAITING}",
    ),
    Break(
        "ticket_tells_its_events",
        f"UPDATE sac_ticket SET department_id = {SALES} WHERE id = {OPEN}",
    ),
    Break(
        "ticket_tells_its_events",
        "UPDATE sac_ticket SET attendant_id = (SELECT min(id) FROM sac_attendant WHERE"
        f" id <> attendant_id) WHERE id = {OPEN}",
    ),
    Break("ticket_tells_its_events", f"DELETE FROM sac_ticketevent WHERE ticket_id = {WAITING}"),
    Break(
        "ticket_begins_and_is_answered_once",
        f"DELETE FROM sac_ticketevent WHERE ticket_id = {WAITING} AND kind = 'created'",
    ),
    Break(
        "ticket_begins_and_is_answered_once",
        "UPDATE sac_ticket SET first_reply_at = now() WHERE first_reply_at IS NULL",
    ),
    Break(
        "ticket_begins_and_is_answered_once",
        f"UPDATE sac_ticket SET created_at = created_at - interval '1 s' WHERE id = {OPEN}",
    ),
    Break(
        "ticket_begins_and_is_answered_once",
        "UPDATE sac_ticketevent SET kind = 'first_reply' WHERE kind = 'queued'",
    ),
    Break("code_is_counted", "UPDATE sac_ticketcounter SET last_number = last_number - 1"),
    Break("code_is_counted", "DELETE FROM sac_ticketcounter"),
    Break("code_is_counted", f"UPDATE sac_ticket SET code = 'abc' WHERE id = {OPEN}"),
    Break("closed_is_counted", "DELETE FROM sac_closedcount"),
    Break("closed_is_counted", "UPDATE sac_closedcount SET tickets = 2 * tickets"),
    Break("closed_is_counted", "UPDATE sac_closedcount SET guest_id = attendant_id"),
    Break("closed_is_counted", f"UPDATE sac_ticket SET attendant_id = NULL WHERE id = {CLOSED}"),
    Break("code_once", "UPDATE sac_ticket SET code = '2026-000001'"),
    Break(
        "waiting_clock_is_right",
        f"UPDATE sac_ticket SET waiting_since = NULL WHERE id = {WAITING}",
    ),
    Break(
        "waiting_clock_is_right",
        "UPDATE sac_ticket SET waiting_since = now() WHERE waiting_since IS NULL AND"
        " status = 'open'",
    ),
    Break("list_shows_the_last_message", "UPDATE sac_ticket SET preview_message_id = NULL"),
    Break(
        "list_shows_the_last_message",
        f"UPDATE sac_ticket SET preview_message_id = {READ} WHERE id = (SELECT ticket_id"
        f" FROM sac_message WHERE id = {READ})",
    ),
    Break(
        "preview_is_of_its_message",
        f"UPDATE sac_ticket SET preview = 'Outra coisa' WHERE id = {OPEN}",
    ),
    Break("preview_is_of_its_message", f"UPDATE sac_ticket SET preview = '' WHERE id = {OPEN}"),
    Break(
        "preview_is_of_its_message",
        f"UPDATE sac_ticket SET preview_state = 'failed' WHERE id = {OPEN}",
    ),
    Break(
        "preview_is_of_its_message",
        f"UPDATE sac_ticket SET preview_message_id = 0 WHERE id = {OPEN}",
    ),
    Break(
        "last_activity_is_of_a_message",
        f"UPDATE sac_ticket SET last_activity_at = now() + interval '1 h' WHERE id = {OPEN}",
    ),
    Break("ticket_in_its_conversation", "UPDATE sac_ticket SET instance_id = instance_id + 1000"),
    Break(
        "ticket_in_its_conversation",
        "UPDATE sac_ticketevent SET conversation_id = conversation_id + 1",
    ),
    Break("message_in_its_conversation", f"UPDATE sac_message SET ticket_id = {OPEN}"),
    Break("message_in_its_conversation", "UPDATE sac_message SET instance_id = instance_id + 1000"),
    Break(
        "nothing_is_said_after_closing",
        f"UPDATE sac_message SET created_at = now() + interval '1 h' WHERE ticket_id = {CLOSED}",
    ),
    Break("message_is_coherent", f"UPDATE sac_message SET ticket_id = NULL WHERE id = {HEARD}"),
    Break("message_is_coherent", f"UPDATE sac_message SET provider_id = NULL WHERE id = {HEARD}"),
    Break("message_is_coherent", f"UPDATE sac_message SET lease_until = now() WHERE id = {READ}"),
    Break(
        "message_is_coherent",
        f"UPDATE sac_message SET provider_id = '3EB0' WHERE id = {QUEUED}",
    ),
    Break(
        "message_is_coherent",
        f"UPDATE sac_message SET next_attempt_at = NULL WHERE id = {QUEUED}",
    ),
    Break(
        "message_is_coherent",
        f"UPDATE sac_message SET send_started_at = NULL WHERE id = {UNKNOWN}",
    ),
    Break(
        "message_stands_at_its_second",
        f"UPDATE sac_message SET sort_key = sort_key + (1 << 30) WHERE id = {READ}",
    ),
    Break("provider_id_once", "UPDATE sac_message SET provider_id = '3A' WHERE direction = 'in'"),
    Break(
        "client_uuid_once",
        "UPDATE sac_message SET client_uuid = '00000000-0000-0000-0000-000000000001'"
        " WHERE direction = 'out'",
    ),
    Break(
        "no_lease_is_overdue",
        "UPDATE sac_message SET state = 'sending', lease_until = now() - interval '31 s'"
        f" WHERE id = {UNKNOWN}",
    ),
    Break(
        "no_lease_is_overdue",
        f"UPDATE sac_message SET state = 'sending', lease_until = NULL WHERE id = {UNKNOWN}",
    ),
    Break(
        "no_unknown_is_overdue",
        f"UPDATE sac_message SET send_started_at = now() - interval '91 s' WHERE id = {UNKNOWN}",
    ),
    Break(
        "one_in_flight",
        "UPDATE sac_message SET state = 'sending' WHERE conversation_id = (SELECT"
        f" conversation_id FROM sac_message WHERE id = {UNKNOWN})",
    ),
    Break(
        "outbox_keeps_its_order",
        "UPDATE sac_message SET state = 'queued', send_started_at = NULL, created_at ="
        f" created_at - interval '1 h' WHERE id = {READ}",
    ),
    Break(
        "outbox_keeps_its_order",
        f"UPDATE sac_message SET state = 'queued', attempts = 1 WHERE id = {READ}",
    ),
    Break(
        "outbox_keeps_its_order",
        "UPDATE sac_message SET state = 'queued', attempts = 0, next_attempt_at ="
        f" send_started_at WHERE id = {READ}",
    ),
    Break(
        "early_status_is_applied",
        "UPDATE sac_earlystatus SET provider_id = (SELECT max(provider_id) FROM"
        " sac_message WHERE direction = 'out'), received_at = now() - interval '1 h';"
        " UPDATE sac_message SET created_at = now() - interval '1 h'",
    ),
    Break("revision_is_known", "UPDATE sac_conversation SET revision = revision - 1"),
    Break("revision_is_known", f"UPDATE sac_message SET revision = 0 WHERE id = {HEARD}"),
    Break("revision_once", "UPDATE sac_message SET revision = 3"),
    Break(
        "revision_is_explained",
        "UPDATE sac_conversation SET revision = revision + 2 WHERE id = (SELECT"
        f" conversation_id FROM sac_ticket WHERE id = {WAITING})",
    ),
    Break("revision_is_explained", f"DELETE FROM sac_ticketevent WHERE ticket_id = {WAITING}"),
    Break(
        "inbox_ended_one_way",
        f"UPDATE automacao_inboundevent SET error = 'falhou' WHERE id = {DONE}",
    ),
    Break(
        "inbox_ended_one_way",
        f"UPDATE automacao_inboundevent SET processed_at = NULL WHERE id = {DONE}",
    ),
    Break(
        "inbox_ended_one_way",
        "UPDATE automacao_inboundevent SET error = '' WHERE status = 'parked'",
    ),
    Break("message_has_its_file", f"DELETE FROM sac_media WHERE id = {FILE}"),
    Break("message_has_its_file", f"UPDATE sac_message SET kind = 'voice' WHERE id = {HEARD}"),
    *(
        Break("file_is_coherent", f"UPDATE sac_media SET {change} WHERE id = {FILE}")
        for change in (
            "file = '', thumbnail = ''",
            "size = NULL",
            "size = 0",
            "state = 'pending', next_attempt_at = now()",
            "state = 'failed', error = 'não veio'",
            "state = 'gone'",
            "state = 'failed', file = '', thumbnail = '', playable = ''",
            "state = 'failed', error = 'não veio', file = ''",
            "state = 'pending', file = '', thumbnail = '', playable = '', next_attempt_at = NULL",
        )
    ),
    *(
        Break(
            "loose_file_is_nobodys",
            "INSERT INTO sac_loosefile (store_id, name, until)"
            f" SELECT store_id, {column}, now() FROM sac_media WHERE id = {FILE}",
        )
        for column in ("file", "thumbnail")
    ),
    Break(
        "conversation_once",
        "UPDATE sac_conversation SET contact_id = (SELECT max(contact_id) FROM sac_conversation)",
    ),
    Break("identity_once", "UPDATE sac_contactidentity SET value = '+5511'"),
    *(
        Break("merged_contact_holds_nothing", f"UPDATE {table} SET conversation_id = {SHELL}")
        for table in ("sac_ticket", "sac_message", "sac_ticketevent")
    ),
    Break("merged_contact_holds_nothing", f"UPDATE sac_contactidentity SET contact_id = {GONE}"),
    Break("merge_is_told_once", "UPDATE sac_contact SET merged_into_id = NULL"),
    Break("merge_is_told_once", "UPDATE sac_contactmerge SET undone_at = now()"),
    Break("merge_is_told_once", f"UPDATE sac_contactmerge SET kept_id = {GONE}"),
    Break(
        "merge_is_told_once",
        "UPDATE sac_contact SET merged_into_id = id WHERE merged_into_id IS NOT NULL;"
        " UPDATE sac_contactmerge SET kept_id = gone_id",
    ),
    Break("shown_phone_is_an_identity", "UPDATE sac_contact SET phone = '+5511000000000'"),
]

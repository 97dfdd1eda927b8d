"""What is always true of a ticket: its state, its trail, and what the list shows of it."""

from sac.invariants.invariant import Invariant, once

# The steps that say where a ticket is, and with whom.
MOVES = (
    "('created', 'queued', 'taken', 'taken_over', 'transferred_in', 'returned', 'closed',"
    " 'reopened')"
)
# Spaces as Python's split() knows them: a preview has other ones than its message.
SPACES = r"'[\s\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+'"

INVARIANTS = (
    once(
        "one_live_ticket",
        "ticket that is waiting or open",
        "sac_ticket",
        "conversation_id",
        "status IN ('waiting', 'open')",
    ),
    Invariant(
        name="ticket_is_coherent",
        meaning="a waiting ticket is nobody's, an open one is somebody's since some time, and a"
        " closed one owes nothing",
        of="ticket",
        sql="""
            SELECT id FROM sac_ticket WHERE NOT CASE status
                WHEN 'waiting' THEN num_nonnulls(attendant_id, taken_at, closed_at) = 0
                WHEN 'open' THEN num_nulls(attendant_id, taken_at) = 0 AND closed_at IS NULL
                WHEN 'closed' THEN closed_at IS NOT NULL AND new_since IS NULL
                    AND waiting_since IS NULL
                ELSE false END
        """,
    ),
    Invariant(
        name="ticket_tells_its_events",
        meaning="status, attendant, department and times of a ticket are those of its last step",
        of="ticket",
        sql=f"""
            WITH step AS (
                SELECT DISTINCT ON (ticket_id) ticket_id, kind, at, attendant_id, department_id,
                    kind IN ('created', 'queued', 'returned') OR attendant_id IS NULL
                        AND kind IN ('transferred_in', 'reopened') AS is_queued
                FROM sac_ticketevent WHERE kind IN {MOVES} ORDER BY ticket_id, revision DESC
            )
            SELECT ticket.id FROM sac_ticket AS ticket LEFT JOIN step ON step.ticket_id = ticket.id
            WHERE coalesce(CASE
                WHEN step.is_queued THEN ticket.status = 'waiting' AND ticket.queued_at <= step.at
                WHEN step.kind = 'closed' THEN ticket.status = 'closed'
                    AND ticket.closed_at = step.at
                    AND ticket.closed_by_id IS NOT DISTINCT FROM step.attendant_id
                ELSE ticket.status = 'open' AND ticket.attendant_id = step.attendant_id
                    AND (ticket.taken_at = step.at OR step.kind = 'reopened')
                END, false) IS FALSE
                -- What the menu chose is no step of its own.
                OR step.kind NOT IN ('created', 'queued')
                    AND ticket.department_id IS DISTINCT FROM step.department_id
        """,  # noqa: S608 - our own text
    ),
    Invariant(
        name="ticket_begins_and_is_answered_once",
        meaning="a ticket was created once and first answered at most once, at the times it says",
        of="ticket",
        sql="""
            SELECT ticket.id FROM sac_ticket AS ticket LEFT JOIN (
                SELECT ticket_id,
                    count(*) FILTER (WHERE kind = 'created') AS begun,
                    min(at) FILTER (WHERE kind = 'created') AS begun_at,
                    count(*) FILTER (WHERE kind = 'first_reply') AS answered,
                    min(at) FILTER (WHERE kind = 'first_reply') AS answered_at,
                    count(*) FILTER (WHERE kind = 'queued') AS queued
                FROM sac_ticketevent WHERE kind IN ('created', 'queued', 'first_reply')
                GROUP BY ticket_id
            ) AS told ON told.ticket_id = ticket.id
            WHERE told.begun IS DISTINCT FROM 1 OR told.answered > 1
                OR told.begun_at <> ticket.created_at
                OR told.answered_at IS DISTINCT FROM ticket.first_reply_at
                -- What the store itself began nobody asked: there is nothing to be measured.
                AND (told.queued > 0 OR ticket.first_reply_at <> ticket.created_at)
        """,
    ),
    Invariant(
        name="code_is_counted",
        meaning="no ticket has a code above the last one its store's year gave out",
        of="ticket",
        sql=r"""
            SELECT ticket.id FROM sac_ticket AS ticket LEFT JOIN sac_ticketcounter AS counter
                ON counter.store_id = ticket.store_id
                AND counter.year::text = split_part(ticket.code, '-', 1)
            WHERE CASE WHEN ticket.code ~ '^[0-9]{4}-[0-9]{6,}$'
                THEN split_part(ticket.code, '-', 2)::numeric > coalesce(counter.last_number, 0)
                ELSE true END
        """,
    ),
    Invariant(
        name="closed_is_counted",
        meaning="the sums of closed tickets are those of the tickets, for whoever took part too",
        of="store",
        sql="""
            SELECT store_id AS id FROM (
                SELECT store_id, instance_id, department_id, attendant_id, NULL AS guest_id,
                    1 AS tickets
                FROM sac_ticket WHERE status = 'closed'
                UNION ALL
                SELECT ticket.store_id, instance_id, ticket.department_id, ticket.attendant_id,
                    guest.attendant_id, 1
                FROM (SELECT DISTINCT ticket_id, attendant_id FROM sac_ticketevent) AS guest
                JOIN sac_ticket AS ticket ON ticket.id = guest.ticket_id
                WHERE status = 'closed' AND guest.attendant_id IS NOT NULL
                    AND guest.attendant_id IS DISTINCT FROM ticket.attendant_id
                UNION ALL
                SELECT store_id, instance_id, department_id, attendant_id, guest_id, -tickets
                FROM sac_closedcount
            ) AS told
            GROUP BY store_id, instance_id, department_id, attendant_id, guest_id
            HAVING sum(tickets) <> 0
        """,
    ),
    once("code_once", "ticket", "sac_ticket", "store_id, code"),
    Invariant(
        name="waiting_clock_is_right",
        meaning="a live ticket owes an answer since the first thing its customer said after the"
        " last answer, and otherwise none",
        of="ticket",
        sql="""
            SELECT ticket.id FROM sac_ticket AS ticket
            LEFT JOIN LATERAL (
                SELECT max(id) AS id FROM sac_message
                WHERE ticket_id = ticket.id AND direction = 'out' AND origin <> 'bot'
            ) AS answer ON true
            LEFT JOIN LATERAL (
                SELECT sent_at FROM sac_message WHERE ticket_id = ticket.id AND direction = 'in'
                    AND id > coalesce(answer.id, 0) ORDER BY id LIMIT 1
            ) AS question ON true
            WHERE ticket.status IN ('waiting', 'open')
                AND ticket.waiting_since IS DISTINCT FROM question.sent_at
        """,
    ),
    Invariant(
        name="list_shows_the_last_message",
        meaning="a ticket's row shows its newest message, by the provider's second and arrival",
        of="ticket",
        sql="""
            SELECT ticket.id FROM sac_ticket AS ticket
            JOIN sac_message AS message ON message.ticket_id = ticket.id
            LEFT JOIN sac_message AS shown ON shown.id = ticket.preview_message_id
            WHERE message.state <> 'superseded' AND (shown.id IS NULL
                OR (date_trunc('second', message.sent_at), message.id)
                    > (date_trunc('second', shown.sent_at), shown.id))
        """,
    ),
    Invariant(
        name="preview_is_of_its_message",
        meaning="text, kind, state, author and direction on the list are of the message shown",
        of="ticket",
        sql=rf"""
            SELECT ticket.id FROM sac_ticket AS ticket
            LEFT JOIN sac_message AS shown ON shown.id = ticket.preview_message_id
            WHERE ticket.preview_message_id IS NOT NULL AND (
                shown.ticket_id IS DISTINCT FROM ticket.id
                OR (shown.kind, shown.direction) <> (ticket.preview_kind, ticket.preview_direction)
                -- A note leaves there who last spoke with the customer.
                OR shown.direction <> 'note' AND shown.origin <> ticket.preview_origin
                OR shown.attendant_id IS DISTINCT FROM ticket.preview_attendant_id
                -- Nobody is told that a message is being sent, only what came of it.
                OR CASE shown.state WHEN 'sending' THEN 'queued' ELSE shown.state END
                    <> ticket.preview_state
                OR NOT starts_with(regexp_replace(shown.text, {SPACES}, '', 'g'),
                    regexp_replace(ticket.preview, {SPACES}, '', 'g'))
                OR ticket.preview = '' AND regexp_replace(shown.text, {SPACES}, '', 'g') <> '')
        """,  # noqa: S608 - our own text
    ),
    Invariant(
        name="last_activity_is_of_a_message",
        meaning="a ticket's last activity is the time of its latest message",
        of="ticket",
        sql="""
            SELECT ticket.id FROM sac_ticket AS ticket JOIN (
                SELECT ticket_id, max(sent_at) AS at FROM sac_message
                -- A closing text that was taken back was never said.
                WHERE state <> 'superseded' OR origin <> 'bot' GROUP BY ticket_id
            ) AS latest ON latest.ticket_id = ticket.id WHERE latest.at <> ticket.last_activity_at
        """,
    ),
    Invariant(
        name="ticket_in_its_conversation",
        meaning="a ticket and its steps are of one conversation, on one number",
        of="ticket",
        sql="""
            SELECT ticket.id FROM sac_ticket AS ticket
            JOIN sac_conversation AS home ON home.id = ticket.conversation_id
            WHERE ticket.instance_id <> home.instance_id
            UNION ALL
            SELECT ticket.id FROM sac_ticketevent AS step
            JOIN sac_ticket AS ticket ON ticket.id = step.ticket_id
            WHERE step.conversation_id <> ticket.conversation_id
        """,
    ),
)

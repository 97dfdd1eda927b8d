"""What is always true of a message, and of the inbox it came through."""

from sac.invariants.invariant import Invariant, once

INVARIANTS = (
    Invariant(
        name="message_in_its_conversation",
        meaning="a message is of its ticket's conversation and of its conversation's number",
        of="message",
        sql="""
            SELECT message.id FROM sac_message AS message
            JOIN sac_conversation AS home ON home.id = message.conversation_id
            LEFT JOIN sac_ticket AS ticket ON ticket.id = message.ticket_id
            WHERE message.instance_id <> home.instance_id
                OR ticket.conversation_id <> message.conversation_id
        """,
    ),
    Invariant(
        name="nothing_is_said_after_closing",
        meaning="no message of a closed ticket is younger than its closing, but for notes",
        of="message",
        sql="""
            SELECT message.id FROM sac_message AS message
            JOIN sac_ticket AS ticket ON ticket.id = message.ticket_id
            WHERE ticket.status = 'closed' AND message.created_at > ticket.closed_at
                AND message.direction <> 'note'
        """,
    ),
    Invariant(
        name="message_is_coherent",
        meaning="a customer's message is received, named by the provider and, but for calls and"
        " what was said before the number was here, in a ticket; one of ours has a lease exactly"
        " while it is being sent and no name before it is accepted; a note never leaves",
        of="message",
        sql="""
            SELECT id FROM sac_message WHERE CASE direction
                WHEN 'in' THEN state <> 'received' OR provider_id IS NULL
                    OR ticket_id IS NULL AND kind <> 'call' AND NOT content ? 'history'
                WHEN 'out' THEN state = 'received'
                    OR (state = 'sending') <> (lease_until IS NOT NULL)
                    OR state IN ('sending', 'unknown') AND send_started_at IS NULL
                    OR state = 'queued' AND next_attempt_at IS NULL
                    OR state IN
                        ('queued', 'held', 'sending', 'unknown', 'unconfirmed', 'superseded')
                        AND provider_id IS NOT NULL
                ELSE state <> 'received' OR provider_id IS NOT NULL OR ticket_id IS NULL END
        """,
    ),
    Invariant(
        name="message_stands_at_its_second",
        meaning="the place of a message in its thread begins with the second it was sent",
        of="message",
        sql="""
            SELECT id FROM sac_message
            WHERE (sort_key >> 30) <> floor(extract(epoch FROM sent_at))
        """,
    ),
    once(
        "provider_id_once",
        "message",
        "sac_message",
        "instance_id, provider_id",
        "provider_id IS NOT NULL",
    ),
    once(
        "client_uuid_once",
        "message",
        "sac_message",
        "store_id, client_uuid",
        "client_uuid IS NOT NULL",
    ),
    Invariant(
        name="inbox_ended_one_way",
        meaning="an event that is done has its time and no error; one that is parked has its error",
        of="inbound event",
        sql="""
            SELECT id FROM automacao_inboundevent
            WHERE status = 'done' AND (error <> '' OR processed_at IS NULL)
                OR status = 'parked' AND (error = '' OR processed_at IS NOT NULL)
        """,
    ),
)

"""What is always true of what the desk sends."""

from sac.invariants.invariant import Invariant, once

INVARIANTS = (
    Invariant(
        name="no_lease_is_overdue",
        meaning="nothing is still being sent long after its lease: the sweep makes it unknown",
        of="message",
        sql="""
            SELECT id FROM sac_message WHERE state = 'sending'
                AND coalesce(lease_until < %(now)s - make_interval(secs => %(slack)s), true)
        """,
    ),
    Invariant(
        name="no_unknown_is_overdue",
        meaning="what nothing settled in time is shown to a person; a large file has longer",
        of="message",
        sql="""
            SELECT message.id FROM sac_message AS message
            LEFT JOIN sac_media AS media ON media.message_id = message.id
            WHERE message.state = 'unknown'
                AND message.send_started_at < %(now)s - make_interval(
                    secs => %(undecided)s + coalesce(media.size, 0) * %(per_byte)s)
        """,
    ),
    once(
        "one_in_flight",
        "message being sent or of unknown fate",
        "sac_message",
        "conversation_id",
        "state IN ('sending', 'unknown')",
    ),
    Invariant(
        name="outbox_keeps_its_order",
        meaning="no later message of a conversation began to leave since an earlier one stands in"
        " the queue",
        of="message",
        sql="""
            SELECT later.id FROM sac_message AS earlier
            JOIN sac_message AS later
                ON later.conversation_id = earlier.conversation_id AND later.id > earlier.id
            -- One that a person sent again stands there since then.
            WHERE earlier.state = 'queued' AND later.send_started_at > CASE
                WHEN earlier.send_started_at IS NULL THEN '-infinity'
                WHEN earlier.attempts = 0 THEN earlier.next_attempt_at
                ELSE earlier.send_started_at END
            -- What left before two conversations became one stood in another queue.
            AND NOT EXISTS (SELECT FROM sac_conversation AS home JOIN sac_contactmerge AS told
                ON home.contact_id IN (told.kept_id, told.gone_id)
                WHERE home.id = earlier.conversation_id
                    AND told.merged_at >= later.send_started_at)
        """,
    ),
    Invariant(
        name="early_status_is_applied",
        meaning="a status that came before its message is applied soon after that came",
        of="early status",
        sql="""
            SELECT early.id FROM sac_earlystatus AS early JOIN sac_message AS message
                ON message.instance_id = early.instance_id
                AND message.provider_id = early.provider_id
            WHERE message.direction = 'out' AND greatest(early.received_at, message.created_at)
                < %(now)s - make_interval(secs => %(slack)s)
        """,
    ),
)

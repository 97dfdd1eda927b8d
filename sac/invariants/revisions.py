"""What revisions can prove.

Every change of a conversation takes its next revision and stamps the row it changed. So a row that
is changed again loses its older stamp, and an edit of the contact stamps no row of the conversation
at all. Gapless therefore means: no stamp is above the conversation's revision, no two are equal,
and above the last stamp of an outgoing message (the only kind of row that is stamped again) every
revision is some row's, unless the contact was ever edited.
"""

from sac.invariants.invariant import Invariant

STAMPS = (
    "SELECT conversation_id, revision FROM sac_message"
    " UNION ALL SELECT conversation_id, revision FROM sac_ticketevent"
)

INVARIANTS = (
    Invariant(
        name="revision_is_known",
        meaning="no row is stamped above its conversation's revision",
        of="conversation",
        sql=f"""
            SELECT home.id FROM sac_conversation AS home
            JOIN ({STAMPS}) AS stamp ON stamp.conversation_id = home.id
            WHERE stamp.revision NOT BETWEEN 1 AND home.revision
        """,  # noqa: S608 - our own text
    ),
    Invariant(
        name="revision_once",
        meaning="no two rows of a conversation share a revision",
        of="conversation",
        sql=f"""
            SELECT conversation_id AS id FROM ({STAMPS}) AS stamp
            GROUP BY conversation_id, revision HAVING count(*) > 1
        """,  # noqa: S608 - our own text
    ),
    Invariant(
        name="revision_is_explained",
        meaning="above the last change of an outgoing message every revision is some row's, unless"
        " the contact was edited",
        of="conversation",
        sql=f"""
            WITH moved AS (
                SELECT conversation_id, max(revision) AS last FROM sac_message
                WHERE direction = 'out' GROUP BY conversation_id
            ), told AS (
                SELECT stamp.conversation_id, count(*) AS stamps FROM ({STAMPS}) AS stamp
                LEFT JOIN moved ON moved.conversation_id = stamp.conversation_id
                WHERE stamp.revision > coalesce(moved.last, 0) GROUP BY stamp.conversation_id
            )
            SELECT home.id FROM sac_conversation AS home
            LEFT JOIN moved ON moved.conversation_id = home.id
            LEFT JOIN told ON told.conversation_id = home.id
            WHERE home.revision - coalesce(moved.last, 0) <> coalesce(told.stamps, 0)
                AND NOT EXISTS (
                    SELECT FROM accounts_auditentry AS edit
                    WHERE edit.store_id = home.store_id AND edit.target_id = home.contact_id
                        AND edit.action = 'contact.edited')
        """,  # noqa: S608 - our own text
    ),
)

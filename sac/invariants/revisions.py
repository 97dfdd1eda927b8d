"""What revisions can prove.

Every change of a conversation takes its next revision and stamps the row it changed. So a row that
is changed again loses its older stamp; a look of the team and an edit of the contact stamp no row
of the conversation at all. Gapless therefore means: no stamp is above the conversation's
revision, no two are equal, and above the last stamp of a row that is stamped again (what we sent,
what has a file, what was edited, deleted or reacted to) no two revisions in a row are nobody's, for
only something new can be looked at again; unless the contact was ever edited, or united with
another.
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
        meaning="above the last change of a message that may be changed no two revisions in a row"
        " are nobody's, unless the contact was edited or united with another",
        of="conversation",
        sql=f"""
            WITH moved AS (
                SELECT home.id, home.contact_id, home.store_id, home.revision,
                    coalesce(max(message.revision), 0) AS last
                FROM sac_conversation AS home LEFT JOIN sac_message AS message
                    ON message.conversation_id = home.id AND (message.direction = 'out'
                        OR message.edited_at IS NOT NULL OR message.deleted_at IS NOT NULL
                        OR message.reactions <> '{{}}' OR EXISTS (
                            SELECT FROM sac_media AS file WHERE file.message_id = message.id))
                GROUP BY home.id
            ), known AS (
                SELECT id, last AS revision FROM moved
                UNION ALL SELECT id, revision + 1 FROM moved
                UNION ALL SELECT moved.id, stamp.revision FROM moved
                    JOIN ({STAMPS}) AS stamp ON stamp.conversation_id = moved.id
                    WHERE stamp.revision > moved.last
            ), step AS (
                SELECT id, revision - lag(revision) OVER (PARTITION BY id ORDER BY revision) AS size
                FROM known
            )
            SELECT moved.id FROM step JOIN moved ON moved.id = step.id
            WHERE step.size > 2 AND NOT EXISTS (
                SELECT FROM accounts_auditentry AS edit
                WHERE edit.store_id = moved.store_id AND edit.target_id = moved.contact_id
                    AND edit.action = 'contact.edited')
                AND NOT EXISTS (SELECT FROM sac_contactmerge AS told
                    WHERE moved.contact_id IN (told.kept_id, told.gone_id))
        """,  # noqa: S608 - our own text
    ),
)

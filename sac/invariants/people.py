"""What is always true of customers: who they are, and whom they were found to be."""

from sac.invariants.invariant import Invariant, once

INVARIANTS = (
    once("conversation_once", "conversation", "sac_conversation", "instance_id, contact_id"),
    once("identity_once", "identity", "sac_contactidentity", "store_id, kind, value"),
    Invariant(
        name="merged_contact_holds_nothing",
        meaning="who was found to be somebody else has no identity, ticket, message or step left",
        of="contact",
        sql="""
            SELECT contact.id FROM sac_contact AS contact
            WHERE contact.merged_into_id IS NOT NULL AND (
                EXISTS (SELECT FROM sac_contactidentity AS known
                    WHERE known.contact_id = contact.id)
                OR EXISTS (SELECT FROM sac_conversation AS home
                    WHERE home.contact_id = contact.id AND (
                        EXISTS (SELECT FROM sac_ticket WHERE conversation_id = home.id)
                        OR EXISTS (SELECT FROM sac_message WHERE conversation_id = home.id)
                        OR EXISTS (SELECT FROM sac_ticketevent
                            WHERE conversation_id = home.id))))
        """,
    ),
    Invariant(
        name="merge_is_told_once",
        meaning="a contact was merged into an older one by exactly one union that stands, which"
        " says so",
        of="contact",
        sql="""
            SELECT contact.id FROM sac_contact AS contact LEFT JOIN sac_contactmerge AS told
                ON told.gone_id = contact.id AND told.undone_at IS NULL
            GROUP BY contact.id
            HAVING count(told.id) <> num_nonnulls(contact.merged_into_id)
                OR max(told.kept_id) <> contact.merged_into_id
                OR contact.merged_into_id >= contact.id
        """,
    ),
    Invariant(
        name="shown_phone_is_an_identity",
        meaning="the number a contact shows is one of their identities, unless they were merged",
        of="contact",
        sql="""
            SELECT contact.id FROM sac_contact AS contact
            WHERE contact.phone <> '' AND contact.merged_into_id IS NULL
                AND NOT EXISTS (SELECT FROM sac_contactidentity AS known
                    WHERE known.contact_id = contact.id AND known.kind = 'phone'
                        AND known.value = contact.phone)
        """,
    ),
)

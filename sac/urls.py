from django.urls import path

from sac.views import (
    attendants,
    availability,
    close_reasons,
    closing,
    contacts,
    departments,
    desk,
    home,
    messages,
    notes,
    sign_up,
    transfers,
    verbs,
)
from sac.views.media import media, media_playable, media_retry, media_thumbnail

urlpatterns = [
    path("", home.home, name="home"),
    path("cadastro/", sign_up.sign_up, name="sign_up"),
    path("sac/atendimento/", desk.desk, name="desk"),
    path("sac/atendimento/lista/", desk.desk_list, name="desk_list"),
    path("sac/atendimento/contadores/", desk.desk_counts, name="desk_counts"),
    path("sac/atendimento/<str:code>/", desk.ticket, name="ticket"),
    path("sac/atendimento/<str:code>/cabecalho/", desk.ticket_header, name="ticket_header"),
    path("sac/atendimento/<str:code>/novidades/", desk.ticket_changes, name="ticket_changes"),
    path("sac/atendimento/<str:code>/anteriores/", desk.ticket_older, name="ticket_older"),
    path("sac/atendimento/<str:code>/trecho/", desk.ticket_stretch, name="ticket_stretch"),
    path("sac/atendimento/<str:code>/mensagens/", messages.ticket_messages, name="ticket_messages"),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/reenvio/",
        messages.message_retry,
        name="message_retry",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/confirmacao/",
        messages.message_confirm,
        name="message_confirm",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/cancelamento/",
        messages.message_drop,
        name="message_drop",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/reacao/",
        messages.message_reaction,
        name="message_reaction",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/edicao/",
        messages.message_edition,
        name="message_edition",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/exclusao/",
        messages.message_deletion,
        name="message_deletion",
    ),
    path("sac/atendimento/<str:code>/notas/", notes.ticket_notes, name="ticket_notes"),
    path("sac/atendimento/<str:code>/equipe/", notes.ticket_team, name="ticket_team"),
    path("sac/atendimento/<str:code>/mencoes/", notes.ticket_mentions, name="ticket_mentions"),
    path(
        "sac/atendimento/<str:code>/localizacao/", messages.ticket_location, name="ticket_location"
    ),
    path("sac/atendimento/<str:code>/cartao/", messages.ticket_card, name="ticket_card"),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/arquivo/",
        media_retry,
        name="media_retry",
    ),
    path("sac/atendimento/<str:code>/posse/", verbs.ticket_claim, name="ticket_claim"),
    path(
        "sac/atendimento/<str:code>/substituicao/", verbs.ticket_take_over, name="ticket_take_over"
    ),
    path(
        "sac/atendimento/<str:code>/transferencia/",
        transfers.ticket_transfer,
        name="ticket_transfer",
    ),
    path("sac/atendimento/<str:code>/devolucao/", transfers.ticket_return, name="ticket_return"),
    path("sac/atendimento/<str:code>/contato/", contacts.ticket_contact, name="ticket_contact"),
    path(
        "sac/atendimento/<str:code>/contato/unioes/<int:merge_id>/",
        contacts.contact_merge,
        name="contact_merge",
    ),
    path("sac/atendimento/<str:code>/historico/", desk.ticket_history, name="ticket_history"),
    path("sac/atendimento/<str:code>/encerramento/", closing.ticket_close, name="ticket_close"),
    path("sac/atendimento/<str:code>/reabertura/", closing.ticket_reopen, name="ticket_reopen"),
    path("sac/atendimento/<str:code>/visualizacao/", verbs.ticket_seen, name="ticket_seen"),
    path("sac/atendimento/<str:code>/rascunho/", verbs.ticket_draft, name="ticket_draft"),
    path("sac/arquivos/<int:media_id>/", media, name="media"),
    path("sac/arquivos/<int:media_id>/miniatura/", media_thumbnail, name="media_thumbnail"),
    path("sac/arquivos/<int:media_id>/reproducao/", media_playable, name="media_playable"),
    path("sac/disponibilidade/", availability.availability, name="availability"),
    path("configuracoes/motivos/", close_reasons.close_reason_list, name="close_reason_list"),
    path("configuracoes/motivos/novo/", close_reasons.close_reason_new, name="close_reason_new"),
    path(
        "configuracoes/motivos/<int:reason_id>/",
        close_reasons.close_reason_edit,
        name="close_reason_edit",
    ),
    path("sac/departamentos/", departments.department_list, name="department_list"),
    path("sac/departamentos/novo/", departments.department_new, name="department_new"),
    path(
        "sac/departamentos/<int:department_id>/",
        departments.department_edit,
        name="department_edit",
    ),
    path("sac/atendentes/", attendants.attendant_list, name="attendant_list"),
    path("sac/atendentes/novo/", attendants.attendant_new, name="attendant_new"),
    path("sac/atendentes/eu/", attendants.attendant_self, name="attendant_self"),
    path("sac/atendentes/eu/saida/", attendants.attendant_self_end, name="attendant_self_end"),
    path("sac/atendentes/<int:attendant_id>/", attendants.attendant_edit, name="attendant_edit"),
    path(
        "sac/atendentes/<int:attendant_id>/situacao/",
        attendants.attendant_state,
        name="attendant_state",
    ),
]

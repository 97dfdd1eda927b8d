from django.urls import path

from sac.views import contacts, desk, home, sign_up, transfers, verbs

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
    path("sac/atendimento/<str:code>/mensagens/", verbs.ticket_messages, name="ticket_messages"),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/reenvio/",
        verbs.message_retry,
        name="message_retry",
    ),
    path(
        "sac/atendimento/<str:code>/mensagens/<int:message_id>/confirmacao/",
        verbs.message_confirm,
        name="message_confirm",
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
    path("sac/atendimento/<str:code>/historico/", desk.ticket_history, name="ticket_history"),
    path("sac/atendimento/<str:code>/encerramento/", verbs.ticket_close, name="ticket_close"),
    path("sac/atendimento/<str:code>/visualizacao/", verbs.ticket_seen, name="ticket_seen"),
    path("sac/atendimento/<str:code>/rascunho/", verbs.ticket_draft, name="ticket_draft"),
]

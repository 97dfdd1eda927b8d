"""A busy quarter of an hour: two attendants, a supervisor and forty customers, told in acts."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import UNDO_FOR
from tests.e2e.glass import open_talk, row, settled, tab, until
from tests.e2e.kinds import payload
from tests.e2e.quarter import (
    CROWD,
    EARS,
    GOODBYE,
    LATE,
    LEADS,
    LIMIT,
    REASON,
    Stage,
    assume,
    counted,
    counter,
    figure,
    load_all,
    names,
    pending,
)
from tests.e2e.quarter_talk import (
    a_long_thread_is_read_upwards,
    a_message_is_answered_and_acted_on,
    nothing_goes_along_to_another_customer,
    the_box_writes_fast,
    the_keyboard_and_the_search_lead_anywhere,
    what_nobody_saw_stands_under_a_line,
)
from tests.e2e.quarter_team import (
    a_conversation_goes_to_a_colleague,
    conversations_end,
    somebody_is_written_to_first,
    the_contact_is_edited_in_place,
    the_supervisor_hands_several_on,
    the_supervisor_takes_over,
    the_team_talks_among_itself,
    two_click_assumir_at_once,
    who_does_not_answer_gives_back,
)
from tests.running import Running, running
from tests.sac.media.corpus import PDF
from tests.tally import Tally

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A store of its own: its owner changes how everybody answers, and every number is counted."""
    with running(
        tmp_path_factory.mktemp("quarter"), redis_database=41, EVENDAS_CLOSE_UNDO_FOR=str(UNDO_FOR)
    ) as stack:
        yield stack


@pytest.fixture
def stage(desk: Running, sign_in: Callable[..., Page]) -> Iterator[Stage]:
    expect.set_options(timeout=30_000)
    granted = ["clipboard-read", "clipboard-write", "notifications"]
    dono, ana, bia, sara = (
        sign_in(who, permissions=granted) for who in ("dono", "ana", "bia", "sara")
    )
    for page in (dono, ana, bia, sara):
        page.set_default_timeout(30_000)
        page.context.add_init_script(EARS)
    yield Stage(desk, dono, ana, bia, sara)
    expect.set_options(timeout=15_000)


def test_a_busy_quarter_of_an_hour(stage: Stage, complaints: list[str], tally: Tally) -> None:
    began = time.monotonic()
    the_owner_prepares_the_store(stage)
    each_prepares_their_own_desk(stage)
    the_doors_open(stage)
    the_list_is_filtered_and_the_way_back_undoes_it(stage)
    nothing_moves_under_the_pointer(stage)
    a_wait_grows_amber_and_red(stage)
    two_click_assumir_at_once(stage)
    the_supervisor_takes_over(stage)
    who_does_not_answer_gives_back(stage)
    what_nobody_saw_stands_under_a_line(stage)
    a_message_is_answered_and_acted_on(stage)
    a_long_thread_is_read_upwards(stage)
    the_box_writes_fast(stage)
    nothing_goes_along_to_another_customer(stage)
    the_team_talks_among_itself(stage)
    the_contact_is_edited_in_place(stage)
    a_conversation_goes_to_a_colleague(stage)
    the_supervisor_hands_several_on(stage)
    somebody_is_written_to_first(stage)
    the_keyboard_and_the_search_lead_anywhere(stage)
    conversations_end(stage)
    the_month_has_counted(stage)
    nothing_was_lost_doubled_or_left_stale(stage)
    tally(f"busy quarter: {len(stage.phones)} customers in {time.monotonic() - began:.0f} s")
    # What a person was refused the browser notes down as well.
    assert [one for one in complaints if not re.search(r"status of 4(09|22)", one)] == []


# --- Before the doors open ------------------------------------------------------------------------


def the_owner_prepares_the_store(stage: Stage) -> None:
    """Signature, reasons, closing text, a tag, and ready answers for all."""
    page, web = stage.dono, stage.desk.web
    page.goto(f"{web}configuracoes/")
    page.get_by_label("Assinar mensagens com o apelido").check()
    page.get_by_label("Exigir motivo ao encerrar").check()
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".notice-done")).to_be_visible()
    page.goto(f"{web}configuracoes/motivos/novo/")
    page.get_by_label("Motivo").fill(REASON)
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.locator("main")).to_contain_text(REASON)
    page.goto(f"{web}configuracoes/etiquetas/nova/")
    page.get_by_label("Etiqueta").fill("Troca")
    page.get_by_text("Laranja").click()
    page.get_by_role("button", name="Cadastrar").click()
    expect(page.locator(".chip-orange")).to_contain_text("Troca")
    page.goto(f"{web}automacao/sincronizar-whatsapp/")
    page.get_by_role("link", name="Editar").click()
    page.get_by_text("Chatbot", exact=True).click()
    page.get_by_label("Mensagem de encerramento").fill(GOODBYE)
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".notice-done")).to_be_visible()
    ready_answer(stage, page, "prazo", "{{saudacao}}! O pedido {{pedido}} chega amanhã.")
    table = payload("tabela.pdf", "application/pdf", PDF)
    ready_answer(stage, page, "tabela", "Segue a tabela", table, scope="Departamento Suporte")


def ready_answer(
    stage: Stage, page: Page, shortcut: str, text: str, *files: Any, scope: str = ""
) -> None:
    page.goto(f"{stage.desk.web}sac/respostas-rapidas/nova/")
    page.get_by_label("Atalho").fill(shortcut)
    page.get_by_label("Texto").fill(text)
    page.get_by_label("Arquivo").set_input_files(list(files))
    if scope:
        page.get_by_label("Quem pode usar").select_option(label=scope)
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Resposta rápida salva.")).to_be_visible()


def each_prepares_their_own_desk(stage: Stage) -> None:
    """Ana keeps an answer of her own; Bia wants Ctrl + Enter, and to be told of everything."""
    ready_answer(stage, stage.ana, "grata", "Eu que agradeço, {{primeiro_nome}}!")
    bia = stage.bia
    bia.goto(f"{stage.desk.web}sac/preferencias/")
    bia.get_by_label("Ctrl + Enter (Enter quebra a linha)").check()
    bia.get_by_label("Avisos sonoros").select_option(label="Todas que eu vejo")
    bia.get_by_label("Notificações na área de trabalho").check()
    expect(bia.locator("#notices-told")).to_have_text(
        "Notificações permitidas. Salve para usá-las."
    )
    bia.get_by_role("button", name="Testar aviso").click()
    expect(bia.locator("#notices-told")).to_have_text("Som tocado e notificação enviada.")
    assert bia.evaluate("told") == ["tone", "E-Vendas SAC: Assim chega um aviso."]
    bia.get_by_role("button", name="Salvar").click()
    expect(bia.locator(".notice-done")).to_be_visible()
    for page in stage.team:
        stage.goto(page)
        page.evaluate("window.neverReloaded = true")


# --- The list -------------------------------------------------------------------------------------


def the_doors_open(stage: Stage) -> None:
    """Thirty-four people write at once, and everybody sees it: rows, counters, title, icon."""
    before = [(counted(page, "waiting"), pending(page)) for page in stage.team]
    stage.bia.evaluate("document.hasFocus = () => false")
    stage.bia.locator("h1").click()
    stage.arrive(*LEADS, *CROWD)
    for page, (waiting, pends) in zip(stage.team, before, strict=True):
        expect(counter(page, "waiting")).to_have_text(str(waiting + 34))
        expect(row(page, "Marina Teles")).to_contain_text("NOVO")
        expect(page).to_have_title(re.compile(rf"^\({pends + 34}\) "))
        expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("^data:image"))
    mine = row(stage.ana, "Marina Teles")
    for words in ("Oi, sou Marina Teles", "Sem departamento", "Lead", "aguardando há 1 min"):
        expect(mine).to_contain_text(words)
    until(stage.bia, lambda: "tone" in stage.bia.evaluate("told"), seconds=LIMIT)
    until(stage.bia, lambda: "Oi, sou" in str(stage.bia.evaluate("told")), seconds=LIMIT)
    stage.bia.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
    # However many there are, a page has thirty; the others come by scroll, none lost or twice.
    stage.goto(stage.sara)
    expect(stage.sara.locator("#rows .row")).to_have_count(30)
    load_all(stage.sara, counted(stage.sara, "waiting"))
    assert {*LEADS, *CROWD} <= set(names(stage.sara))


def the_list_is_filtered_and_the_way_back_undoes_it(stage: Stage) -> None:
    sara = stage.sara
    everybody = counted(sara, "waiting")
    sara.get_by_label("Departamento", exact=True).select_option("Suporte")
    expect(sara).to_have_url(re.compile(r"\?situacao=aguardando&departamento=\d+$"))
    expect(row(sara, "Joana D'Ávila").locator(".chip-green")).to_contain_text("Suporte")
    settled(sara)
    expect(counter(sara, "waiting")).to_have_text(str(len(names(sara))))
    sara.get_by_label("Não lidas").check()
    sara.get_by_label("Não respondidas").check()
    expect(sara).to_have_url(re.compile(r"&novas=sim&resposta=pendente$"))
    # Somebody who is sent the address sees the same.
    shared = sara.context.new_page()
    shared.goto(sara.url)
    expect(shared.get_by_label("Não lidas")).to_be_checked()
    settled(sara)
    assert names(shared) == names(sara)
    shared.close()
    for _ in range(3):
        sara.go_back()
    expect(counter(sara, "waiting")).to_have_text(str(everybody))
    expect(sara.get_by_label("Não lidas")).not_to_be_checked()
    sara.get_by_label("Minhas").check()
    expect(sara).to_have_url(re.compile("quem=minhas$"))
    expect(sara.get_by_text("Nenhuma conversa com este filtro")).to_be_visible()
    expect(counter(sara, "waiting")).to_have_text("0")
    sara.get_by_role("link", name="Limpar filtros").last.click()
    expect(counter(sara, "waiting")).to_have_text(str(everybody))


def nothing_moves_under_the_pointer(stage: Stage) -> None:
    """One more comes while Sara aims: the counter goes on, the rows wait for her hand."""
    sara = stage.sara
    stage.goto(sara, "?ordem=recentes")
    first = sara.locator("#rows .row").first
    first.hover()
    aimed, place, before = names(sara)[0], first.bounding_box(), counted(sara, "waiting")
    stage.arrive("Zilda Rocha")
    expect(sara.get_by_role("button", name="1 atualização")).to_be_visible()
    expect(counter(sara, "waiting")).to_have_text(str(before + 1))
    assert row(sara, aimed).bounding_box() == place
    expect(row(sara, "Zilda Rocha")).to_have_count(0)
    sara.mouse.move(1200, 500)
    expect(sara.locator("#rows .row-name").first).to_contain_text("Zilda Rocha")


def a_wait_grows_amber_and_red(stage: Stage) -> None:
    """In a window of its own: its clock is ahead of everybody's."""
    ahead = stage.again(stage.ana)
    ahead.clock.install()
    stage.goto(ahead, "?ordem=recentes")
    wait = row(ahead, "Zilda Rocha").locator(".row-wait")
    link = row(ahead, "Zilda Rocha").get_by_role("link")
    expect(wait).to_have_attribute("data-level", "")
    ahead.clock.run_for(6 * 60_000)
    expect(wait).to_have_attribute("data-level", "warning")
    expect(link).to_have_accessible_name(re.compile("espera longa"))
    ahead.clock.run_for(10 * 60_000)
    expect(wait).to_have_attribute("data-level", "alarm")
    expect(link).to_have_accessible_name(re.compile("espera crítica"))
    ahead.context.close()


# --- The end --------------------------------------------------------------------------------------


def the_month_has_counted(stage: Stage) -> None:
    """One more in hand is one more attended to; every figure opens the list it counts."""
    ana = stage.ana
    before = int(figure(ana, "Atendidos").inner_text())
    tab(ana, "Aguardando")
    assume(ana, "Noel Castro")
    expect(figure(ana, "Atendidos")).to_have_text(str(before + 1))
    expect(figure(ana, "Satisfação")).to_have_text("—")
    for label in ("TMPR", "TMA"):
        expect(figure(ana, label)).to_have_text(re.compile(r"\d"))
    for label in ("Atendidos", "Em aberto", "Encerrados"):
        many = int(figure(ana, label).inner_text())
        figure(ana, label).get_by_role("link").click()
        load_all(ana, many)
    expect(row(ana, "Marina Teles")).to_be_visible()
    assert ana.locator("#figure-words").inner_text().startswith("encerrados em")
    ana.go_back()
    ana.go_back()
    ana.go_back()
    expect(ana.locator("#figure-bar")).to_be_hidden()


def nothing_was_lost_doubled_or_left_stale(stage: Stage) -> None:
    assert len({*LEADS, *CROWD, *LATE, "Zilda Rocha"}) == 40
    stage.goto(stage.sara, "?situacao=em-aberto")
    open_talk(stage.sara, "Paula Nunes Prado")
    stage.settle()
    assert stage.lost_or_doubled() == {}
    stage.check_invariants()
    stage.await_truth()

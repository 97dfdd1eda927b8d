"""Acts of the busy quarter among colleagues: whose it is, who knows of it, how it ends."""

import re

from playwright.sync_api import Page, Route, expect

from tests.e2e.glass import box, open_talk, row, tab, until
from tests.e2e.quarter import (
    GOODBYE,
    LATE,
    LIMIT,
    NICKNAME,
    REASON,
    Stage,
    alert,
    assume,
    counted,
    counter,
    go_to,
    listed,
    load_all,
    names,
    said,
    transfer,
    write,
)


def two_click_assumir_at_once(stage: Stage) -> None:
    """All three peek at Otávio, who learns nothing of it; two want him, and one has him."""
    ana, bia, sara = stage.team
    for page in stage.team:
        stage.goto(page)
        go_to(page, "Otávio Reis")
        expect(page.locator("#composer")).to_contain_text("Você está espiando")
    expect(listed(ana, "Otávio Reis")).not_to_contain_text("NOVO")
    for who in ("Bia", "Sara"):
        expect(ana.locator("#viewers")).to_contain_text(who)
    sara.get_by_label("Mensagem para Otávio Reis").press_sequentially("Bom dia")
    expect(ana.locator("#writers")).to_have_text(re.compile("^Sara.* está escrevendo…$"))
    with sara.expect_response("**/rascunho/"):
        box(sara).fill("")
    assert not stage.blue("Otávio Reis")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    bia.route("**/posse/", hold, times=1)
    bia.get_by_role("button", name="Assumir").click()
    until(bia, lambda: held, seconds=LIMIT)
    ana.get_by_role("button", name="Assumir").click()
    expect(ana.get_by_role("log")).to_contain_text(f"{NICKNAME} assumiu o atendimento")
    held[0].continue_()
    expect(bia.locator("#refusal")).to_contain_text(f"{NICKNAME} já assumiu este atendimento.")
    expect(bia.locator("#composer")).to_contain_text(f"Este atendimento está com {NICKNAME}")
    until(ana, lambda: stage.blue("Otávio Reis"), seconds=LIMIT)
    # The row stays where it was chosen, until another one is.
    expect(listed(ana, "Otávio Reis")).to_have_class(re.compile("is-pinned"))


def the_supervisor_takes_over(stage: Stage) -> None:
    ana, sara = stage.ana, stage.sara
    sara.get_by_role("button", name=f"Assumir de {NICKNAME}").click()
    for page in (ana, sara):
        expect(page.get_by_role("log")).to_contain_text(
            f"Sara – Supervisão assumiu o atendimento de {NICKNAME}"
        )
    expect(ana.locator("#composer")).to_contain_text("Este atendimento está com Sara – Supervisão")
    write(sara, "Bom dia, Otávio!")
    expect(ana.locator("#thread .is-out")).to_contain_text("Bom dia, Otávio!")
    go_to(ana, "Marina Teles")
    expect(row(ana, "Otávio Reis")).to_have_count(0)


def who_does_not_answer_gives_back(stage: Stage) -> None:
    """Mariana Costa has waited for Ana for minutes; the department allows one from now on."""
    page, ana = stage.dono, stage.ana
    page.goto(f"{stage.desk.web}sac/departamentos/")
    page.get_by_role("link", name="Editar Suporte").click()
    minutes = page.get_by_label("Devolver à fila após … minutos sem resposta")
    minutes.fill("1")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".notice-done")).to_be_visible()
    told = alert(ana, "Mariana Costa")
    expect(told).to_contain_text("voltou para a fila", timeout=LIMIT * 1_000)
    expect(told).to_contain_text(f"{NICKNAME} ficou 1 minuto sem responder ao cliente.")
    page.get_by_role("link", name="Editar Suporte").click()
    minutes.fill("")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".notice-done")).to_be_visible()
    told.get_by_role("link", name="Abrir").click()
    expect(ana.get_by_role("log")).to_contain_text(f"Atendimento de {NICKNAME} devolvido à fila")
    expect(alert(stage.sara, "Mariana Costa")).to_contain_text("voltou para a fila de Suporte")


def the_team_talks_among_itself(stage: Stage) -> None:
    """A note names Sara; a tag tells the others what it is about."""
    ana, sara = stage.ana, stage.sara
    before = stage.screen("Paula Nunes")
    ana.get_by_role("button", name="Nota interna").click()
    note = ana.get_by_role("textbox", name="Nota interna sobre")
    note.press_sequentially("Cliente antiga, @sar")
    expect(ana.locator("#offers > li")).to_have_count(1)
    note.press("Tab")
    note.press_sequentially("veja")
    note.press("Enter")
    expect(ana.locator("#thread .is-note")).to_contain_text("Só a equipe vê")
    alert(sara, "citou você").get_by_role("link", name="Abrir").click()
    expect(sara.locator("#thread .is-note")).to_contain_text("Cliente antiga")
    assert stage.screen("Paula Nunes") == before
    ana.get_by_role("link", name="Mudar etiquetas").click()
    dialog = ana.get_by_role("dialog", name="Etiquetas")
    dialog.get_by_label("Troca").check()
    dialog.get_by_role("button", name="Salvar").click()
    tab(sara, "Em aberto")
    expect(row(sara, "Paula Nunes").locator(".chip-orange")).to_contain_text("Troca")
    sara.get_by_label("Mais filtros e ordem").click()
    sara.get_by_label("Etiqueta", exact=True).select_option("Troca")
    expect(counter(sara, "open")).to_have_text("1")
    assert names(sara) == ["Paula Nunes"]
    sara.go_back()
    expect(row(sara, "Otávio Reis")).to_be_visible()


def the_contact_is_edited_in_place(stage: Stage) -> None:
    ana, sara = stage.ana, stage.sara
    ana.get_by_role("link", name="Editar contato").click()
    form = ana.get_by_role("form", name="Editar contato")
    form.get_by_label("Nome").fill("Paula Nunes Prado")
    form.get_by_label("E-mail").fill("paula@")
    form.get_by_label("CPF/CNPJ").fill("529.982.247-26")
    form.get_by_label("Cliente").check()
    form.get_by_label("Anotações").fill("Calça 37")
    form.get_by_role("button", name="Salvar").click()
    expect(form).to_contain_text("Informe um endereço de email válido.")
    expect(form).to_contain_text("CPF ou CNPJ inválido: confira os dígitos.")
    form.get_by_label("E-mail").fill("paula@prado.example")
    form.get_by_label("CPF/CNPJ").fill("52998224725")
    form.get_by_role("button", name="Salvar").click()
    expect(ana.locator("#contact")).to_contain_text("paula@prado.example")
    expect(ana.locator("#contact")).to_contain_text("529.982.247-25")
    # Her phone calls itself something else by now.
    stage.say("Paula Nunes", "Mudei de nome", name="Pá 🌸")
    for page in (ana, sara):
        expect(row(page, "Paula Nunes Prado")).to_contain_text("Mudei de nome")
        expect(row(page, "Paula Nunes Prado")).to_contain_text("Cliente")
    expect(sara.locator("#contact")).to_contain_text("Calça 37")
    assert ana.get_by_text("Pá 🌸").count() == 0


def a_conversation_goes_to_a_colleague(stage: Stage) -> None:
    """Bia is in a pause, and back: the dialog says so. Davi goes to her, Lia back to the queue."""
    ana, bia = stage.ana, stage.bia
    stage.goto(bia, "?situacao=em-aberto")
    bia.locator("h1").click()
    tab(ana, "Aguardando")
    assume(ana, "Davi Luz")
    ana.get_by_role("link", name="Transferir").click()
    line = ana.get_by_role("dialog").locator("label", has_text="Bia – Vendas")
    expect(line).to_contain_text(re.compile(r"\d+ em aberto"))
    for state in ("Em pausa", "Indisponível", "Disponível"):
        bia.get_by_role("button", name="Sua conta").click()
        bia.get_by_role("button", name=state, exact=True).click()
        expect(line.locator(".presence")).to_have_text(state)
        bia.keyboard.press("Escape")
    bia.evaluate("told.length = 0")
    transfer(ana, "Bia – Vendas", "Quer trocar por dois pares 👟")
    told = alert(bia, "Davi Luz")
    expect(told).to_contain_text(f"{NICKNAME} transferiu Davi Luz para você.")
    expect(told).to_contain_text("Quer trocar por dois pares 👟")
    assert "tone" in bia.evaluate("told")
    told.get_by_role("link", name="Abrir").click()
    log = bia.get_by_role("log")
    expect(log).to_contain_text(f"{NICKNAME} transferiu o atendimento para Bia – Vendas")
    expect(log).to_contain_text("Quer trocar por dois pares 👟")
    expect(told).to_have_count(0)
    assume(ana, "Lia Pires")
    ana.get_by_role("link", name="Transferir").click()
    ana.get_by_role("button", name="Devolver à fila").click()
    expect(ana.get_by_role("log")).to_contain_text(f"{NICKNAME} devolveu o atendimento à fila")
    expect(ana.get_by_role("button", name="Assumir")).to_be_visible()


def the_supervisor_hands_several_on(stage: Stage) -> None:
    """Conversas ativas: what comes is there at once, and what is marked goes where it should."""
    sara, bia = stage.sara, stage.bia
    sara.get_by_role("button", name="Sac").click()
    sara.get_by_role("link", name="Conversas ativas").click()
    for place in ("Suporte", "Vendas", "Financeiro", "Sem departamento"):
        expect(sara.get_by_role("heading", name=place, exact=True)).to_be_visible()
    expect(sara.locator(".pile-head", has_text=NICKNAME).first).to_be_visible()
    expect(sara.locator(".wait").first).to_contain_text("min")
    sara.goto(f"{stage.desk.web}sac/ativas/?pilha=0-0")
    for name in ("Elza Brito", "Ivone Sá"):
        sara.get_by_role("checkbox", name=f"Marcar {name}").check()
    stage.arrive(*LATE)
    for name in LATE:
        expect(sara.get_by_role("link", name=name)).to_be_visible()
    expect(sara.locator("#marked")).to_have_text("2 conversas marcadas")
    sara.get_by_label("Passar para").select_option(label="Vendas")
    sara.get_by_role("button", name="Passar adiante").click()
    expect(sara.locator(".outcomes").get_by_text("passou adiante.")).to_have_count(2)
    tab(bia, "Aguardando")
    bia.get_by_label("Departamento", exact=True).select_option("Vendas")
    for name in ("Elza Brito", "Ivone Sá"):
        expect(row(bia, name).locator(".chip-purple")).to_contain_text("Vendas")
    expect(counter(bia, "waiting")).to_have_text(str(len(names(bia))))
    bia.get_by_label("Departamento", exact=True).select_option("Todos os departamentos")
    tab(stage.ana, "Aguardando")
    load_all(stage.ana, counted(stage.ana, "waiting"))
    expect(row(stage.ana, "Elza Brito")).to_have_count(0)


def somebody_is_written_to_first(stage: Stage) -> None:
    """A number is checked before; who is being answered already is not written to twice."""
    ana = stage.ana
    stage.phones["Nádia Reis"] = "5511991690001"
    stage.desk.simulator.phone("5511991690001", name="Nádia")
    stage.desk.simulator.phone("5511991690002", exists=False)
    ana.get_by_role("link", name="Nova conversa").click()
    dialog = ana.get_by_role("dialog", name="Nova conversa")
    phone = dialog.get_by_label("Telefone do cliente")
    start = dialog.get_by_role("button", name="Começar conversa")
    refused = {
        "98765": "Confira o telefone",
        "(11) 99169-0002": "Este número não tem WhatsApp.",
        stage.phones["Paula Nunes"]: f"Este cliente já tem um atendimento com {NICKNAME}.",
    }
    for digits, told in refused.items():
        phone.fill(digits)
        start.click()
        expect(dialog).to_contain_text(told)
    expect(dialog.get_by_role("link", name="Abrir 20")).to_be_visible()
    phone.fill("(11) 99169-0001")
    dialog.get_by_label("Nome").fill("Nádia Reis")
    start.click()
    expect(ana.locator("#chat-name")).to_contain_text("Nádia Reis")
    write(ana, "Bom dia! Seu pedido saiu.")
    stage.say("Nádia Reis", "Que bom!")
    expect(said(ana, "Que bom!")).to_be_visible()


def conversations_end(stage: Stage) -> None:
    """Noel's end is undone, and then meant; he comes back, and what was before stands above."""
    ana = stage.ana
    tab(ana, "Aguardando")
    ana.mouse.move(1200, 500)
    assume(ana, "Noel Castro")
    write(ana, "Posso ajudar, Noel?")
    code = ana.url.split("?")[0].split("/")[-2]
    ends(ana, "Encerrar com mensagem")
    ana.get_by_role("button", name="Desfazer encerramento").click()
    expect(ana.locator("#chat-head")).to_contain_text("Em aberto")
    expect(ana.get_by_role("log")).to_contain_text(f"{NICKNAME} desfez o encerramento")
    expect(ana.get_by_role("log")).not_to_contain_text(GOODBYE)
    ends(ana, "Encerrar sem mensagem")
    stage.say("Noel Castro", "Voltei")
    ana.locator("#composer").get_by_role("link", name="Abrir 20").click()
    expect(said(ana, "Voltei")).to_be_visible()
    here = ana.url
    assert code not in here
    ana.locator("#contact").get_by_role("link", name=code).click()
    log = ana.get_by_role("log")
    expect(log.locator(".chapter-end", has_text=code)).to_be_focused()
    expect(log.locator("#chapters")).to_contain_text("Posso ajudar, Noel?")
    expect(ana.locator("#contact")).to_contain_text("Nenhum pedido encontrado")
    assert ana.url == here
    tab(ana, "Em aberto")
    open_talk(ana, "Marina Teles")
    ends(ana, "Encerrar com mensagem")
    stage.await_(lambda: stage.got("Marina Teles")[-1].text == GOODBYE)
    assert [one.text for one in stage.got("Noel Castro")] == [f"*{NICKNAME}:*\nPosso ajudar, Noel?"]


def ends(page: Page, how: str) -> None:
    page.get_by_role("link", name="Encerrar Atendimento").first.click()
    dialog = page.get_by_role("dialog", name="Encerrar Atendimento")
    dialog.get_by_role("button", name=how).click()
    expect(dialog).to_contain_text("Escolha o motivo do encerramento.")
    dialog.get_by_label("Motivo").select_option(label=REASON)
    dialog.get_by_role("button", name=how).click()
    expect(page.locator("#chat-head")).to_contain_text("Encerrada")

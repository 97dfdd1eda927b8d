// Common emoji with what Brazilians call them: by group, the emoji and the words it is found by.

const GROUPS = {
  "Rostos": `
😀 sorriso feliz alegre
😃 sorriso olhos abertos feliz
😄 sorriso olhos felizes alegria
😁 sorriso dentes
😆 gargalhada risada
😅 suor alívio nervoso risada
😂 rindo chorando lágrimas risada kkk
🤣 rolando de rir gargalhada kkk
🙂 sorriso leve
🙃 cabeça para baixo ironia
😉 piscadinha piscar
😊 sorriso tímido feliz corado
😇 anjo santo auréola
🥰 apaixonado corações amor carinho
😍 apaixonado olhos de coração amor
🤩 encantado estrelas uau
😘 beijo coração
😗 beijo
😚 beijo olhos fechados
😋 delícia gostoso língua
😛 língua
😜 língua piscando brincadeira
🤪 maluco doido
🤗 abraço mãos
🤭 risinho mão na boca ops
🤫 silêncio segredo
🤔 pensando dúvida hum
🫡 continência sim senhor
🤐 boca fechada zíper segredo
🤨 desconfiado sobrancelha
😐 neutro sem graça
😑 sem expressão
😶 sem boca mudo
😏 malicioso sorrisinho
😒 chateado desdém
🙄 revirando os olhos
😬 careta nervoso dentes
😌 aliviado calmo
😔 triste pensativo
😪 sono
😴 dormindo sono zzz
😷 máscara doente
🤒 febre doente termômetro
🤕 machucado curativo
🤧 espirro gripe resfriado
🥵 calor quente
🥶 frio congelando
🥴 tonto
😵 tonto zonzo
🤯 cabeça explodindo chocado
🥳 festa comemorar parabéns aniversário
😎 óculos escuros descolado
🤓 nerd óculos
🧐 monóculo analisando
😕 confuso
😟 preocupado
🙁 triste
😮 surpreso uau boca aberta
😲 espantado chocado
😳 envergonhado corado
🥺 por favor pidão carinha
😢 chorando triste lágrima
😭 chorando muito triste
😱 grito medo susto
😖 frustrado
😞 decepcionado triste
😓 suor cansado
😩 cansado exausto
😫 cansado exausto
🥱 bocejo sono tédio
😤 bufando irritado
😡 bravo raiva vermelho
😠 bravo irritado
🤬 xingando palavrão raiva
😈 diabinho
💀 caveira morto
💩 cocô
🤡 palhaço
👻 fantasma
🤖 robô chatbot
😺 gato sorrindo`,
  "Gestos e pessoas": `
👍 joinha positivo ok curtir sim
👎 negativo não gostei
👌 ok perfeito certo
✌️ paz vitória
🤞 dedos cruzados sorte torcendo
🤟 te amo
🤘 rock
🤙 hang loose me liga beleza
👈 esquerda apontar
👉 direita apontar
👆 cima apontar
👇 baixo apontar abaixo
☝️ um dedo atenção
✋ mão pare
👋 tchau oi aceno olá
👏 palmas parabéns aplauso
🙌 comemorar mãos para cima
🫶 coração com as mãos carinho
🤝 aperto de mão acordo combinado negócio
🙏 obrigado por favor gratidão rezar
💪 força músculo
🫰 coração dedos
✍️ escrevendo anotar
💅 unhas esmalte
🤳 selfie
👀 olhos olhando ver
🧠 cérebro ideia
👶 bebê
👦 menino
👧 menina
👨 homem
👩 mulher
👴 idoso vovô
👵 idosa vovó
🙋 mão levantada eu pergunta
🤷 não sei dúvida tanto faz
🤦 mão no rosto não acredito
💁 informação atendente balcão
🙆 ok tudo bem
🙅 não proibido
🧑‍💻 computador trabalhando atendente
👩‍💼 funcionária executiva
👨‍🔧 mecânico técnico conserto
👮 polícia
👷 obra construção pedreiro
🏃 correndo pressa
🚶 andando
💃 dançando festa
👫 casal
👪 família`,
  "Corações e símbolos": `
❤️ coração vermelho amor
🧡 coração laranja
💛 coração amarelo
💚 coração verde
💙 coração azul
💜 coração roxo
🖤 coração preto
🤍 coração branco
🤎 coração marrom
💔 coração partido
💕 corações amor
💖 coração brilhando
💘 coração flecha
💝 coração presente
💯 cem por cento perfeito nota
💢 raiva
💥 explosão promoção
💫 tontura estrela
💦 gotas água suor
💨 rápido vento
💬 balão conversa mensagem
💭 pensamento
✅ certo feito confirmado check
✔️ certo check
❌ errado não cancelar
❎ xis não
❓ dúvida pergunta interrogação
❗ atenção importante exclamação
‼️ muito importante
⚠️ atenção cuidado aviso
🚫 proibido
⛔ proibido pare
🔴 vermelho bola
🟡 amarelo bola
🟢 verde bola
🔵 azul bola
⚫ preto bola
⚪ branco bola
⭐ estrela favorito
🌟 estrela brilhando
✨ brilho novo
🔥 fogo quente promoção
⚡ raio rápido energia
🆕 novo novidade
🆓 grátis
🆗 ok
🔝 topo melhor
🔜 em breve
➡️ seta direita
⬅️ seta esquerda
⬆️ seta cima
⬇️ seta baixo
🔄 trocar atualizar troca devolução
♻️ reciclar
➕ mais
➖ menos
1️⃣ um número
2️⃣ dois número
3️⃣ três número
4️⃣ quatro número
5️⃣ cinco número`,
  "Loja e trabalho": `
🛒 carrinho compras
🛍️ sacolas compras
🎁 presente brinde
📦 caixa pacote pedido encomenda
🚚 entrega caminhão frete
🏍️ moto motoboy entrega
🚗 carro
✈️ avião viagem
🏪 loja
🏬 shopping loja
🏠 casa endereço
🏢 prédio empresa
🏭 fábrica
🏦 banco
📍 local endereço mapa
🗺️ mapa
💰 dinheiro saco preço
💵 dinheiro nota
💸 dinheiro voando gasto
💳 cartão crédito débito pagamento
🪙 moeda
🧾 recibo nota fiscal comprovante
🏷️ etiqueta preço promoção
📈 gráfico subindo
📉 gráfico caindo desconto
📊 gráfico relatório
📄 documento página
📋 prancheta lista
📝 anotar formulário
📎 clipe anexo
📌 fixar importante
📅 data calendário agenda
📆 calendário
⏰ despertador horário prazo
⏳ aguarde tempo ampulheta
⌛ tempo esgotado ampulheta
🕐 relógio hora
📞 telefone ligar
☎️ telefone
📱 celular whatsapp
💻 notebook computador
🖥️ computador tela
🖨️ impressora
📷 câmera foto
📸 foto flash
🎥 vídeo filmar
🔍 procurar lupa busca
🔒 fechado cadeado seguro
🔓 aberto cadeado
🔑 chave senha
🔧 ferramenta conserto
🔨 martelo
🛠️ ferramentas manutenção assistência
⚙️ engrenagem configuração
🔗 link
✉️ carta e-mail
📧 e-mail
📣 aviso anúncio megafone
🔔 sino notificação lembrete
🔕 silenciado
💡 ideia lâmpada
🔋 bateria
🗑️ lixo apagar
🏆 troféu prêmio
🥇 medalha primeiro lugar
🎯 alvo meta objetivo
🚀 foguete lançamento rápido`,
  "Festa, comida e natureza": `
🎉 festa comemorar parabéns
🎊 confete festa
🎈 balão aniversário
🎂 bolo aniversário
🍰 bolo fatia doce
🎄 natal árvore
🎅 papai noel natal
🐰 coelho páscoa
🥚 ovo páscoa
🎃 halloween abóbora
🎆 fogos ano novo
🥂 brinde comemorar
🍻 cerveja brinde
🍺 cerveja
🍷 vinho
🥤 refrigerante suco
☕ café
🧉 mate chimarrão
🍕 pizza
🍔 hambúrguer lanche
🍟 batata frita
🌭 cachorro-quente
🥪 sanduíche
🍝 macarrão
🍚 arroz
🍖 carne churrasco
🍗 frango
🥗 salada
🍞 pão
🥖 pão francês
🧀 queijo
🍎 maçã
🍌 banana
🍓 morango
🍇 uva
🍍 abacaxi
🥑 abacate
🍫 chocolate
🍬 bala doce
🍦 sorvete
🍿 pipoca cinema
🌹 rosa flor
🌸 flor
🌻 girassol
💐 buquê flores
🌱 planta broto
🌳 árvore
☀️ sol dia
🌙 lua noite
🌧️ chuva
☔ guarda-chuva chuva
🌈 arco-íris
❄️ neve frio
🌎 mundo terra
🐶 cachorro pet
🐱 gato pet
🐦 pássaro
🐟 peixe
🦋 borboleta
🐝 abelha
⚽ futebol bola
🏀 basquete
🎮 videogame jogo
🎵 música nota
🎸 violão guitarra
📚 livros
👕 camiseta roupa
👖 calça jeans
👗 vestido
👟 tênis
👠 salto sapato
👜 bolsa
👓 óculos
⌚ relógio de pulso
💍 anel aliança
💄 batom maquiagem
🧴 creme shampoo
🧸 urso pelúcia brinquedo
🇧🇷 brasil bandeira`,
};

/** [{title, entries: [{emoji, words}]}] */
export const groups = Object.entries(GROUPS).map(([title, lines]) => ({
  title,
  entries: lines
    .trim()
    .split("\n")
    .map((line) => ({ emoji: line.slice(0, line.indexOf(" ")), words: line.slice(line.indexOf(" ") + 1) })),
}));

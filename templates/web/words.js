/*
 * The words of the pages, in Portuguese: what the program's own names are called where
 * people read them.  Every state, reason, outcome and condition has its row.
 */

/* --- a case --- */

/* What a state is called, and what entering it is called afterwards. */
export const STATES = {
	OPENED: ["Nova", "Reclamação recebida"],
	NEEDS_ORDER: ["Falta o nº do pedido", "Número do pedido perguntado"],
	LOOKING_UP: ["Consultando pedido", "Consulta ao ERP e ao banco"],
	OFFERED: ["Aguardando cliente", "Oferta ao cliente"],
	RESERVED: ["Limite reservado", "Sim do cliente, limite reservado"],
	REFUNDING: ["Aguardando banco", "Devolução no banco"],
	NOTING: ["Emitindo nota", "Nota de crédito"],
	VERIFYING: ["Conferindo", "Releitura nos sistemas"],
	SEALED: ["Selando recibo", "Selo do recibo"],
	NOTIFYING: ["Avisando cliente", "Aviso ao cliente"],
	CLOSED: ["Encerrado", "Encerrado"],
	DECLINED: ["Cliente recusou", "Cliente recusou"],
	REFUSED: ["Negado", "Negado"],
	EXPIRED: ["Expirado", "Expirou sem resposta"],
	HELD: ["Retido", "Retido"],
};

/* Why a case is held. */
export const REASONS = {
	above_cap: "Acima do teto por estorno",
	mandate_room: "Não cabe no limite do mandato",
	mandate_order_age: "Pedido mais antigo que o mandato aceita",
	mandate_missing: "Não há mandato",
	mandate_paused: "Mandato pausado",
	mandate_revoked: "Mandato revogado",
	mandate_expired: "Mandato vencido",
	mandate_tampered: "Mandato com assinatura inválida",
	mandate_changed: "Mandato trocado no meio do caminho",
	order_not_found: "Pedido não encontrado",
	buyer_mismatch: "Telefone não é do comprador",
	order_cancelled: "Pedido cancelado ou devolvido no ERP",
	not_pix: "Não foi pago por Pix",
	payment_not_found: "Pagamento não encontrado",
	past_90_days: "Passou dos 90 dias do Pix",
	already_refunded: "Já foi devolvido",
	dispute_open: "Há disputa aberta (MED)",
	refund_under_way: "Outro caso já devolve este pedido",
	note_inputs: "Faltam dados para a nota de crédito",
	mismatched: "Banco e pedido não batem",
	refund_unconfirmed: "O banco ainda não confirmou",
	refund_mismatched: "O banco fala de outra devolução",
	bank_declined: "O banco não realizou",
	note_rejected: "Nota de crédito rejeitada",
	note_unconfirmed: "Nota de crédito sem resposta",
	incomplete: "Falta confirmar",
	contradicted: "O que foi relido não bate",
	duplicated: "Duas devoluções no banco",
	policy_failed: "Fora da política",
	reply_not_delivered: "O aviso não chegou ao cliente",
	system_unreachable: "Um sistema não responde",
	system_refused: "Um sistema recusou a consulta",
	consent_unclear: "Não ficou claro se é sim",
	asked_for_human: "Pediu uma pessoa",
	not_understood: "Não entendemos",
	other_destination: "Quer em outra conta",
	other_request: "Pede outra coisa",
	channel_unverified: "O WhatsApp chegou com outra chave",
	taken_over: "Uma pessoa assumiu",
};

/* Where a release leads. */
export const RESUMES = {
	LOOK_UP: "O robô consulta pedido e banco de novo e refaz a oferta. Sem um novo sim do cliente, nada sai.",
	ENQUIRE: "O robô pergunta ao banco o que houve com a devolução enviada. Não envia outra.",
	NOTE: "O robô envia a nota de crédito de novo, com a mesma referência.",
	VERIFY: "O robô relê tudo nos sistemas e sela um recibo novo.",
	NOTIFY: "O robô manda ao cliente, de novo, as palavras do recibo.",
};

export const CALLS = {
	"ledger.order": "Pedido lido no ERP",
	"pay.payment": "Pagamento lido no banco",
	"pay.refund": "Ordem de devolução ao banco",
	"pay.refund_status": "Devolução lida no banco",
	"invoice.issue": "Nota enviada ao emissor",
	"invoice.note": "Nota lida no emissor",
};

/* How a call ended; one that was answered needs no word. */
export const OUTCOMES = {
	"": "em andamento",
	done: "",
	refused: "recusada",
	retry: "não aconteceu",
	unknown: "sem resposta, pode ter acontecido",
	contradiction: "a resposta contradiz",
};
export const ACTORS = { control: "pela linha de comando", clock: "pelo prazo" };

/* --- money and note, in the words of the bank and of the issuer --- */

export const REFUNDS = {
	DEVOLVIDO: "devolvido",
	EM_PROCESSAMENTO: "em processamento",
	NAO_REALIZADO: "não realizado",
	"": "enviada, sem resposta lida",
};
export const NOTES = {
	autorizado: "autorizada",
	processando_autorizacao: "em processamento",
	erro_autorizacao: "rejeitada",
	denegado: "denegada",
	cancelado: "cancelada",
};
export const noteName = (number) => (number ? `NC-${number.padStart(4, "0")}` : "Nota");

/* --- messages --- */

export const CONTENTS = {
	image: "imagem",
	audio: "áudio",
	video: "vídeo",
	document: "documento",
	sticker: "figurinha",
	location: "localização",
	contact: "contato",
	reaction: "reação",
	payment: "pagamento",
	deleted: "apagada",
	waiting: "ainda não chegou inteira",
	other: "conteúdo que não lemos",
};

/* What became of a message: icon, word. */
export const DELIVERY = {
	queued: ["clock", "na fila"],
	sending: ["clock", "enviando"],
	accepted: ["clock", "aceita pelo canal, ainda não enviada"],
	sent: ["tick", "enviada"],
	received: ["ticks", "entregue"],
	read: ["ticks", "lida"],
	failed: ["neq", "não enviada"],
};

/* --- receipts --- */

/* Tone, word, and what a receipt of that result says of its amount. */
export const RESULTS = {
	verified: ["ok", "Verificado", "voltaram para o mesmo Pix que pagou o pedido."],
	incomplete: ["look", "Incompleto", "em jogo, e nem tudo foi confirmado."],
	mismatched: ["bad", "Divergente", "combinados, e os sistemas disseram outra coisa."],
	duplicated: ["bad", "Duplicado", "combinados, e o banco mostra mais de uma devolução."],
	policy_failed: ["look", "Fora da política", "em jogo, sem licença completa do cliente ou do financeiro."],
};
export const LIFECYCLES = {
	unobserved: "não visto no banco",
	observed: "visto no banco",
	pending_finality: "no banco, ainda não final",
	finalized: "final no banco",
	reversed: "desfeito no banco",
	indeterminate: "o banco diz algo que não conhecemos",
	unreachable: "banco fora de alcance",
};

/* What must be true after a refund; groups by the beginning of the name. */
export const GROUPS = {
	order_: "Pedido",
	consent_: "Sim do cliente",
	mandate_: "Mandato do financeiro",
	refund: "Devolução no banco",
	note_: "Nota de crédito",
	"": "Leitura e aviso",
};
export const POSTCONDITIONS = {
	order_exists: "O pedido existe no ERP",
	order_total: "O valor devolvido é o total do pedido",
	order_buyer: "Quem pediu é o comprador",
	order_payment: "Este Pix pagou o pedido",
	consent_given: "O cliente disse sim a esta oferta, no prazo",
	consent_words: "As palavras do sim estão ligadas a este recibo",
	mandate_signed: "O mandato tem a assinatura do financeiro",
	mandate_allows: "O valor cabe no teto por estorno",
	refund_exists: "A devolução existe no banco, com o nosso id",
	refund_amount: "O valor devolvido é o combinado",
	refund_currency: "A moeda é o real",
	refund_on_original_payment: "Voltou pelo pagamento original",
	refund_settled: "O banco liquidou",
	refund_settlement_id: "A liquidação tem identificador",
	refund_not_duplicated: "Não há outra devolução deste pagamento",
	refunds_within_payment: "Somadas, as devoluções não passam do pagamento",
	note_exists: "A nota existe, com chave de acesso válida",
	note_number: "O número da nota é o da chave",
	note_authorised: "A nota está autorizada",
	note_protocol: "A autorização tem protocolo",
	note_in_production: "A nota é do ambiente certo",
	note_is_return: "É nota de devolução, de entrada",
	note_references_sale: "Refere-se à nota da venda",
	note_total: "O total da nota é o do estorno",
	read_with: "Credenciais com que tudo foi lido",
	reply_text: "O texto enviado ao cliente é o deste recibo",
};

/* Icon, word, and the word for several. */
export const STATUSES = {
	passed: ["check", "Confere", "conferem"],
	failed: ["neq", "Não confere", "não conferem"],
	skipped: ["minus", "Não rodou", "não rodaram"],
};

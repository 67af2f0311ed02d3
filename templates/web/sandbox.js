/*
 * The sandbox: one customer's phone, what the simulated providers' own books say, and
 * faults to arm.
 */
import { ask, by, clockSeconds, el, fact, keepAsking, money, showPart, showTalk } from "./page.js";
import { NOTES, REFUNDS, noteName } from "./words.js";

const EVERY_MS = 1000;

const CUSTOMERS = [
	{ name: "Marina", phone: "5520999990101", order: "8421", about: "R$ 186,00" },
	{ name: "Rafael", phone: "5520999990202", order: "9001", about: "R$ 1.250,00, acima do teto" },
	{ name: "Bianca", phone: "5520999990303", order: "7310", about: "R$ 74,90" },
	{ name: "Caio", phone: "5520999990404", order: "5150", about: "pago com cartão" },
];
const FAULTS = [
	[
		"A resposta do banco se perde",
		"A devolução acontece, a resposta some. O robô pergunta; não repete.",
		{ at: "pix.refund", fault: "lost_after" },
	],
	[
		"O banco demora",
		"15 s em processamento. O cliente só ouve que estamos confirmando.",
		{ at: "pix.refund", fault: "pending", value: 15000 },
	],
	[
		"O banco não realiza",
		"NAO_REALIZADO: nada volta, e o caso fica com uma pessoa.",
		{ at: "pix.refund", fault: "not_done" },
	],
	[
		"A nota é rejeitada",
		"O Pix volta, e nada é dito como feito até uma pessoa olhar.",
		{ at: "focus.issue", fault: "rejected" },
	],
	["Nada dá errado", "Desarma o que ainda não aconteceu.", { at: "pix.refund", fault: "clear" }],
];
let customer = CUSTOMERS[0];

/* --- the phone --- */

const messageOf = (message) => ({
	at_ms: message.at,
	out: message.from === "customer",
	text: message.text,
	content: message.kind,
	state: message.status,
	remark: message.edited && "editada",
});

async function say(words) {
	by("words").value = "";
	by("said").textContent = "";
	try {
		await ask("/sandbox/say", { from: customer.phone, name: customer.name, text: words });
	} catch (error) {
		by("said").textContent = `A mensagem não foi: ${error.message || "sem conexão"}`;
		by("words").value = words;
	}
	askNow();
}

function choose(chosen) {
	customer = chosen;
	by("who").textContent = customer.name;
	by("talk").replaceChildren();
	by("hints").replaceChildren(
		...[`Quero o estorno do pedido ${customer.order}`, "Pode sim.", "Não, deixa", "Quero uma pessoa"].map(
			(words) => {
				const button = el("button", { type: "button" }, words);
				button.addEventListener("click", () => say(words));
				return button;
			},
		),
	);
}

/* --- the books --- */

const lines = (name, list, none) => fact(name, list.length ? list.map((line) => el("p", null, line)) : none);

const booksOf = ({ payment, notes, sent, puts }) =>
	el(
		"dl.facts",
		null,
		fact("Banco", payment ? `Pix de ${money(payment.amount_cents)}, pago` : "Nenhum Pix deste pedido"),
		lines(
			"Devoluções",
			(payment?.refunds ?? []).map(
				(one) => `${money(one.amount_cents)}: ${REFUNDS[one.status] ?? one.status}`,
			),
			"nenhuma",
		),
		lines(
			"Emissor",
			notes.map(
				(one) =>
					`${noteName(one.number)} de ${money(one.total_cents)}: ${NOTES[one.status] ?? one.status}`,
			),
			"nenhuma nota de crédito",
		),
		fact("WhatsApp", `${sent} da loja para ${customer.name}`),
		fact("Ordens ao banco", `${puts}, de todos os pedidos`),
	);

function showBooks({ payments, notes, messages, refund_puts }) {
	const ours = (one) => one.order === customer.order;
	showPart(
		by("books"),
		{
			payment: payments.find(ours),
			notes: notes.filter(ours),
			sent: messages.filter((one) => one.to === customer.phone).length,
			puts: refund_puts,
		},
		booksOf,
	);
}

/* --- faults --- */

function faultOf([title, about, fault]) {
	const clears = fault.fault === "clear";
	const verb = clears ? "Desarmar" : "Armar";
	const button = el("button.btn", { type: "button", "aria-label": `${verb}: ${title}` }, verb);
	button.addEventListener("click", async () => {
		const armed = await ask("/sandbox/faults", fault).catch(() => null);
		const words = clears ? "Nada está armado." : `Armado, uma vez: ${title.toLowerCase()}.`;
		by("armed").textContent = armed ? `${clockSeconds(Date.now())} ${words}` : "Não deu: tente de novo.";
	});
	return el("li", null, el("h3", null, title), el("p", null, about), button);
}

/* --- asking --- */

async function turn() {
	const asked = customer;
	const [chat, books] = await Promise.all([
		ask(`/sandbox/chat?phone=${asked.phone}`),
		ask("/sandbox/books"),
	]);
	if (asked !== customer) return;
	showTalk(by("talk"), chat.map(messageOf));
	showBooks(books);
}

by("customer").append(
	...CUSTOMERS.map((one, i) =>
		el("option", { value: i }, `${one.name} · pedido ${one.order} · ${one.about}`),
	),
);
by("customer").addEventListener("change", () => {
	choose(CUSTOMERS[by("customer").value]);
	askNow();
});
by("say").addEventListener("submit", (event) => {
	event.preventDefault();
	if (by("words").value.trim()) say(by("words").value);
});
by("faults").append(...FAULTS.map(faultOf));
choose(customer);
const askNow = keepAsking(turn, EVERY_MS);

/*
 * The inbox: every case that waits for a person, is under way or has ended, and the one
 * that is open, asked for again every two seconds.
 *
 * Which case is open, and which half of it on a narrow screen, is the address (#c_... and
 * #c_.../caso), so Back works.  It only reads: people act with the command line, and the
 * page says how.
 */
import {
	SHAPES,
	ageOf,
	ask,
	by,
	chip,
	clockSeconds,
	command,
	copyButton,
	el,
	fact,
	icon,
	idFact,
	keepAsking,
	leave,
	money,
	showList,
	showPart,
	showTalk,
	testChip,
	timeOf,
} from "./page.js";
import {
	ACTORS,
	CALLS,
	NOTES,
	OUTCOMES,
	REASONS,
	REFUNDS,
	RESULTS,
	RESUMES,
	STATES,
	noteName,
} from "./words.js";

const EVERY_MS = 2000;
const ENDED = ["CLOSED", "DECLINED", "REFUSED", "EXPIRED"];
const CONTRADICTIONS = ["duplicated", "contradicted", "mismatched", "refund_mismatched"];

/* How a case stands: {tone, shape, word, why}. */
function standing(c) {
	const word = STATES[c.state]?.[0] ?? c.state;
	if (c.state === "HELD") {
		const tone = CONTRADICTIONS.includes(c.reason) ? "bad" : "look";
		return {
			tone,
			shape: SHAPES[tone],
			word: tone === "bad" ? "Contradição" : word,
			why: REASONS[c.reason] ?? c.reason,
		};
	}
	if (c.receipt_is_safe && ["SEALED", "NOTIFYING", "CLOSED"].includes(c.state))
		return { tone: "ok", shape: "seal", word: "Verificado", why: "Verificado" };
	const waits = ["NEEDS_ORDER", "OFFERED"].includes(c.state);
	return {
		tone: "wait",
		shape: ENDED.includes(c.state) ? "dash" : waits ? "clock" : "ring",
		word,
		why: word,
	};
}

const phoneOf = (address) =>
	address.replace(/^55(\d\d)(\d{4,5})(\d{4})$/, "($1) $2-$3").replace(/.*@lid$/, "sem número de telefone");
const orderOf = (c) => (c.order ? `#${c.order}` : "sem nº do pedido");
const knows = (c) => c.phone !== undefined; /* the reader may see customers */

/* --- the list --- */

const GROUPS = [
	{ id: "held", title: "Precisam de uma pessoa", has: (state) => state === "HELD" },
	{ id: "live", title: "Em andamento", has: (state) => state !== "HELD" && !ENDED.includes(state) },
	{ id: "ended", title: "Encerrados", has: (state) => ENDED.includes(state) },
];
let listed = null; /* the last answer */

function rowOf({ c, current, age }) {
	const { tone, shape, why } = standing(c);
	return el(
		"li",
		null,
		el(
			"a.row",
			{ "data-tone": tone, href: `#${c.id}`, "aria-current": current && "true" },
			icon(shape),
			el(
				"span.who",
				null,
				knows(c) ? c.name || phoneOf(c.phone) : c.order ? `Pedido ${orderOf(c)}` : "Sem nº do pedido",
			),
			" ",
			el("span.num", null, c.amount_cents ? money(c.amount_cents) : ""),
			" ",
			el("span.why", null, why),
			" ",
			timeOf(c.entered_ms, age),
			" ",
			el("span.last", null, knows(c) ? orderOf(c) : c.id),
		),
	);
}

function makeGroups() {
	by("groups").replaceChildren(
		...GROUPS.map(({ id, title }) =>
			el(
				"section",
				{ id, "aria-labelledby": `${id}-title` },
				el("h2.group", { id: `${id}-title` }, el("span", null, title), el("span")),
				el("ul"),
			),
		),
		el("p.empty", { id: "none" }, "Nenhum caso. Um caso aparece quando um cliente escreve."),
	);
}

function showGroup({ id, has }) {
	const cases = listed.cases.filter((c) => has(c.state)).sort((a, b) => b.entered_ms - a.entered_ms);
	by(id).hidden = cases.length === 0;
	by(`${id}-title`).lastChild.textContent = listed.cut.some(has)
		? `os ${cases.length} mais recentes`
		: cases.length;
	showList(
		by(id).lastChild,
		cases.map((c) => ({ c, current: c.id === open.id, age: ageOf(c.entered_ms, listed.now_ms) })),
		({ c }) => c.id,
		rowOf,
	);
}

function showCases() {
	if (!listed) return;
	GROUPS.forEach(showGroup);
	const held = listed.cases.filter((c) => c.state === "HELD").length;
	by("none").hidden = listed.cases.length > 0;
	document.title = `${held ? `(${held}) ` : ""}Atendimentos · Estorno`;
}

/* --- the open case: what was said --- */

const chatHead = (c) =>
	el(
		"div.x",
		null,
		el("a.btn.quiet.to-list", { href: "#" }, icon("left", "Voltar aos casos")),
		el(
			"div",
			null,
			el("h2", { id: "chat-title", tabindex: "-1" }, c.name || "Cliente"),
			el("p.xs.dim", null, phoneOf(c.phone)),
		),
		el("a.btn.push.to-panel", { href: `#${c.id}/caso` }, "Caso ", orderOf(c)),
	);

const messageOf = (line) => ({
	...line,
	out: line.author !== "customer",
	by: { bot: "Robô", shop: "Loja" }[line.author],
	remark: { deleted: "apagada pelo cliente", edited: "editada" }[line.state],
});

function showConversation({ case: { id, name, phone, order }, cut, lines }) {
	showPart(by("chat-head"), { id, name, phone, order }, chatHead);
	by("talk-cut").hidden = cut.lines === 0;
	by("talk-cut").textContent = `${cut.lines} mensagens mais antigas não são mostradas.`;
	showTalk(by("talk"), lines.map(messageOf));
}

/* --- the open case: where it stands --- */

function receiptOf(order, receipt) {
	const final = receipt.safe || receipt.result !== "verified";
	const [tone, word] = final ? RESULTS[receipt.result] : ["look", "Não é final"];
	return [
		fact(
			"Recibo",
			el(
				"a",
				{ href: `/receipts/?order=${encodeURIComponent(order)}#${receipt.id}` },
				el("code", null, receipt.id),
			),
		),
		fact("Resultado", chip(tone, word), " ", receipt.test && testChip()),
		fact("Selado", timeOf(receipt.sealed_ms)),
	];
}

function factsOf({ case: c, payment, refund, note, receipt }) {
	return el(
		"dl.facts",
		null,
		fact("Caso aberto", timeOf(c.opened_ms)),
		payment && [
			fact("Pago via Pix", timeOf(payment.paid_ms)),
			fact("Valor pago", money(payment.amount_cents)),
			fact("Já devolvido", money(payment.refunded_cents)),
		],
		refund &&
			fact(
				"Devolução",
				REFUNDS[refund.status] ?? refund.status,
				refund.sends > 1 && `, enviada ${refund.sends} vezes com o mesmo id`,
			),
		note && fact("Nota de crédito", `${noteName(note.number)} ${NOTES[note.status] ?? note.status}`),
		receipt && receiptOf(c.order, receipt),
		idFact("Id do Pix", payment?.e2eid),
		idFact("Id da devolução", refund?.id),
		idFact("Chave da nota", note?.access_key),
	);
}

/* What is true of the money of a held case. */
function moneyOf(refund) {
	if (!refund) return "Nada saiu da conta.";
	return (
		{
			DEVOLVIDO: "O banco já devolveu o dinheiro. O que falta é o resto.",
			NAO_REALIZADO: "Nada saiu da conta: o banco não realizou a devolução.",
		}[refund.status] ?? "Uma ordem de devolução saiu. O banco ainda não disse o fim."
	);
}

function noticeOf({ case: c, refund, note }) {
	const { tone, shape, why } = standing(c);
	return el(
		"div.notice",
		{ "data-tone": tone },
		el("p", null, icon(shape), why),
		el("p", null, moneyOf(refund)),
		c.reason === "note_rejected" && note && el("p", null, `O emissor disse: ${note.message}`),
		knows(c) &&
			el(
				"dl.sm",
				null,
				fact("Liberar", RESUMES[c.resume], command(`estorno release ${c.id}`)),
				fact(
					"Negar",
					c.may_deny
						? [
								"O caso termina, e o cliente lê o motivo.",
								command(`estorno deny ${c.id} "motivo para o cliente"`),
							]
						: "Não se aplica: uma ordem de devolução já saiu para o banco.",
				),
			),
	);
}

function aboutOf(shown) {
	const c = shown.case;
	const { tone, shape, word } = standing(c);
	const cents = c.amount_cents || c.order_cents;
	return el(
		"div",
		null,
		el(
			"p.x",
			null,
			el("a.btn.quiet.to-list", { href: "#" }, icon("left"), "Casos"),
			el("a.btn.quiet.push.to-chat", { href: `#${c.id}` }, "Conversa"),
		),
		el(
			"div.x",
			null,
			el(
				"h2.amount.num",
				{ tabindex: "-1", id: "panel-title" },
				cents ? money(cents) : "Sem valor ainda",
			),
			el("span.push", null, chip(tone, word, shape)),
		),
		el(
			"p.sm.dim",
			null,
			c.amount_cents || !cents ? "" : "Valor do pedido, sem oferta ainda. ",
			`Pedido ${orderOf(c)} · `,
			el("code", null, c.id),
			copyButton(c.id, "id do caso"),
		),
		c.state === "HELD" && noticeOf(shown),
		factsOf(shown),
	);
}

/* --- the open case: what happened --- */

/* Calls of one kind and end, one after the other, are one line with a count. */
function fold(calls) {
	const lines = [];
	for (const call of calls) {
		const last = lines.at(-1);
		if (last && ["kind", "key", "outcome", "why"].every((name) => last[name] === call[name]))
			last.times++;
		else lines.push({ ...call, times: 1 });
	}
	return lines;
}

/* Steps, each with the calls that were made in it: a case at rest makes none. */
function stepsOf({ case: c, steps, calls }) {
	const lastSeal = steps.findLastIndex((step) => step.to === "SEALED");
	const rests = (step) => step.to === "HELD" || ENDED.includes(step.to);
	const home = (call) =>
		Math.max(
			0,
			steps.findLastIndex((step) => step.at_ms <= call.started_ms && !rests(step)),
		);
	return steps.map((step, i) => {
		const { tone, shape } = standing({ state: step.to, reason: step.reason });
		const sealed = i === lastSeal && c.receipt_is_safe;
		const underWay = i === steps.length - 1 && !ENDED.includes(step.to);
		return {
			...step,
			key: `${i} ${step.at_ms}`,
			tone: sealed ? "ok" : tone,
			shape: sealed ? "seal" : step.to === "HELD" || underWay ? shape : "check",
			calls: fold(calls.filter((call) => home(call) === i)),
		};
	});
}

const callOf = (call) =>
	el(
		"li",
		null,
		el(
			"span",
			null,
			[
				`${CALLS[call.kind] ?? call.kind}${call.times > 1 ? ` ×${call.times}` : ""}`,
				OUTCOMES[call.outcome],
				call.why,
			]
				.filter(Boolean)
				.join(" · "),
		),
		timeOf(call.started_ms, clockSeconds(call.started_ms)),
		el("code", null, `${call.tool} ${call.key}`),
	);

function stepOf(step) {
	const who = step.actor.startsWith("staff:") ? `por ${step.actor.slice(6)}` : ACTORS[step.actor];
	const why = [REASONS[step.reason], who].filter(Boolean).join(" · ");
	return el(
		"li.step",
		{ "data-step": step.shape, "data-tone": step.tone },
		icon(step.shape),
		el(
			"div",
			null,
			el("p", null, STATES[step.to]?.[1] ?? step.to, timeOf(step.at_ms, clockSeconds(step.at_ms))),
			why && el("p", null, why),
			el("ul", null, step.calls.map(callOf)),
		),
	);
}

/* --- the open case: all of it --- */

function showCase(shown) {
	const { case: c, payment, refund, note, receipt } = shown;
	c.receipt_is_safe = Boolean(receipt?.safe);
	showPart(by("about"), { case: c, payment, refund, note, receipt }, aboutOf);
	by("story").hidden = false;
	showList(by("steps"), stepsOf(shown), (step) => step.key, stepOf);
	if (knows(c)) showConversation(shown);
}

function showNoCase(words) {
	by("story").hidden = by("talk-cut").hidden = true;
	showPart(by("chat-head"), null);
	showPart(by("about"), words, () => el("p.empty", null, words));
	by("talk").replaceChildren();
}

/* --- which case is open --- */

const CHOOSE = "Escolha um caso na lista.";
const OPENING = "Abrindo o caso…";
let open = { id: "", part: "" };
let moveFocus = false;

function readAddress() {
	const [, id = "", part = ""] = /^#(c_\w+)(\/caso)?$/.exec(location.hash) ?? [];
	open = { id, part };
	const { people } = by("inbox").dataset;
	by("inbox").dataset.view = id === "" ? "list" : part === "" && people !== "no" ? "chat" : "panel";
}

/* Focus goes with the reader: into the case that opens, back to its row when it closes. */
function followFocus() {
	if (moveFocus) by(`${by("inbox").dataset.view}-title`)?.focus({ preventScroll: true });
	moveFocus = false;
}

function move() {
	const before = open.id;
	readAddress();
	moveFocus = open.id !== "";
	showCases();
	if (open.id !== before) {
		showNoCase(open.id ? OPENING : CHOOSE);
		by("panel").scrollTop = 0;
		askNow();
	}
	if (open.id === before) followFocus();
	else if (open.id === "") document.querySelector(`.row[href="#${before}"]`)?.focus();
}

/* --- asking --- */

async function turn() {
	const { id } = open;
	const absent = (error) => (error.status === 404 ? null : Promise.reject(error));
	const [cases, one] = await Promise.all([
		ask("/inbox/cases"),
		id && ask(`/inbox/cases/${id}`).catch(absent),
	]);
	listed = cases;
	by("inbox").dataset.people = cases.people ? "yes" : "no";
	by("reader").textContent = cases.reader;
	by("paused").hidden = !cases.money_paused;
	readAddress();
	showCases();
	if (id !== open.id) return;
	if (one) showCase(one);
	else showNoCase(id ? "Este caso não existe. Escolha outro na lista." : CHOOSE);
	followFocus();
}

by("leave").addEventListener("click", async () => {
	const left = await fetch("/logout", { method: "POST" }).catch(() => null);
	leave(
		left?.ok
			? "Você saiu."
			: "O servidor não respondeu: a sua sessão ainda está aberta. Abra a página de novo e saia outra vez.",
	);
});
window.addEventListener("hashchange", move);
makeGroups();
readAddress();
showNoCase(open.id ? OPENING : CHOOSE);
const askNow = keepAsking(turn, EVERY_MS);

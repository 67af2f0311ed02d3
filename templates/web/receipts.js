/*
 * The auditor's page: the receipts of an order, and one of them in full.
 *
 * What is shown is what was signed, and a signature is checked here before anything is
 * green.  A receipt whose check failed shows nothing of what it says.
 */
import {
	LOGGED_OUT,
	SHAPES,
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
	moment,
	money,
	testChip,
	timeOf,
} from "./page.js";
import { bodyOf, checkInclusion, checkReceipt } from "./verify.js";
import { GROUPS, LIFECYCLES, POSTCONDITIONS, RESULTS, STATUSES } from "./words.js";

/* A signed value in words; the bytes themselves stand at the foot of the sheet. */
function plain(value) {
	return value
		.replace(/\b(\d+) brl\b/g, (all, cents) => money(Number(cents)))
		.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, (time) => moment(Date.parse(time)))
		.replace(/, from (.+) to /, ", de $1 a ")
		.replace(", at ", ", em ")
		.replace("at most ", "até ")
		.replace(/ others$/, " outras")
		.replace(/, entry$/, ", entrada")
		.replace(/^production/, "produção")
		.replace(/ or test$/, " ou teste");
}

/* --- reading a receipt --- */

let shown = { items: [], cut: false, keys: [], checks: {} };

const find = (receipt, name) => receipt.postconditions.find((one) => one.name === name);
const orderOf = (receipt) => receipt.operation_id.replace(/^rf/, "");

function amountOf(receipt) {
	const cents = parseInt(
		find(receipt, "refund_amount")?.actual ?? find(receipt, "mandate_allows")?.actual,
		10,
	);
	return Number.isNaN(cents) ? "—" : money(cents);
}

/* The receipt that took this one's place: the server's word, or a later receipt that says so itself. */
const laterThan = (receipt) =>
	receipt.superseded_by ?? shown.items.find((other) => other.supersedes === receipt.id)?.id;

/* Tone, word and shape of a receipt, by what its check gave. */
function standing(receipt, check) {
	const [tone, word] = RESULTS[receipt.result] ?? ["look", receipt.result];
	if (check === "fail") return ["bad", "Não confere"];
	if (check === "none") return ["wait", `${word}, diz o servidor`, "ring"];
	if (receipt.lifecycle === "reversed") return ["bad", "Revertido"];
	if (laterThan(receipt)) return ["wait", "Substituído", "dash"];
	return receipt.result === "verified" && !receipt.safe_to_claim_complete
		? ["look", "Confere, mas não é final"]
		: [tone, word];
}

/* --- the list --- */

const link = (id) => el("a", { href: `#${id}` }, el("code", null, id));

function chainOf(receipt) {
	const later = laterThan(receipt);
	if (!receipt.supersedes && !later) return "único";
	return [
		receipt.supersedes && ["substitui ", link(receipt.supersedes), " "],
		later && ["substituído por ", link(later)],
	];
}

function rowOf(receipt) {
	const check = shown.checks[receipt.id];
	const refused = check === "fail";
	return el(
		"tr",
		{ "data-id": receipt.id },
		el("th", { scope: "row" }, link(receipt.id)),
		el(
			"td",
			{ colspan: refused && 5 },
			chip(...standing(receipt, check)),
			" ",
			!refused && receipt.test && testChip(),
		),
		!refused && [
			el("td", null, `#${orderOf(receipt)}`),
			el("td.num", null, amountOf(receipt)),
			el("td", null, timeOf(Date.parse(receipt.issued_at))),
			el("td.dim", null, chainOf(receipt)),
		],
	);
}

function tellFound(order) {
	const count = shown.items.length;
	const checks = Object.values(shown.checks);
	const failed = checks.filter((check) => check === "fail").length;
	if (count === 0)
		return [order ? `Nenhum recibo selado para o pedido #${order}.` : "Nenhum recibo selado ainda."];
	const signatures = failed
		? `Assinaturas que não conferem: ${failed}.`
		: checks.includes("none")
			? "Nem toda assinatura foi conferida."
			: "Toda assinatura foi conferida neste navegador.";
	return [
		el("b", null, `Recibos ${order ? `do pedido #${order}` : "mais novos"}: ${count}. `),
		el("span.dim", null, `${shown.cut ? "Há mais antigos, não mostrados. " : ""}${signatures} Lido às ${clockSeconds(Date.now())}.`),
	];
}

/* --- one receipt --- */

function verdictOf(receipt, check) {
	const [tone, word, shape = SHAPES[tone]] = standing(receipt, check);
	const claims = tone === "ok" || receipt.result !== "verified"; /* nothing came back unless it is proved */
	const says = claims ? RESULTS[receipt.result]?.[2] : "";
	return el(
		"div.verdict",
		{ "data-tone": tone },
		icon(shape),
		el(
			"div",
			null,
			el(
				"h2",
				null,
				check === "fail"
					? "Este recibo não confere"
					: tone === "ok"
						? `Estorno ${word.toLowerCase()}`
						: word,
			),
			el(
				"p",
				null,
				check === "fail"
					? "Nada do que ele diz pode ser usado como prova."
					: [
							el("b", null, amountOf(receipt)),
							` do pedido #${orderOf(receipt)}`,
							says ? ` ${says}` : ".",
						],
			),
		),
	);
}

const LOCAL = {
	ok: [
		"wait",
		"check",
		"Autêntico, conferido neste navegador",
		"As chaves são as que este servidor publica.",
	],
	none: [
		"wait",
		"ring",
		"Não conferido neste navegador",
		"Use uma das ferramentas abaixo antes de confiar no que está escrito.",
	],
	fail: ["bad", "neq", "Não confere", "Ele foi alterado, ou não é desta loja."],
};
const CHECKED = { ok: "confere", none: "não conferida", fail: "não confere" };

/* Green only for a refund that stands: a genuine receipt of one that failed is genuine, and grey. */
function localOf(whole, tone, signature, inclusion) {
	const [otherwise, shape, title, then] = LOCAL[whole];
	return el(
		"div.notice",
		{ "data-tone": tone === "ok" ? "ok" : otherwise, role: "status" },
		el("p", null, icon(shape), title),
		el(
			"p",
			null,
			`Assinatura: ${CHECKED[signature]}. Inclusão no log: ${CHECKED[inclusion]}. `,
			`Às ${clockSeconds(Date.now())}. ${then}`,
		),
	);
}

const factsOf = (receipt) =>
	el(
		"dl.facts",
		null,
		fact("Situação", LIFECYCLES[receipt.lifecycle] ?? receipt.lifecycle),
		fact("Pode ser dito feito", receipt.safe_to_claim_complete ? "sim" : "não"),
		fact(
			"Sistemas lidos",
			receipt.connectors_checked.join(", "),
			receipt.valid_as_of && [", em ", timeOf(Date.parse(receipt.valid_as_of))],
		),
		fact("Selado em", timeOf(Date.parse(receipt.issued_at))),
		fact("Loja, agente", `${receipt.org_id ?? "—"}, ${receipt.agent_id}`),
		fact("Ambiente", receipt.test ? "teste: nenhum dinheiro de verdade se moveu" : "produção"),
		fact("Cadeia", chainOf(receipt)),
	);

function conditionOf(one) {
	const [shape, word] = STATUSES[one.status] ?? ["minus", one.status];
	const tone =
		one.status !== "failed" ? null : ["match", "duplicate"].includes(one.category) ? "bad" : "look";
	const cell = (label, value) => el("td", { "data-label": label }, value === null ? "—" : plain(value));
	return el(
		"tr",
		null,
		el("th", { scope: "row" }, POSTCONDITIONS[one.name] ?? "", el("code", null, one.name)),
		cell("Esperado", one.expected),
		cell("Encontrado", one.actual),
		el("td", null, el("span.res", { "data-tone": tone }, icon(shape, null, "s"), word)),
	);
}

function conditionsOf({ postconditions }) {
	const groupOf = (one) => Object.keys(GROUPS).find((beginning) => one.name.startsWith(beginning));
	return el(
		"table.table.posts",
		null,
		el(
			"thead",
			null,
			el(
				"tr",
				null,
				["O que foi conferido", "Esperado", "Encontrado", "Resultado"].map((title) =>
					el("th", { scope: "col" }, title),
				),
			),
		),
		Object.entries(GROUPS)
			.map(([beginning, title]) => [title, postconditions.filter((one) => groupOf(one) === beginning)])
			.filter(([, rows]) => rows.length)
			.map(([title, rows]) =>
				el(
					"tbody",
					null,
					el("tr", null, el("th", { scope: "rowgroup", colspan: 4 }, title)),
					rows.map(conditionOf),
				),
			),
	);
}

const tally = ({ postconditions }) =>
	Object.entries(STATUSES)
		.map(([status, words]) => [postconditions.filter((one) => one.status === status).length, words[2]])
		.filter(([count]) => count)
		.map((pair) => pair.join(" "))
		.join(", ");

const proofOf = (receipt, proof) =>
	el(
		"dl.facts",
		null,
		idFact("Assinatura", receipt.signature),
		idFact("Chave de recibos", receipt.signing_key_id),
		idFact("Contrato", receipt.contract_digest),
		proof
			? [
					fact("Lugar no log", `folha ${proof.leaf_index}, de ${proof.tree_size} (a primeira é 0)`),
					idFact("Hash da folha", proof.leaf_hash),
					idFact("Raiz do log", proof.sth.root_hash),
					fact("Raiz assinada em", timeOf(Date.parse(proof.sth.timestamp))),
					idFact("Chave do log", proof.sth.signing_key_id),
				]
			: fact("Lugar no log", "o servidor não deu a prova de inclusão"),
	);

const contentOf = (receipt, proof) => [
	el("h3", null, "O que ele diz"),
	factsOf(receipt),
	el("h3", null, `Condições: ${tally(receipt)}`),
	conditionsOf(receipt),
	el("h3", null, "Prova"),
	proofOf(receipt, proof),
	el("details", null, el("summary", null, "Os bytes assinados"), el("pre", null, bodyOf(receipt))),
];

function sheetOf(receipt, signature, inclusion, proof) {
	const checks = [signature, inclusion];
	const whole = ["fail", "none"].find((check) => checks.includes(check)) ?? "ok";
	const later = laterThan(receipt);
	return [
		el(
			"div.x.dim",
			null,
			el("code", null, receipt.id),
			copyButton(receipt.id, "código do recibo"),
			whole !== "fail" && receipt.test && testChip(),
			el(
				"a.btn.push.no-print",
				{ href: `/v1/receipts/${receipt.id}`, download: `${receipt.id}.json` },
				"Baixar JSON",
			),
		),
		verdictOf(receipt, whole),
		localOf(whole, standing(receipt, whole)[0], signature, inclusion),
		later &&
			el(
				"p.notice",
				{ "data-tone": "wait" },
				el("span", null, "Um recibo mais novo substitui este: ", link(later)),
			),
		whole === "fail"
			? el("p.dim", null, "O conteúdo não é mostrado. Baixe o recibo para investigar.")
			: contentOf(receipt, proof),
		el("h3", null, "Confira sem nós"),
		el("p", null, "Com o arquivo baixado e a chave pública que a loja lhe deu por outro caminho:"),
		command(`estorno verify ${receipt.id}.json --key recibos.pub`),
		el("p", null, "Tudo sobre o pedido, com provas e assinatura para ssh-keygen, em uma pasta:"),
		command(`estorno export ${orderOf(receipt)}`),
		el("h3", null, "O que um recibo não prova"),
		el(
			"p.dim",
			null,
			"Que banco, ERP e fisco disseram a verdade: ele guarda o que responderam. ",
			"Que nada mudou depois: quando muda, um recibo novo substitui este.",
		),
	];
}

let opening = "";

async function openReceipt(id) {
	const receipt = shown.items.find((one) => one.id === id);
	opening = id;
	for (const row of by("rows").children) row.setAttribute("aria-current", row.dataset.id === id);
	if (receipt) {
		const proof = await ask(`/v1/transparency/proof/${encodeURIComponent(id)}`).catch(() => null);
		const inclusion = proof ? await checkInclusion(receipt, proof, shown.keys) : "none";
		if (opening !== id) return;
		by("sheet").replaceChildren(el("div", null, sheetOf(receipt, shown.checks[id], inclusion, proof)));
	}
	by("sheet").hidden = !receipt;
}

/* --- searching --- */

async function search(order) {
	const [{ items, cut }, { keys }] = await Promise.all([
		ask(`/v1/receipts?order=${encodeURIComponent(order)}`),
		ask("/v1/signing-keys"),
	]);
	const checks = {};
	for (const receipt of items) checks[receipt.id] = await checkReceipt(receipt, keys);
	shown = { items, cut, keys, checks };
	by("rows").replaceChildren(...items.map(rowOf));
	by("rows").parentElement.hidden = items.length === 0;
	by("found").replaceChildren(...tellFound(order));
}

async function begin() {
	const asked = new URLSearchParams(location.search).get("order")?.trim() ?? "";
	const order = asked.replace(/^#/, "").replace(/^rcp_rf(.+?)(-r\d+)?(-\d+)?$/, "$1");
	by("order").value = asked;
	try {
		await search(order);
		await openReceipt(
			location.hash.slice(1) ||
				(asked.startsWith("rcp_") ? asked : order && (shown.items[0]?.id ?? "")),
		);
	} catch (error) {
		by("found").textContent =
			error.status === 401
				? LOGGED_OUT
				: "A busca não rodou: o servidor não respondeu. Isto não quer dizer que não haja recibos. Tente de novo.";
	}
}

window.addEventListener("hashchange", async () => {
	await openReceipt(location.hash.slice(1));
	by("sheet").focus();
});
begin();

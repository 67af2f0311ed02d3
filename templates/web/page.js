/*
 * What every page needs: elements and icons, Brazilian money and times, asking the server
 * again and again, and showing what came without disturbing the reader.
 *
 * Whatever the server says becomes text, never markup.  Times are São Paulo's, wherever
 * the reader is.
 */

import { CONTENTS, DELIVERY } from "./words.js";

export const by = (id) => document.getElementById(id);

/* --- elements --- */

const is = (value) => value !== null && value !== undefined && value !== false && value !== "";

/* el("p.sm.dim", { id: "x" }, "words", node, [more]): attributes and children that are nothing (null, false,
 * "") are left out. */
export function el(tag, attributes, ...children) {
	const [name, ...classes] = tag.split(".");
	const node = document.createElement(name);
	node.classList.add(...classes);
	for (const [key, value] of Object.entries(attributes ?? {})) if (is(value)) node.setAttribute(key, value);
	node.append(...children.flat(Infinity).filter(is));
	return node;
}

const RING = "M2.6 10a7.4 7.4 0 1 0 14.8 0a7.4 7.4 0 1 0-14.8 0";
const ICONS = {
	check: "M4.2 10.6l3.7 3.7 8-8.6",
	clock: `${RING}M10 5.9V10l2.7 1.9`,
	copy: "M9 7h5.4a2 2 0 0 1 2 2v5.4a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM13 7V5.6a2 2 0 0 0-2-2H5.6a2 2 0 0 0-2 2V11a2 2 0 0 0 2 2H7",
	dash: `${RING}M6.8 10h6.4`,
	eye: "M1.8 10S5 4.6 10 4.6 18.2 10 18.2 10 15 15.4 10 15.4 1.8 10 1.8 10zM7.6 10a2.4 2.4 0 1 0 4.8 0a2.4 2.4 0 1 0-4.8 0",
	left: "M12 4.4L6.4 10l5.6 5.6",
	minus: "M5.4 10h9.2",
	neq: "M4.4 7.4h11.2M4.4 12.6h11.2M12.9 3.9L7.1 16.1",
	ring: RING,
	seal: "M7.62 2.68Q10-.06 12.38 2.68Q15.91 1.86 16.23 5.47Q19.56 6.89 17.7 10Q19.56 13.11 16.23 14.53Q15.91 18.14 12.38 17.32Q10 20.06 7.62 17.32Q4.09 18.14 3.77 14.53Q.44 13.11 2.3 10Q.44 6.89 3.77 5.47Q4.09 1.86 7.62 2.68zM6.2 10.6l2.7 2.7 4.9-5.9",
	tick: "M4.2 10.6l3.4 3.4 7-8",
	ticks: "M1 10.6l3.4 3.4 7-8M9.4 13.2l.8.8 7-8",
};

/* An icon with a name is read aloud, one without is not. */
export function icon(shape, name, size = "") {
	const [svg, path] = ["svg", "path"].map((tag) =>
		document.createElementNS("http://www.w3.org/2000/svg", tag),
	);
	const about = name ? { role: "img", "aria-label": name } : { "aria-hidden": "true" };
	for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", class: `i ${size}`, ...about }))
		svg.setAttribute(key, value);
	path.setAttribute("d", ICONS[shape]);
	svg.append(path);
	return svg;
}

export const SHAPES = { ok: "seal", look: "eye", bad: "neq", wait: "clock" };

/* A state or a result: never a colour alone. */
export const chip = (tone, word, shape = SHAPES[tone]) =>
	el("span.chip", { "data-tone": tone }, icon(shape, null, "s"), word);
export const testChip = () => chip("wait", "Teste", "minus");

/* Nothing where the browser has no clipboard to give: plain HTTP from afar. */
export function copyButton(text, what) {
	if (!navigator.clipboard) return null;
	const button = el(
		"button.copy",
		{ type: "button", "aria-label": `Copiar ${what}` },
		icon("copy", null, "s"),
	);
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(text);
		button.replaceChildren(icon("check", "Copiado", "s"));
	});
	return button;
}

export const command = (text) => el("div.cmd", null, el("code", null, text), copyButton(text, "comando"));

/* A label and its value; an id is whole in its title and in the copy. */
export const fact = (name, ...value) => [el("dt", null, name), el("dd", null, value)];
export const idFact = (name, id) =>
	id && [el("dt", null, name), el("dd.id", null, el("code", { title: id }, id), copyButton(id, name))];

/* --- money and time --- */

const reais = new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" });
const sampa = (options) =>
	new Intl.DateTimeFormat("pt-BR", { timeZone: "America/Sao_Paulo", hourCycle: "h23", ...options });
const day = sampa({ day: "numeric", month: "short", year: "numeric" });
const minute = sampa({ hour: "2-digit", minute: "2-digit" });
const second = sampa({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const money = (cents) => reais.format(cents / 100);
export const dayOf = (ms) => day.format(ms).replaceAll(" de ", " ").replace(".", "");
export const clock = (ms) => minute.format(ms);
export const clockSeconds = (ms) => second.format(ms);
export const moment = (ms) => `${dayOf(ms)}, ${clockSeconds(ms)}`;
export const timeOf = (ms, words = moment(ms)) =>
	el("time", { datetime: new Date(ms).toISOString(), title: moment(ms) }, words);

/* "3 min", "1 h 14 min", "2 dias" */
export function ageOf(from, now) {
	const minutes = Math.max(0, Math.floor((now - from) / 60000));
	const hours = Math.floor(minutes / 60);
	const days = Math.floor(hours / 24);
	if (hours < 1) return minutes < 1 ? "agora" : `${minutes} min`;
	if (days < 1) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
	return days === 1 ? "1 dia" : `${days} dias`;
}

/* --- asking the server --- */

export const LOGGED_OUT = "Sua sessão terminou. Peça um novo link de entrada: estorno staff add NOME";

/* The answer's JSON.  Throws for any other answer, with its `status` and what it said, and for none. */
export async function ask(url, body) {
	const post = body && {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
	};
	const answer = await fetch(url, { ...post, cache: "no-store", signal: AbortSignal.timeout(10000) });
	const json = await answer.json();
	if (answer.ok) return json;
	throw Object.assign(new Error(json.error?.message), { status: answer.status });
}

/* Leaves nothing of what was shown. */
export function leave(words) {
	document.querySelector("main").replaceChildren(el("p.empty", null, words));
}

/* Calls `turn` now and `everyMs` after each end, not while nobody looks.  When it throws, the banner says
 * since when what is shown is old.  Returns a function that asks for a turn at once. */
export function keepAsking(turn, everyMs) {
	let timer = 0;
	let running = false;
	let again = false;
	let over = false;
	let lastGood = Date.now();
	async function next() {
		clearTimeout(timer);
		again = running;
		if (running || over) return;
		running = true;
		try {
			await turn();
			lastGood = Date.now();
			by("banner").hidden = true;
		} catch (error) {
			console.error(error);
			over = error.status === 401;
			if (over) leave(LOGGED_OUT);
			else if (by("banner").hidden)
				by("banner").textContent =
					`Sem conexão desde ${clock(lastGood)}. O que está na tela é desse momento.`;
			by("banner").hidden = over;
		}
		running = false;
		if (again) next();
		else if (!document.hidden) timer = setTimeout(next, everyMs);
	}
	document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : next()));
	next();
	return next;
}

/* --- showing what came --- */

const shownAs = new WeakMap();

/* Shows `items` in `list`, one element each, and leaves alone those that did not change: what the reader
 * has focused or selected stays. */
export function showList(list, items, keyOf, build) {
	const keys = items.map(keyOf);
	const focused = document.activeElement;
	const held = list.contains(focused) ? focused.closest("[data-key]")?.dataset.key : null;
	for (const node of [...list.children]) if (!keys.includes(node.dataset.key)) node.remove();
	const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
	items.forEach((item, i) => {
		const said = JSON.stringify(item);
		const before = old.get(keys[i]);
		let node = before;
		if (!before || shownAs.get(before) !== said) {
			node = build(item);
			node.dataset.key = keys[i];
			shownAs.set(node, said);
			before?.replaceWith(node);
		}
		if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
	});
	if (held && document.activeElement !== focused)
		list.querySelector(`[data-key="${CSS.escape(held)}"]`)
			?.querySelector("a, button")
			?.focus({ preventScroll: true });
}

/* The same for one thing, or none. */
export const showPart = (place, facts, build) => showList(place, facts ? [facts] : [], () => "part", build);

/* --- a conversation --- */

/* Messages, oldest first, with a line for each day: {at_ms, out (on the reader's side), by, text, content,
 * state (of those on the reader's side), remark}.  A reader at the end stays at the end. */
export function showTalk(list, messages) {
	const scroller = list.parentElement;
	const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
	const items = messages.flatMap((message, i) => {
		const before = messages[i - 1];
		const today = dayOf(message.at_ms);
		const turn = before?.by !== message.by || before?.out !== message.out;
		return [
			...(before && dayOf(before.at_ms) === today ? [] : [{ today }]),
			{ ...message, turn, key: `${i} ${message.at_ms}` },
		];
	});
	showList(
		list,
		items,
		(item) => item.key ?? item.today,
		(item) => (item.today ? el("li.day", null, item.today) : bubble(item)),
	);
	if (atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function bubble({ at_ms, out, by: author, text, content, state, remark, turn }) {
	const [shape, words] = (out && DELIVERY[state]) || [];
	const notes = [CONTENTS[content], remark].filter(Boolean).join(" · ");
	return el(
		`li.msg${out ? ".out" : ""}${turn ? ".turn" : ""}`,
		{ "data-state": state },
		turn && author && el("p.by", null, author),
		notes && el("p.xs.dim", null, notes),
		el("span.words", null, text),
		el("span.meta", null, timeOf(at_ms, clock(at_ms)), shape && icon(shape, words, "s")),
	);
}

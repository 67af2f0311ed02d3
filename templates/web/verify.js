/*
 * Checks a receipt here, in the reader's own browser (postcept.md sections 6 and 8).
 *
 * Each check gives "ok" (it ran and held), "fail" (it ran and did not) or "none" (it could
 * not run: no Ed25519 in this browser, a key that is not published).  Whatever is malformed
 * fails.  Nothing but "ok" may ever be shown in green.
 */

/* --- the signed bytes --- */

/* `postcept-canonical-json-v1`: sorted keys, no spaces, ASCII, whole numbers. */
export function canonical(value) {
	if (value === null || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
	if (typeof value === "string")
		return JSON.stringify(value).replace(
			/[\u007f-\uffff]/g,
			(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
		);
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value === "object")
		return `{${Object.keys(value)
			.sort()
			.map((key) => `${canonical(key)}:${canonical(value[key])}`)
			.join(",")}}`;
	throw new TypeError("this can't be signed");
}

const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name] ?? null]));

const SIGNED =
	"version id org_id operation_id agent_id action connectors_checked test result issued_at valid_as_of algorithm " +
	"signing_key_id supersedes contract_digest lifecycle safe_to_claim_complete correlation_strength";

/* What was signed of a receipt of version 3: all but `detail` and `superseded_by`. */
export function bodyOf(receipt) {
	const seen = receipt.observation_signature ?? null;
	return canonical({
		...pick(receipt, SIGNED.split(" ")),
		canonicalization: "postcept-canonical-json-v1",
		postconditions: receipt.postconditions.map((one) =>
			pick(one, ["name", "category", "status", "expected", "actual"]),
		),
		observation:
			seen === null
				? null
				: {
						relay_id: receipt.observation_relay_id ?? null,
						key_id: receipt.observation_key_id ?? null,
						digest: receipt.observation_digest ?? null,
						signature: seen,
					},
	});
}

/* --- bytes --- */

const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const fromHex = (text) =>
	Uint8Array.from(text.match(/^([0-9a-f]{2}){32}$/) ? text.match(/../g) : [], (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function sha256(...parts) {
	const all = new Uint8Array(parts.flatMap((part) => [...part]));
	return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/* --- signatures --- */

/* `keys` is what /v1/signing-keys gives.  A key serves one use only. */
async function signed(text, by, signature, use, keys) {
	const key = keys.find((one) => one.key_id === by && one.use === use);
	if (!key || !globalThis.crypto?.subtle) return "none";
	const id = `ed25519:${key.public_key.replaceAll("+", "-").replaceAll("/", "_").slice(0, 16)}`;
	if (id !== by || !/^[A-Za-z0-9+/]{86}==$/.test(signature)) return "fail";
	try {
		const imported = await crypto.subtle.importKey("raw", ascii(atob(key.public_key)), "Ed25519", false, [
			"verify",
		]);
		return (await crypto.subtle.verify("Ed25519", imported, ascii(atob(signature)), ascii(text)))
			? "ok"
			: "fail";
	} catch (error) {
		return error.name === "NotSupportedError" ? "none" : "fail";
	}
}

/* That `receipt` carries the signature of the shop's key for receipts. */
export async function checkReceipt(receipt, keys) {
	if (receipt.version !== "3" || receipt.algorithm !== "ed25519") return "none";
	try {
		return await signed(bodyOf(receipt), receipt.signing_key_id, receipt.signature, "receipts", keys);
	} catch {
		return "fail";
	}
}

/* --- the log --- */

/* The root that a leaf and its path make (RFC 9162 section 2.1.3.2); null when the path does not fit. */
async function rootOf(leaf, index, size, path) {
	let hash = leaf;
	let node = index;
	let last = size - 1;
	for (const step of path.map(fromHex)) {
		if (last === 0) return null;
		const fromLeft = node % 2 === 1 || node === last;
		hash = await (fromLeft ? sha256([1], step, hash) : sha256([1], hash, step));
		for (; fromLeft && node % 2 === 0 && node !== 0; node /= 2) last = Math.floor(last / 2);
		node = Math.floor(node / 2);
		last = Math.floor(last / 2);
	}
	return last === 0 ? toHex(hash) : null;
}

/* That this very receipt is in the log whose signed head comes with `proof`. */
export async function checkInclusion(receipt, proof, keys) {
	if (!globalThis.crypto?.subtle) return "none";
	try {
		const head = proof.sth;
		const leaf = await sha256([0], ascii(`${receipt.id}\n${receipt.signature}`));
		const fits =
			proof.leaf_index >= 0 && proof.leaf_index < proof.tree_size && proof.tree_size === head.tree_size;
		if (
			!fits ||
			(await rootOf(leaf, proof.leaf_index, proof.tree_size, proof.audit_path)) !== head.root_hash
		)
			return "fail";
		return await signed(
			canonical({ type: "postcept-sth", ...pick(head, ["tree_size", "root_hash", "timestamp"]) }),
			head.signing_key_id,
			head.signature,
			"log",
			keys,
		);
	} catch {
		return "fail";
	}
}

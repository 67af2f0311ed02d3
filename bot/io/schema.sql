-- Estorno's one file.
--
-- Read this first: the tables are the product, and the triggers are its promises.  What the C code
-- promises is kept here a second time, so that a mistake there, a hand with the sqlite3 shell, or a
-- restored half of a file meets a wall.  A trigger names the promise it keeps (P1, P3, ...).
--
-- Rows that stay are guarded three times: against UPDATE, against DELETE, and against INSERT OR REPLACE, which
-- deletes what is in its way without asking a DELETE trigger.
--
--   who and what was said     contacts, messages
--   a refund, from complaint  cases, case_facts, transitions, offers
--   what we ask of the world  operations, attempts
--   money and its limits      mandate_keys, mandates, payments, reservations
--   what makes it true        receipts, seals, disclosures, tree_nodes, tree_heads
--   what we say               outbox
--   who may do what           credentials, staff, staff_links, staff_sessions, audit
--   an older file put back    restores
--
-- Times are milliseconds since 1970 UTC and end in _ms.  Money is centavos and ends in _cents.  Days and
-- months are São Paulo's: UTC-03:00, without daylight saving since 2019, hence the 10800 seconds.
--
-- Personal data stands only in contacts, messages, case_facts, disclosures, outbox.text and
-- operations.input: rows that can be erased.  Everything else may be kept and shown (P14).

CREATE TABLE meta (
	one INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row
	created_ms INTEGER NOT NULL,             -- when `estorno init` made the file
	clock_ms INTEGER NOT NULL,               -- the latest instant ever committed: a clock set back reopens no limit
	is_backup INTEGER NOT NULL DEFAULT 0     -- 1 in a copy that `estorno backup` made, until it is
		CHECK (is_backup IN (0, 1))      -- opened in the store's place
) STRICT;

CREATE TRIGGER clock_never_goes_back BEFORE UPDATE OF clock_ms ON meta WHEN NEW.clock_ms < OLD.clock_ms
BEGIN SELECT RAISE(ABORT, 'P5: the clock in the store never goes back'); END;
CREATE TRIGGER meta_stays BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'P5: the clock in the store is not thrown away'); END;
CREATE TRIGGER meta_is_made_once BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta)
BEGIN SELECT RAISE(ABORT, 'P5: the clock in the store is not made anew'); END;

-- ---------------------------------------------------------------------------------------------------
-- An older file was put in the store's place: bot/io/store_restore.c notices it
--
-- It has forgotten what left after it was written, so no money moves until the bank has answered about
-- everything that may have gone on meanwhile (`estorno reconcile`).

CREATE TABLE restores (
	id INTEGER PRIMARY KEY,                  -- order of happening
	epoch INTEGER NOT NULL UNIQUE CHECK (epoch > 0), -- drawn at random: the log's name from here on
	known_until_ms INTEGER NOT NULL,         -- the latest instant that the older file knows of
	last_attempt INTEGER NOT NULL,           -- attempts.id: later ones were made after the restore
	log_size INTEGER NOT NULL,               -- leaves that were there; heads over more are of this epoch
	reconciled_ms INTEGER                    -- when the bank had answered everything; NULL: no money moves
) STRICT;

-- What the bank has not answered since: every payment that was offered to go back in a case that had not
-- ended, and every refund that is reserved or was sent.  Unreachable is no answer (P12).
CREATE VIEW unanswered AS
WITH since (attempt, known_until_ms) AS
	(SELECT max(last_attempt), max(known_until_ms) FROM restores WHERE reconciled_ms IS NULL),
questions (case_id, kind, key, e2eid) AS (
	SELECT o.case_id, 'pay.payment', o.e2eid, o.e2eid
		FROM offers o JOIN cases c ON c.id = o.case_id, since
		WHERE o.made_ms <= since.known_until_ms AND (c.changed_ms > since.known_until_ms
		OR c.state NOT IN ('CLOSED', 'DECLINED', 'REFUSED', 'EXPIRED'))
	UNION
	SELECT case_id, 'pay.refund_status', refund_id, e2eid
		FROM reservations WHERE state IN ('reserved', 'executing'))
SELECT q.case_id, q.kind, q.key, q.e2eid FROM questions q, since
WHERE since.attempt IS NOT NULL AND NOT EXISTS (
	SELECT 1 FROM operations o JOIN attempts a ON a.operation_id = o.id
	WHERE o.case_id = q.case_id AND o.kind = q.kind AND o.key = q.key
	AND a.id > since.attempt AND a.outcome = 'done');

CREATE TRIGGER restores_begin_paused BEFORE INSERT ON restores WHEN NEW.reconciled_ms IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'P3: after a restore the bank is asked before money moves'); END;
CREATE TRIGGER restores_are_answered_first BEFORE UPDATE OF reconciled_ms ON restores
WHEN NEW.reconciled_ms IS NOT NULL AND EXISTS (SELECT 1 FROM unanswered)
BEGIN SELECT RAISE(ABORT, 'P3: the bank has not answered about every refund and payment yet'); END;
CREATE TRIGGER restores_keep_their_terms BEFORE UPDATE ON restores
WHEN NEW.id <> OLD.id OR NEW.epoch <> OLD.epoch OR NEW.known_until_ms <> OLD.known_until_ms
	OR NEW.last_attempt <> OLD.last_attempt OR NEW.log_size <> OLD.log_size OR OLD.reconciled_ms IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'P10: a restore stays on record'); END;
CREATE TRIGGER restores_stay BEFORE DELETE ON restores
BEGIN SELECT RAISE(ABORT, 'P10: a restore is not forgotten'); END;
CREATE TRIGGER restores_are_not_replaced BEFORE INSERT ON restores
WHEN EXISTS (SELECT 1 FROM restores WHERE id = NEW.id OR epoch = NEW.epoch)
BEGIN SELECT RAISE(ABORT, 'P10: a restore is not replaced'); END;

-- ---------------------------------------------------------------------------------------------------
-- People and what was said

CREATE TABLE contacts (
	id INTEGER PRIMARY KEY,                  -- ours
	channel TEXT NOT NULL,                   -- channel's name: zapi
	address TEXT NOT NULL,                   -- phone (normalised) or lid: where we answer
	lid TEXT NOT NULL,                       -- WhatsApp's stable identity, '' when it was never told
	name TEXT NOT NULL,                      -- what the person calls himself; never trusted
	first_heard_ms INTEGER NOT NULL,         -- first message
	UNIQUE (channel, address)
) STRICT;

CREATE TABLE messages (
	id INTEGER PRIMARY KEY,                  -- ours; also the order of hearing
	contact_id INTEGER NOT NULL REFERENCES contacts (id), -- who wrote, or to whom the shop wrote by phone
	case_id TEXT REFERENCES cases (id),      -- the case it was heard in; NULL when none
	author TEXT NOT NULL CHECK (author IN ('customer', 'shop')), -- shop: a person at the shop's own phone
	channel TEXT NOT NULL,                   -- channel's name
	provider_id TEXT NOT NULL,               -- the provider's message id
	edit_id TEXT NOT NULL,                   -- an edit's own id, '' for the first form
	waiting INTEGER NOT NULL CHECK (waiting IN (0, 1)), -- 1: announced, the words follow under the same id
	heard_ms INTEGER NOT NULL,               -- when we heard it
	said_ms INTEGER NOT NULL,                -- the provider's time, 0 when it was nonsense
	content TEXT NOT NULL,                   -- text, button, image, audio, ...
	text TEXT NOT NULL,                      -- words, caption or label
	button_id TEXT NOT NULL,                 -- ours, when a button was pressed
	quoted_id TEXT NOT NULL,                 -- the message it replies to
	forwarded INTEGER NOT NULL CHECK (forwarded IN (0, 1)), -- another person's words
	deleted_ms INTEGER                       -- when the customer took it back; the row stays for staff
) STRICT;

-- P9: the same message twice is one message.
CREATE UNIQUE INDEX messages_once ON messages (channel, provider_id, edit_id, waiting);
CREATE INDEX messages_by_case ON messages (case_id, id);
CREATE INDEX messages_by_contact ON messages (contact_id, id);

-- ---------------------------------------------------------------------------------------------------
-- A refund, from the complaint to the receipt

CREATE TABLE cases (
	id TEXT PRIMARY KEY,                     -- c_ and 12 letters
	contact_id INTEGER NOT NULL REFERENCES contacts (id), -- who complains
	state TEXT NOT NULL CHECK (state IN ('OPENED', 'NEEDS_ORDER', 'LOOKING_UP', 'NEEDS_IDENTITY', 'OFFERED',
		'RESERVED', 'REFUNDING', 'NOTING', 'VERIFYING', 'SEALED', 'NOTIFYING', 'CLOSED', 'DECLINED',
		'REFUSED', 'EXPIRED', 'HELD')), -- where it stands: bot/refund/flow.c
	reason TEXT NOT NULL,                    -- why it is HELD, or why it ended; '' when none is needed
	order_number TEXT NOT NULL,              -- '' until one is known
	amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0), -- of the offer; 0 before one
	receipt_id TEXT NOT NULL,                -- the latest receipt, '' before one
	opened_ms INTEGER NOT NULL,              -- first message
	changed_ms INTEGER NOT NULL,             -- last step
	due_ms INTEGER,                          -- when time itself must wake it; NULL when it rests
	document TEXT NOT NULL,                  -- the rest of the case as JSON: ids, counters, times; nothing personal
	-- P11: only what has ended or is held by name may rest.
	CHECK (due_ms IS NOT NULL OR state IN ('CLOSED', 'DECLINED', 'REFUSED', 'EXPIRED', 'HELD')),
	CHECK (state <> 'HELD' OR reason <> '')
) STRICT;

CREATE INDEX cases_due ON cases (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX cases_by_state ON cases (state, changed_ms);
CREATE INDEX cases_by_order ON cases (order_number, opened_ms);
CREATE INDEX cases_by_contact ON cases (contact_id, opened_ms);

CREATE TABLE case_facts (
	case_id TEXT NOT NULL REFERENCES cases (id), -- whose
	kind TEXT NOT NULL CHECK (kind IN ('order', 'payment', 'refund', 'note', 'words')), -- what was learnt
	read_ms INTEGER NOT NULL,                -- when it was read
	body TEXT NOT NULL,                      -- JSON: bot/base/facts.h; words: the reply, and the opening of the yes
	PRIMARY KEY (case_id, kind)
) STRICT;

CREATE TABLE transitions (
	id INTEGER PRIMARY KEY,                  -- order of happening
	case_id TEXT NOT NULL REFERENCES cases (id), -- whose
	at_ms INTEGER NOT NULL,                  -- when
	from_state TEXT NOT NULL,                -- '' for the first
	to_state TEXT NOT NULL,                  -- where to
	reason TEXT NOT NULL,                    -- the hold's or the end's name, '' otherwise
	actor TEXT NOT NULL                      -- customer, bot, clock, staff:NAME, control
) STRICT;

CREATE INDEX transitions_by_case ON transitions (case_id, id);
CREATE TRIGGER transitions_are_kept BEFORE UPDATE ON transitions
BEGIN SELECT RAISE(ABORT, 'P10: history is only added to'); END;
CREATE TRIGGER transitions_stay BEFORE DELETE ON transitions
BEGIN SELECT RAISE(ABORT, 'P10: history is not deleted'); END;
CREATE TRIGGER transitions_are_not_replaced BEFORE INSERT ON transitions
WHEN EXISTS (SELECT 1 FROM transitions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'P10: history is not replaced'); END;

CREATE TABLE offers (
	id TEXT PRIMARY KEY,                     -- o_ and 12 letters
	case_id TEXT NOT NULL REFERENCES cases (id), -- whose
	order_number TEXT NOT NULL,              -- what was offered: this order,
	e2eid TEXT NOT NULL,                     -- back along this payment,
	amount_cents INTEGER NOT NULL CHECK (amount_cents > 0), -- this much
	made_ms INTEGER NOT NULL,                -- said to the customer
	expires_ms INTEGER NOT NULL,             -- a yes after this is none
	consent_message_id INTEGER UNIQUE REFERENCES messages (id), -- the yes; one yes, one refund
	consented_ms INTEGER,                    -- when it was heard
	CHECK ((consent_message_id IS NULL) = (consented_ms IS NULL)),
	CHECK (consented_ms IS NULL OR consented_ms BETWEEN made_ms AND expires_ms)
) STRICT;

CREATE TRIGGER offers_keep_their_terms BEFORE UPDATE ON offers
WHEN NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.order_number <> OLD.order_number
	OR NEW.e2eid <> OLD.e2eid OR NEW.amount_cents <> OLD.amount_cents OR NEW.made_ms <> OLD.made_ms
	OR NEW.expires_ms <> OLD.expires_ms
	OR (OLD.consent_message_id IS NOT NULL AND (NEW.consent_message_id IS NOT OLD.consent_message_id
		OR NEW.consented_ms IS NOT OLD.consented_ms))
BEGIN SELECT RAISE(ABORT, 'an offer keeps its terms, and its yes stays the yes to it'); END;

-- ---------------------------------------------------------------------------------------------------
-- What we ask of the world

CREATE TABLE operations (
	id INTEGER PRIMARY KEY,                  -- ours
	case_id TEXT NOT NULL REFERENCES cases (id), -- for whom
	kind TEXT NOT NULL CHECK (kind IN ('ledger.order', 'pay.payment', 'pay.refund', 'pay.refund_status',
		'invoice.issue', 'invoice.note')), -- bot/base/operation.h
	role TEXT NOT NULL CHECK (role IN ('read', 'write')), -- may it change the world?
	key TEXT NOT NULL,                       -- what makes it this one: refund id, note ref, order number
	input TEXT NOT NULL,                     -- JSON it is asked with; every resend is made from this
	created_ms INTEGER NOT NULL,             -- intent on disk; the first attempt follows
	CHECK ((role = 'write') = (kind IN ('pay.refund', 'invoice.issue')))
) STRICT;

-- P3: one refund id and one note ref belong to one operation, in whatever case.
CREATE UNIQUE INDEX operations_write_once ON operations (kind, key) WHERE role = 'write';
CREATE UNIQUE INDEX operations_once_a_case ON operations (case_id, kind, key);

CREATE TABLE attempts (
	id INTEGER PRIMARY KEY,                  -- ours
	operation_id INTEGER NOT NULL REFERENCES operations (id), -- of what
	tool TEXT NOT NULL,                      -- which provider's translator
	credential TEXT NOT NULL,                -- role and fingerprint of the credential used
	started_us INTEGER NOT NULL,             -- microseconds since 1970: committed, then sent
	ended_us INTEGER,                        -- NULL while it is under way, or was when we died
	outcome TEXT CHECK (outcome IN ('done', 'refused', 'retry', 'unknown', 'contradiction')), -- what became of it
	why TEXT NOT NULL DEFAULT '',            -- the provider's words, in one line; no secrets, nothing personal
	CHECK ((ended_us IS NULL) = (outcome IS NULL))
) STRICT;

-- P3, P8: never two at once, so nothing is repeated while it may still happen.
CREATE UNIQUE INDEX attempts_one_open ON attempts (operation_id) WHERE ended_us IS NULL;
CREATE INDEX attempts_by_operation ON attempts (operation_id, id);

CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts WHEN OLD.ended_us IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'P10: an attempt that has ended is not changed'); END;
CREATE TRIGGER attempts_keep_their_terms BEFORE UPDATE ON attempts
WHEN NEW.id <> OLD.id OR NEW.operation_id <> OLD.operation_id OR NEW.tool <> OLD.tool
	OR NEW.credential <> OLD.credential OR NEW.started_us <> OLD.started_us
BEGIN SELECT RAISE(ABORT, 'P8: an attempt stays the attempt that was made'); END;
CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
BEGIN SELECT RAISE(ABORT, 'P10: attempts are only added'); END;
CREATE TRIGGER attempts_are_not_replaced BEFORE INSERT ON attempts
WHEN EXISTS (SELECT 1 FROM attempts WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM attempts WHERE operation_id = NEW.operation_id AND ended_us IS NULL)
BEGIN SELECT RAISE(ABORT, 'P3: an attempt is under way, or there already'); END;

-- ---------------------------------------------------------------------------------------------------
-- Money and its limits

CREATE TABLE mandate_keys (
	key_id TEXT PRIMARY KEY,                 -- ed25519:...
	public_key TEXT NOT NULL UNIQUE,         -- base64 of 32 bytes; finance keeps the other half
	trusted_ms INTEGER NOT NULL              -- pinned by `estorno mandate trust`
) STRICT;

CREATE TABLE mandates (
	id TEXT NOT NULL,                        -- as finance named it: cm_support
	version INTEGER NOT NULL,                -- when it was signed, in ms: a later signature replaces an earlier
	body TEXT NOT NULL,                      -- the signed bytes; C verifies them before every refund
	signature TEXT NOT NULL,                 -- base64, over body
	key_id TEXT NOT NULL REFERENCES mandate_keys (key_id), -- whose signature
	per_refund_cents INTEGER NOT NULL CHECK (per_refund_cents > 0), -- most for one refund
	per_order_cents INTEGER CHECK (per_order_cents > 0),       -- for one order in all; NULL: no such limit
	per_customer_day_cents INTEGER CHECK (per_customer_day_cents > 0), -- for one buyer a day
	per_day_cents INTEGER CHECK (per_day_cents > 0),           -- for all, a day
	per_month_cents INTEGER CHECK (per_month_cents > 0),       -- for all, a calendar month
	count_per_day INTEGER CHECK (count_per_day > 0),           -- refunds a day
	max_order_age_days INTEGER CHECK (max_order_age_days > 0), -- since the order
	not_before_ms INTEGER NOT NULL,          -- valid from
	expires_ms INTEGER NOT NULL CHECK (expires_ms > not_before_ms), -- valid until, excluded
	status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'revoked', 'superseded')), -- finance's last word
	installed_ms INTEGER NOT NULL,           -- when it came
	changed_ms INTEGER NOT NULL,             -- when status changed
	PRIMARY KEY (id, version)
) STRICT;

-- One mandate rules at a time.
CREATE UNIQUE INDEX mandates_one_current ON mandates ((1)) WHERE status IN ('active', 'paused');

CREATE TRIGGER mandates_keep_their_terms BEFORE UPDATE ON mandates
WHEN NEW.body <> OLD.body OR NEW.signature <> OLD.signature OR NEW.key_id <> OLD.key_id
	OR NEW.id <> OLD.id OR NEW.version <> OLD.version
	OR NEW.per_refund_cents <> OLD.per_refund_cents OR NEW.per_order_cents IS NOT OLD.per_order_cents
	OR NEW.per_customer_day_cents IS NOT OLD.per_customer_day_cents OR NEW.per_day_cents IS NOT OLD.per_day_cents
	OR NEW.per_month_cents IS NOT OLD.per_month_cents OR NEW.count_per_day IS NOT OLD.count_per_day
	OR NEW.max_order_age_days IS NOT OLD.max_order_age_days
	OR NEW.not_before_ms <> OLD.not_before_ms OR NEW.expires_ms <> OLD.expires_ms
BEGIN SELECT RAISE(ABORT, 'P6: what finance signed is not changed; install another mandate'); END;
CREATE TRIGGER mandates_revoked_is_final BEFORE UPDATE OF status ON mandates
WHEN OLD.status IN ('revoked', 'superseded') AND NEW.status <> OLD.status
BEGIN SELECT RAISE(ABORT, 'P6: a revoked or superseded mandate stays so'); END;
CREATE TRIGGER mandates_stay BEFORE DELETE ON mandates
BEGIN SELECT RAISE(ABORT, 'P10: mandates are only added'); END;
CREATE TRIGGER mandates_are_not_replaced BEFORE INSERT ON mandates
WHEN EXISTS (SELECT 1 FROM mandates WHERE id = NEW.id AND version = NEW.version)
	OR (NEW.status IN ('active', 'paused') AND EXISTS (SELECT 1 FROM mandates WHERE status IN ('active', 'paused')))
BEGIN SELECT RAISE(ABORT, 'P6: one mandate rules at a time, and is not replaced'); END;

CREATE TABLE payments (
	e2eid TEXT PRIMARY KEY,                  -- the Pix, by its end-to-end id
	amount_cents INTEGER NOT NULL CHECK (amount_cents > 0), -- what was paid
	elsewhere_cents INTEGER NOT NULL CHECK (elsewhere_cents >= 0), -- refunds the bank knows of that are not ours
	read_ms INTEGER NOT NULL                 -- when the bank said so
) STRICT;

-- What a mandate was used for.  reserved -> executing -> spent, or released when it certainly did not happen.
CREATE TABLE reservations (
	id INTEGER PRIMARY KEY,                  -- ours
	case_id TEXT NOT NULL REFERENCES cases (id), -- for which case
	offer_id TEXT NOT NULL UNIQUE REFERENCES offers (id), -- one yes, one refund
	mandate_id TEXT NOT NULL,                -- under which mandate: of the yes, then of the latest order to pay
	mandate_version INTEGER NOT NULL,        -- and which signature of it
	order_number TEXT NOT NULL,              -- for the limit per order
	customer TEXT NOT NULL,                  -- keyed hash of the buyer's document, for the limit a customer and day
	e2eid TEXT NOT NULL REFERENCES payments (e2eid), -- the payment it goes back along
	refund_id TEXT NOT NULL,                 -- the bank's idempotency key, derived before anything is sent
	amount_cents INTEGER NOT NULL CHECK (amount_cents > 0), -- how much
	reserved_ms INTEGER NOT NULL,            -- when the yes was heard
	executes_ms INTEGER NOT NULL,            -- the latest order to pay, before it the yes: dates it for the limits
	day TEXT NOT NULL GENERATED ALWAYS AS -- São Paulo's day
		(strftime('%Y-%m-%d', executes_ms / 1000 - 10800, 'unixepoch')) STORED,
	state TEXT NOT NULL CHECK (state IN ('reserved', 'executing', 'spent', 'released')), -- all but released count
	changed_ms INTEGER NOT NULL,             -- last change of state
	FOREIGN KEY (mandate_id, mandate_version) REFERENCES mandates (id, version)
) STRICT;

CREATE INDEX reservations_by_day ON reservations (day) WHERE state <> 'released';
CREATE INDEX reservations_by_order ON reservations (order_number) WHERE state <> 'released';
CREATE INDEX reservations_by_payment ON reservations (e2eid) WHERE state <> 'released';
-- P3: one refund id is one refund; an id that was reserved and never sent may be reserved again.
CREATE UNIQUE INDEX reservations_one_an_id ON reservations (refund_id) WHERE state <> 'released';
-- P3: never two refunds under way for one case.
CREATE UNIQUE INDEX reservations_one_a_case ON reservations (case_id) WHERE state IN ('reserved', 'executing');

CREATE TRIGGER reservations_begin_reserved BEFORE INSERT ON reservations
WHEN NEW.state <> 'reserved' OR NEW.executes_ms <> NEW.reserved_ms
BEGIN SELECT RAISE(ABORT, 'P5: money is reserved before it is anything else'); END;

CREATE TRIGGER reservations_need_a_mandate BEFORE INSERT ON reservations
WHEN NOT EXISTS (SELECT 1 FROM mandates m WHERE m.id = NEW.mandate_id AND m.version = NEW.mandate_version
	AND m.status = 'active' AND NEW.reserved_ms >= m.not_before_ms AND NEW.reserved_ms < m.expires_ms)
BEGIN SELECT RAISE(ABORT, 'P6: no active mandate allows a refund now'); END;

CREATE TRIGGER reservations_need_a_yes BEFORE INSERT ON reservations
WHEN NOT EXISTS (SELECT 1 FROM offers o WHERE o.id = NEW.offer_id AND o.case_id = NEW.case_id
	AND o.amount_cents = NEW.amount_cents AND o.e2eid = NEW.e2eid AND o.order_number = NEW.order_number
	AND o.consent_message_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'no yes to exactly this order, amount and payment'); END;

CREATE TRIGGER reservations_within_refund BEFORE INSERT ON reservations
WHEN NEW.amount_cents
	> (SELECT per_refund_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one refund'); END;

CREATE TRIGGER reservations_within_order BEFORE INSERT ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE order_number = NEW.order_number AND state <> 'released')
	> (SELECT per_order_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one order'); END;

CREATE TRIGGER reservations_within_customer_day BEFORE INSERT ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE customer = NEW.customer AND state <> 'released'
		AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_customer_day_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one customer and day'); END;

CREATE TRIGGER reservations_within_day BEFORE INSERT ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE state <> 'released' AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_day_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one day'); END;

CREATE TRIGGER reservations_within_month BEFORE INSERT ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE state <> 'released'
		AND day BETWEEN strftime('%Y-%m-01', NEW.executes_ms / 1000 - 10800, 'unixepoch')
			AND strftime('%Y-%m-31', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_month_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one month'); END;

CREATE TRIGGER reservations_within_count BEFORE INSERT ON reservations
WHEN 1 + (SELECT count(*) FROM reservations
		WHERE state <> 'released' AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT count_per_day FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: more refunds than the mandate allows a day'); END;

CREATE TRIGGER reservations_within_payment BEFORE INSERT ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE e2eid = NEW.e2eid AND state <> 'released')
	+ (SELECT elsewhere_cents FROM payments WHERE e2eid = NEW.e2eid)
	> (SELECT amount_cents FROM payments WHERE e2eid = NEW.e2eid)
BEGIN SELECT RAISE(ABORT, 'P7: more would go back than was paid'); END;

-- An order to pay may leave days after its yes (a hold, a resend, midnight): it counts when it leaves, and under
-- the mandate that rules then, so the limits are asked again when one of the two moves.  Without the row itself,
-- and in the words of above.

CREATE TRIGGER reservations_move_within_refund BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN NEW.amount_cents
	> (SELECT per_refund_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one refund'); END;

CREATE TRIGGER reservations_move_within_order BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE order_number = NEW.order_number AND id <> OLD.id AND state <> 'released')
	> (SELECT per_order_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one order'); END;

CREATE TRIGGER reservations_move_within_customer_day BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE customer = NEW.customer AND id <> OLD.id AND state <> 'released'
		AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_customer_day_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one customer and day'); END;

CREATE TRIGGER reservations_move_within_day BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE id <> OLD.id AND state <> 'released'
		AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_day_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one day'); END;

CREATE TRIGGER reservations_move_within_month BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM reservations
		WHERE id <> OLD.id AND state <> 'released'
		AND day BETWEEN strftime('%Y-%m-01', NEW.executes_ms / 1000 - 10800, 'unixepoch')
			AND strftime('%Y-%m-31', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT per_month_cents FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: above the mandate for one month'); END;

CREATE TRIGGER reservations_move_within_count BEFORE UPDATE OF executes_ms, mandate_version ON reservations
WHEN 1 + (SELECT count(*) FROM reservations
		WHERE id <> OLD.id AND state <> 'released'
		AND day = strftime('%Y-%m-%d', NEW.executes_ms / 1000 - 10800, 'unixepoch'))
	> (SELECT count_per_day FROM mandates WHERE id = NEW.mandate_id AND version = NEW.mandate_version)
BEGIN SELECT RAISE(ABORT, 'P5: more refunds than the mandate allows a day'); END;

CREATE TRIGGER reservations_keep_their_terms BEFORE UPDATE ON reservations
WHEN NEW.case_id <> OLD.case_id OR NEW.offer_id <> OLD.offer_id OR NEW.order_number <> OLD.order_number
	OR NEW.customer <> OLD.customer OR NEW.e2eid <> OLD.e2eid OR NEW.refund_id <> OLD.refund_id
	OR NEW.amount_cents <> OLD.amount_cents OR NEW.reserved_ms <> OLD.reserved_ms OR NEW.id <> OLD.id
	OR NEW.executes_ms < OLD.executes_ms
	OR (NEW.executes_ms <> OLD.executes_ms AND OLD.state NOT IN ('reserved', 'executing'))
BEGIN SELECT RAISE(ABORT, 'P5: a reservation keeps its terms'); END;
-- The one term that may change: finance has installed another mandate since the yes, and it is that one which
-- lets the order to pay leave.
CREATE TRIGGER reservations_move_to_the_mandate_that_rules BEFORE UPDATE ON reservations
WHEN (NEW.mandate_id <> OLD.mandate_id OR NEW.mandate_version <> OLD.mandate_version)
	AND (OLD.state NOT IN ('reserved', 'executing') OR NEW.state <> 'executing'
	OR NEW.executes_ms <= OLD.executes_ms
	OR NOT EXISTS (SELECT 1 FROM mandates m WHERE m.id = NEW.mandate_id AND m.version = NEW.mandate_version
		AND m.status = 'active' AND NEW.executes_ms >= m.not_before_ms AND NEW.executes_ms < m.expires_ms))
BEGIN SELECT RAISE(ABORT, 'P6: a reservation moves to the mandate that rules, when its order to pay leaves'); END;

CREATE TRIGGER reservations_move_forward BEFORE UPDATE OF state ON reservations
WHEN NEW.state <> OLD.state AND NOT (
	(OLD.state = 'reserved' AND NEW.state IN ('executing', 'released')) OR
	(OLD.state = 'executing' AND NEW.state IN ('spent', 'released')))
BEGIN SELECT RAISE(ABORT, 'P5: reserved, executing, spent; or released'); END;

CREATE TRIGGER reservations_execute_under_mandate BEFORE UPDATE OF state ON reservations
WHEN NEW.state = 'executing' AND OLD.state = 'reserved' AND NOT EXISTS (SELECT 1 FROM mandates m
	WHERE m.id = NEW.mandate_id AND m.version = NEW.mandate_version AND m.status = 'active'
	AND NEW.changed_ms >= m.not_before_ms AND NEW.changed_ms < m.expires_ms)
BEGIN SELECT RAISE(ABORT, 'P6: the mandate was taken back before the refund left'); END;

CREATE TRIGGER reservations_wait_after_a_restore BEFORE UPDATE OF state ON reservations
WHEN NEW.state = 'executing' AND OLD.state = 'reserved'
	AND EXISTS (SELECT 1 FROM restores WHERE reconciled_ms IS NULL)
BEGIN SELECT RAISE(ABORT, 'P3: the store is an older one; the bank is asked before money moves'); END;

CREATE TRIGGER reservations_stay BEFORE DELETE ON reservations
BEGIN SELECT RAISE(ABORT, 'P10: reservations are released, never deleted'); END;
CREATE TRIGGER reservations_are_not_replaced BEFORE INSERT ON reservations
WHEN EXISTS (SELECT 1 FROM reservations WHERE id = NEW.id OR offer_id = NEW.offer_id)
	OR EXISTS (SELECT 1 FROM reservations WHERE refund_id = NEW.refund_id AND state <> 'released')
	OR EXISTS (SELECT 1 FROM reservations WHERE case_id = NEW.case_id AND state IN ('reserved', 'executing'))
BEGIN SELECT RAISE(ABORT, 'P3: one yes, one id and one case are one refund'); END;

-- P4, P5: an order to pay exists only for a reservation of that id, amount and payment that is executing.
CREATE TRIGGER refunds_need_a_reservation BEFORE INSERT ON operations
WHEN NEW.kind = 'pay.refund' AND NOT EXISTS (SELECT 1 FROM reservations r
	WHERE r.refund_id = NEW.key AND r.case_id = NEW.case_id AND r.state = 'executing'
	AND r.amount_cents = json_extract(NEW.input, '$.amount_cents')
	AND r.e2eid = json_extract(NEW.input, '$.e2eid'))
BEGIN SELECT RAISE(ABORT, 'P5: no reservation under the mandate covers this refund'); END;

CREATE TRIGGER operations_keep_their_terms BEFORE UPDATE ON operations
WHEN NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.kind <> OLD.kind OR NEW.role <> OLD.role
	OR NEW.key <> OLD.key OR (OLD.kind = 'pay.refund' AND NEW.input <> OLD.input)
BEGIN SELECT RAISE(ABORT, 'P8: what was asked is not changed afterwards'); END;
CREATE TRIGGER operations_stay BEFORE DELETE ON operations
BEGIN SELECT RAISE(ABORT, 'P10: operations are only added'); END;
CREATE TRIGGER operations_are_not_replaced BEFORE INSERT ON operations
WHEN EXISTS (SELECT 1 FROM operations WHERE id = NEW.id)
	OR EXISTS (SELECT 1 FROM operations WHERE case_id = NEW.case_id AND kind = NEW.kind AND key = NEW.key)
	OR (NEW.role = 'write' AND EXISTS (SELECT 1 FROM operations
		WHERE kind = NEW.kind AND key = NEW.key AND role = 'write'))
BEGIN SELECT RAISE(ABORT, 'P3: this was asked already; it is one operation'); END;

CREATE TRIGGER refunds_are_sent_under_mandate BEFORE INSERT ON attempts
WHEN (SELECT kind FROM operations WHERE id = NEW.operation_id) = 'pay.refund' AND NOT EXISTS (
	SELECT 1 FROM operations o JOIN reservations r ON r.refund_id = o.key
		JOIN mandates m ON m.id = r.mandate_id AND m.version = r.mandate_version
	WHERE o.id = NEW.operation_id AND r.state = 'executing' AND m.status = 'active'
	AND NEW.started_us / 1000 < m.expires_ms)
BEGIN SELECT RAISE(ABORT, 'P6: no refund is sent, or sent again, without an active mandate'); END;

CREATE TRIGGER refunds_wait_after_a_restore BEFORE INSERT ON attempts
WHEN (SELECT kind FROM operations WHERE id = NEW.operation_id) = 'pay.refund'
	AND EXISTS (SELECT 1 FROM restores WHERE reconciled_ms IS NULL)
BEGIN SELECT RAISE(ABORT, 'P3: the store is an older one; no refund is sent before the bank was asked'); END;

CREATE TRIGGER refunds_count_when_they_leave BEFORE INSERT ON attempts
WHEN (SELECT kind FROM operations WHERE id = NEW.operation_id) = 'pay.refund' AND NOT EXISTS (
	SELECT 1 FROM operations o JOIN reservations r ON r.refund_id = o.key
	WHERE o.id = NEW.operation_id AND r.state <> 'released' AND NEW.started_us / 1000 - r.executes_ms <= 60000)
BEGIN SELECT RAISE(ABORT, 'P5: a refund is weighed and dated when it leaves, not before'); END;

-- ---------------------------------------------------------------------------------------------------
-- What makes it true

CREATE TABLE receipts (
	id TEXT PRIMARY KEY,                     -- rcp_rf8421, then rcp_rf8421-2
	case_id TEXT NOT NULL REFERENCES cases (id), -- for which case
	order_number TEXT NOT NULL,              -- auditors ask by it
	result TEXT NOT NULL CHECK (result IN ('verified', 'incomplete', 'duplicated', 'mismatched',
		'policy_failed')),               -- the gate's
	lifecycle TEXT NOT NULL,                 -- unobserved ... finalized, reversed
	safe INTEGER NOT NULL CHECK (safe IN (0, 1)), -- safe_to_claim_complete
	amount_cents INTEGER NOT NULL,           -- of the refund it speaks of
	body BLOB NOT NULL,                      -- the very bytes that are signed
	details TEXT NOT NULL,                   -- JSON: the sentences beside the postconditions, which nobody signs
	reply_commitment TEXT NOT NULL,          -- binds the reply's exact words (P2); '' when nothing may be claimed
	supersedes TEXT UNIQUE REFERENCES receipts (id), -- the earlier receipt of this refund; NULL for the first
	leaf_index INTEGER NOT NULL UNIQUE CHECK (leaf_index >= 0), -- its place in the log, given with the bytes
	test INTEGER NOT NULL CHECK (test IN (0, 1)), -- 1: made in a sandbox; signed as such
	prepared_ms INTEGER NOT NULL,            -- bytes on disk; signed after
	CHECK (safe = 0 OR (result = 'verified' AND lifecycle = 'finalized'))
) STRICT;

CREATE INDEX receipts_by_order ON receipts (order_number, leaf_index);
CREATE INDEX receipts_by_case ON receipts (case_id, leaf_index);

CREATE TABLE seals (
	receipt_id TEXT PRIMARY KEY REFERENCES receipts (id), -- of which
	signature TEXT NOT NULL,                 -- base64 Ed25519 over receipts.body
	sshsig TEXT NOT NULL,                    -- the same bytes for `ssh-keygen -Y verify`
	signing_key_id TEXT NOT NULL,            -- ed25519:...
	leaf_hash TEXT NOT NULL,                 -- hex: SHA-256(0x00 || id || 0x0a || signature)
	sealed_ms INTEGER NOT NULL               -- from here on it may be shown
) STRICT;

CREATE TABLE disclosures (
	receipt_id TEXT NOT NULL REFERENCES receipts (id), -- of which
	name TEXT NOT NULL,                      -- what is disclosed: reply_text, consent_text, buyer_phone
	disclosure TEXT NOT NULL,                -- base64url of ["salt","name","value"]; erased with the person
	PRIMARY KEY (receipt_id, name)
) STRICT;

CREATE TABLE tree_nodes (
	level INTEGER NOT NULL,                  -- 0 for leaves
	position INTEGER NOT NULL,               -- from the left
	hash TEXT NOT NULL,                      -- hex SHA-256 of a complete subtree
	PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE tree_heads (
	size INTEGER PRIMARY KEY CHECK (size > 0), -- leaves; one head a size, ever: no equivocation
	root TEXT NOT NULL,                      -- hex
	timestamp_ms INTEGER NOT NULL,           -- signed with it, in whole seconds
	signature TEXT NOT NULL,                 -- base64 over the Postcept tree head
	signing_key_id TEXT NOT NULL,            -- of the log key
	checkpoint TEXT NOT NULL                 -- the same head as a C2SP signed note
) STRICT;

CREATE TRIGGER receipts_are_kept BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'P10: a receipt is never changed; a later one supersedes it'); END;
CREATE TRIGGER receipts_stay BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'P10: a receipt is never deleted'); END;
CREATE TRIGGER receipts_are_not_replaced BEFORE INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM receipts WHERE id = NEW.id OR supersedes = NEW.supersedes)
BEGIN SELECT RAISE(ABORT, 'P10: a receipt is never replaced, and superseded once'); END;
CREATE TRIGGER receipts_follow_on BEFORE INSERT ON receipts
WHEN NEW.leaf_index <> (SELECT count(*) FROM receipts)
BEGIN SELECT RAISE(ABORT, 'P10: the log has no gaps'); END;
CREATE TRIGGER seals_are_kept BEFORE UPDATE ON seals
BEGIN SELECT RAISE(ABORT, 'P10: a seal is never changed'); END;
CREATE TRIGGER seals_stay BEFORE DELETE ON seals
BEGIN SELECT RAISE(ABORT, 'P10: a seal is never deleted'); END;
CREATE TRIGGER seals_are_not_replaced BEFORE INSERT ON seals
WHEN EXISTS (SELECT 1 FROM seals WHERE receipt_id = NEW.receipt_id)
BEGIN SELECT RAISE(ABORT, 'P10: a receipt is sealed once'); END;
CREATE TRIGGER tree_nodes_are_kept BEFORE UPDATE ON tree_nodes
BEGIN SELECT RAISE(ABORT, 'P10: the log is only added to'); END;
CREATE TRIGGER tree_nodes_stay BEFORE DELETE ON tree_nodes
BEGIN SELECT RAISE(ABORT, 'P10: no part of the log is deleted'); END;
CREATE TRIGGER tree_nodes_are_not_replaced BEFORE INSERT ON tree_nodes
WHEN EXISTS (SELECT 1 FROM tree_nodes WHERE level = NEW.level AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'P10: no part of the log is replaced'); END;
CREATE TRIGGER tree_heads_are_kept BEFORE UPDATE ON tree_heads
BEGIN SELECT RAISE(ABORT, 'P10: a released head is never changed'); END;
CREATE TRIGGER tree_heads_stay BEFORE DELETE ON tree_heads
BEGIN SELECT RAISE(ABORT, 'P10: a released head is never deleted'); END;
CREATE TRIGGER tree_heads_grow BEFORE INSERT ON tree_heads
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM tree_heads)
	OR NEW.size > (SELECT count(*) FROM seals)
BEGIN SELECT RAISE(ABORT, 'P10: heads only grow, and only over sealed receipts'); END;

-- ---------------------------------------------------------------------------------------------------
-- What we say

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,                  -- ours; also the order of saying
	contact_id INTEGER NOT NULL REFERENCES contacts (id), -- to whom
	case_id TEXT REFERENCES cases (id),      -- in which case
	kind TEXT NOT NULL CHECK (kind IN ('say', 'refund_done', 'staff')), -- refund_done says that money went back
	template TEXT NOT NULL,                  -- which text of templates/chat; staff for a person's own words
	text TEXT NOT NULL,                      -- the words
	receipt_id TEXT REFERENCES receipts (id), -- what makes them true
	commitment TEXT NOT NULL,                -- of the words; '' where nothing is claimed
	state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'sent', 'received', 'read',
		'failed')),                      -- accepted is not sent
	attempts INTEGER NOT NULL,               -- times handed to the channel
	due_ms INTEGER,                          -- when it goes, or goes again; NULL when nothing is to be done
	queued_ms INTEGER NOT NULL,              -- said
	sent_ms INTEGER,                         -- left for the customer
	provider_id TEXT NOT NULL,               -- the channel's message id once accepted, '' before
	queue_id TEXT NOT NULL,                  -- the channel's queue id
	failure TEXT NOT NULL,                   -- why it could not be sent, '' otherwise
	CHECK ((kind = 'refund_done') = (template = 'refund_done')),
	CHECK ((kind = 'refund_done') = (receipt_id IS NOT NULL))
) STRICT;

CREATE INDEX outbox_due ON outbox (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX outbox_by_case ON outbox (case_id, id);
-- Who is next of each person's waiting messages.
CREATE INDEX outbox_waiting ON outbox (contact_id, id) WHERE state = 'queued';
CREATE INDEX outbox_by_provider_id ON outbox (provider_id) WHERE provider_id <> '';
-- One message at a time to one person, so that they arrive in the order they were said.
CREATE UNIQUE INDEX outbox_one_on_its_way ON outbox (contact_id) WHERE state = 'sending';

CREATE TRIGGER outbox_says_done_only_when_it_is BEFORE INSERT ON outbox
WHEN NEW.kind = 'refund_done' AND NOT EXISTS (SELECT 1 FROM receipts r JOIN seals s ON s.receipt_id = r.id
	WHERE r.id = NEW.receipt_id AND r.case_id = NEW.case_id AND r.result = 'verified' AND r.safe = 1
	AND r.reply_commitment = NEW.commitment AND r.reply_commitment <> '')
BEGIN SELECT RAISE(ABORT, 'P1: nobody is told that a refund happened without its verified, sealed receipt'); END;

CREATE TRIGGER outbox_keeps_its_words BEFORE UPDATE ON outbox
WHEN NEW.kind <> OLD.kind OR NEW.template <> OLD.template OR NEW.receipt_id IS NOT OLD.receipt_id
	OR NEW.commitment <> OLD.commitment OR NEW.contact_id <> OLD.contact_id OR NEW.case_id IS NOT OLD.case_id
	OR (NEW.text <> OLD.text AND NEW.text <> '')
BEGIN SELECT RAISE(ABORT, 'P2: what was said is not changed; it may only be erased'); END;

-- ---------------------------------------------------------------------------------------------------
-- Who may do what

CREATE TABLE credentials (
	name TEXT NOT NULL,                      -- the tool's or channel's name
	role TEXT NOT NULL CHECK (role IN ('read', 'write')), -- what it was given for
	nonce TEXT NOT NULL,                     -- base64, XChaCha20-Poly1305
	sealed TEXT NOT NULL,                    -- base64: secrets as JSON, under the data key, bound to name and role
	fingerprint TEXT NOT NULL,               -- first 16 hex digits of a keyed hash; may be shown
	stored_ms INTEGER NOT NULL,              -- when it passed its probe
	PRIMARY KEY (name, role)
) STRICT;

CREATE TABLE staff (
	id INTEGER PRIMARY KEY,                  -- ours
	name TEXT NOT NULL UNIQUE,               -- as given to `estorno staff add`
	role TEXT NOT NULL CHECK (role IN ('agent', 'approver', 'auditor', 'admin')), -- what this person may do
	added_ms INTEGER NOT NULL,               -- when
	disabled_ms INTEGER                      -- NULL while the person may log in
) STRICT;

CREATE TABLE staff_links (
	token_hash TEXT PRIMARY KEY,             -- hex SHA-256 of the link's secret
	staff_id INTEGER NOT NULL REFERENCES staff (id), -- who it logs in
	expires_ms INTEGER NOT NULL,             -- not after this
	used_ms INTEGER                          -- once
) STRICT;

CREATE TABLE staff_sessions (
	token_hash TEXT PRIMARY KEY,             -- hex SHA-256 of the cookie's secret
	staff_id INTEGER NOT NULL REFERENCES staff (id), -- whose
	created_ms INTEGER NOT NULL,             -- log-in
	seen_ms INTEGER NOT NULL,                -- last request; idle sessions end
	expires_ms INTEGER NOT NULL              -- absolute end
) STRICT;

CREATE TABLE audit (
	id INTEGER PRIMARY KEY,                  -- order of happening
	at_ms INTEGER NOT NULL,                  -- when
	actor TEXT NOT NULL,                     -- staff:NAME, control (the command line), bot
	action TEXT NOT NULL,                    -- case.release, mandate.revoke, ...
	target TEXT NOT NULL,                    -- case id, mandate id, connection
	detail TEXT NOT NULL                     -- one line, nothing personal, no secrets
) STRICT;

CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'P10: the audit trail is only added to'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'P10: the audit trail is not deleted'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'P10: the audit trail is not replaced'); END;

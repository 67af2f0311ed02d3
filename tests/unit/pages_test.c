/*
 * What the pages are given, and that they are whole: who sees what of a case, and that
 * every name the program uses has its words where people read it.
 */
#include "tests/test.h"

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "io/assets.h"
#include "proof/gate.h"
#include "serve/door.h"
#include "serve/shown_case.h"
#include "serve/shown_receipt.h"
#include "tests/sim/scene.h"

#define MARINA "5520999990101"
#define RAFAEL "5520999990202"
#define BIANCA "5520999990303"

static const struct staff agent = { .id = 1, .name = "Bruna Aguiar", .role = "agent" };
static const struct staff auditor = { .id = 2, .name = "Teresa Vidal", .role = "auditor" };
static const struct staff stranger = { .id = 3, .name = "Ninguém", .role = "" };

static void
refund(struct scene *scene, const char *phone, const char *complaint)
{
	scene_say(scene, phone, complaint, NULL);
	scene_run(scene, 3 * SECOND_MS);
	scene_say(scene, phone, "Pode sim.", NULL);
	scene_run(scene, 30 * SECOND_MS);
}

/* The shop's only case of an order, as `reader` sees it. */
static json_t *
case_of(struct scene *scene, const char *order, const struct staff *reader)
{
	json_t *list = shown_cases(scene->store, reader), *shown = NULL, *row;
	size_t index;
	json_array_foreach (json_object_get(list, "cases"), index, row)
		if (text_equal(json_string_value(json_object_get(row, "order")), order))
			shown = shown_case(scene->store,
			                   json_string_value(json_object_get(row, "id")), reader);
	json_decref(list);
	assert_non_null(shown);
	return shown;
}

static const char *
text_at(const json_t *json, const char *path)
{
	const char *text = json_string_value(json_at(json, path));
	if (text == NULL)
		fail_msg("there is no text at %s", path);
	return text;
}

static void
staff_read_a_refund_from_the_complaint_to_the_receipt(void **state)
{
	struct scene *scene = scene_new(1, NULL);
	(void)state;
	refund(scene, MARINA, "Meu pedido 8421 veio quebrado, quero meu dinheiro de volta");
	json_t *shown = case_of(scene, "8421", &agent);
	json_t *first = json_array_get(json_object_get(shown, "lines"), 0);
	json_t *second = json_array_get(json_object_get(shown, "lines"), 1);
	assert_string_equal(text_at(shown, "case.state"), "CLOSED");
	assert_string_equal(text_at(shown, "case.phone"), MARINA);
	assert_string_equal(text_at(first, "author"), "customer");
	assert_string_equal(text_at(second, "author"), "bot");
	assert_non_null(strstr(text_at(second, "text"), "Devolvo no mesmo Pix agora, ok?"));
	assert_string_equal(text_at(shown, "refund.status"), "DEVOLVIDO");
	assert_int_equal(json_integer_value(json_at(shown, "payment.refunded_cents")), 18600);
	assert_string_equal(text_at(shown, "receipt.result"), "verified");
	assert_true(json_is_true(json_at(shown, "receipt.safe")));
	json_decref(shown);
	scene_free(scene);
}

static void
assert_lacks(const json_t *json, const char *words)
{
	char *text = json_text(json);
	if (strstr(text, words) != NULL)
		fail_msg("\"%s\" is in %s", words, text);
	free(text);
}

static void
assert_shows_nobody(const json_t *shown)
{
	assert_lacks(shown, "999990101"); /* the phone */
	assert_lacks(shown, "Marina");
	assert_lacks(shown, "quebrado");    /* what she said, */
	assert_lacks(shown, "mesmo Pix");   /* and what she was told */
	assert_lacks(shown, "12345678909"); /* her document */
}

static void
an_auditor_reads_what_happened_and_never_who_or_what_was_said(void **state)
{
	const struct staff *readers[] = { &auditor, &stranger };
	struct scene *scene = scene_new(2, NULL);
	(void)state;
	refund(scene, MARINA, "Meu pedido 8421 veio quebrado, quero meu dinheiro de volta");
	for (size_t i = 0; i < 2; i++) {
		json_t *list = shown_cases(scene->store, readers[i]);
		json_t *shown = case_of(scene, "8421", readers[i]);
		assert_shows_nobody(list);
		assert_shows_nobody(shown);
		assert_null(json_object_get(shown, "lines"));
		assert_true(json_array_size(json_object_get(shown, "steps")) > 5);
		assert_true(json_array_size(json_object_get(shown, "calls")) > 5);
		assert_string_equal(text_at(shown, "receipt.id"), "rcp_rf8421");
		json_decref(shown);
		json_decref(list);
	}
	scene_free(scene);
}

static void
a_held_case_says_where_a_release_leads_and_whether_no_is_still_possible(void **state)
{
	struct scene *scene = scene_new(3, NULL);
	(void)state;
	scene_say(scene, RAFAEL, "quero o estorno do pedido 9001", NULL);
	scene_run(scene, 5 * SECOND_MS);
	json_t *above = case_of(scene, "9001", &agent);
	assert_string_equal(text_at(above, "case.reason"), "above_cap");
	assert_string_equal(text_at(above, "case.resume"), "LOOK_UP");
	assert_true(json_is_true(json_at(above, "case.may_deny")));
	assert_true(json_is_null(json_at(above, "refund"))); /* the page: nothing has left */
	json_decref(above);
	scene_arm(scene, "focus.issue", "rejected", 0, 1);
	refund(scene, BIANCA, "quero o estorno do pedido 7310");
	json_t *rejected = case_of(scene, "7310", &agent);
	assert_string_equal(text_at(rejected, "case.reason"), "note_rejected");
	assert_string_equal(text_at(rejected, "case.resume"), "NOTE");
	assert_false(json_is_true(json_at(rejected, "case.may_deny")));
	assert_string_equal(text_at(rejected, "refund.status"), "DEVOLVIDO");
	json_decref(rejected);
	scene_free(scene);
}

/* He writes again and again; that he waits for a person does not begin anew. */
static void
a_held_case_is_as_old_as_its_hold(void **state)
{
	struct scene *scene = scene_new(7, NULL);
	(void)state;
	scene_say(scene, RAFAEL, "quero o estorno do pedido 9001", NULL);
	scene_run(scene, 5 * SECOND_MS);
	int64_t soon_ms = scene->now_ms;
	scene_run(scene, HOUR_MS);
	scene_say(scene, RAFAEL, "e aí?", NULL);
	scene_run(scene, 5 * SECOND_MS);
	json_t *list = shown_cases(scene->store, &agent);
	json_t *row = json_array_get(json_object_get(list, "cases"), 0);
	assert_string_equal(text_at(row, "state"), "HELD");
	assert_true(json_integer_value(json_object_get(row, "entered_ms")) <= soon_ms);
	assert_true(json_integer_value(json_object_get(row, "entered_ms")) > 0);
	json_decref(list);
	scene_free(scene);
}

/* One held case, and then more live ones than the list has room for. */
static void
a_held_case_is_never_pushed_out_of_the_list(void **state)
{
	struct scene *scene = scene_new(4, NULL);
	size_t held = 0, index;
	json_t *row;
	char phone[32];
	(void)state;
	scene_say(scene, RAFAEL, "quero o estorno do pedido 9001", NULL);
	scene_run(scene, 5 * SECOND_MS);
	for (int i = 0; i <= SHOWN_LIVE_MAX; i++) {
		assert_true(text_format(phone, sizeof(phone), "55209888%05d", i));
		scene_say(scene, phone, "quero meu dinheiro de volta", NULL);
		scene_run(scene, SECOND_MS);
	}
	json_t *list = shown_cases(scene->store, &agent), *cut = json_object_get(list, "cut");
	json_array_foreach (json_object_get(list, "cases"), index, row)
		held += text_equal(text_at(row, "state"), "HELD");
	assert_int_equal(held, 1);
	assert_int_equal(json_array_size(json_object_get(list, "cases")), 1 + SHOWN_LIVE_MAX);
	assert_int_equal(json_array_size(cut), 1);
	assert_string_equal(json_string_value(json_array_get(cut, 0)), "NEEDS_ORDER");
	json_decref(list);
	scene_free(scene);
}

/* So many people write these words, each in a case of his own; then the list has so many, and says it. */
static void
assert_list_is_cut(const char *words, const char *state, int most)
{
	struct scene *scene = scene_new(6, NULL);
	char phone[32];
	for (int i = 0; i <= most; i++) {
		assert_true(text_format(phone, sizeof(phone), "55209777%05d", i));
		scene_say(scene, phone, words, NULL);
		scene_run(scene, SECOND_MS);
	}
	json_t *list = shown_cases(scene->store, &agent), *cut = json_object_get(list, "cut");
	assert_int_equal(json_array_size(json_object_get(list, "cases")), most);
	assert_int_equal(json_array_size(cut), 1);
	assert_string_equal(json_string_value(json_array_get(cut, 0)), state);
	json_decref(list);
	scene_free(scene);
}

static void
more_held_or_ended_cases_than_the_list_has_room_for_are_said_to_be_there(void **state)
{
	(void)state;
	assert_list_is_cut("quero falar com um atendente", "HELD", SHOWN_HELD_MAX);
	assert_list_is_cut("muito obrigada!", "CLOSED", SHOWN_ENDED_MAX);
}

static void
a_long_conversation_is_cut_at_its_beginning_and_says_so(void **state)
{
	struct scene *scene = scene_new(5, NULL);
	char words[32];
	(void)state;
	scene_say(scene, RAFAEL, "quero o estorno do pedido 9001", NULL);
	scene_run(scene, 5 * SECOND_MS);
	for (int i = 0; i < SHOWN_LINES_MAX; i++) {
		assert_true(
			text_format(words, sizeof(words), "e aí %c%c", 'a' + i / 26, 'a' + i % 26));
		scene_say(scene, RAFAEL, words, NULL);
		scene_run(scene, SECOND_MS);
	}
	json_t *shown = case_of(scene, "9001", &agent), *lines = json_object_get(shown, "lines");
	json_t *last = json_array_get(lines, json_array_size(lines) - 1);
	assert_int_equal(json_array_size(lines), SHOWN_LINES_MAX);
	assert_int_equal(json_integer_value(json_at(shown, "cut.lines")), 2);
	assert_string_equal(text_at(last, "text"), words);
	json_decref(shown);
	scene_free(scene);
}

static void
assert_receipts(struct scene *scene, const char *order, size_t most, size_t count, bool cut)
{
	json_t *list = shown_receipts(scene->store, order, most);
	assert_int_equal(json_array_size(json_object_get(list, "items")), count);
	assert_int_equal(json_is_true(json_object_get(list, "cut")), cut);
	json_decref(list);
}

/* Nor does a number that nobody can read bring the receipts of all. */
static void
receipts_are_those_that_were_asked_for_and_a_list_that_was_cut_says_so(void **state)
{
	struct scene *scene = scene_new(8, NULL);
	(void)state;
	refund(scene, MARINA, "Meu pedido 8421 veio quebrado, quero meu dinheiro de volta");
	refund(scene, BIANCA, "quero o estorno do pedido 7310");
	assert_receipts(scene, "", 100, 2, false);
	assert_receipts(scene, "", 2, 2, false);
	assert_receipts(scene, "", 1, 1, true);
	assert_receipts(scene, "#8421", 1, 1, false);
	assert_receipts(scene, "8422", 100, 0, false);
	assert_receipts(scene, "#", 100, 0, false);
	assert_receipts(scene, "\xe2\x80\xa6", 100, 0, false);
	assert_receipts(
		scene,
		"8421842184218421842184218421842184218421842184218421842184218421842184218421", 100,
		0, false);
	scene_free(scene);
}

static void
a_case_that_does_not_exist_is_nothing(void **state)
{
	struct scene *scene = scene_new(6, NULL);
	(void)state;
	assert_null(shown_case(scene->store, "c_000000000000", &agent));
	assert_null(shown_case(scene->store, "", &agent));
	scene_free(scene);
}

/* --- the files --------------------------------------------------------------------------------- */

static const char *
web_file(const char *name)
{
	char path[64];
	assert_true(text_format(path, sizeof(path), "templates/web/%s", name));
	const struct asset *asset = asset_find(path);
	if (asset == NULL)
		fail_msg("%s is not inside the binary", path);
	return asset->bytes;
}

/* A key of a table in words.js: on a line of its own or not, quoted or not. */
static void
assert_has_words(const char *name)
{
	const char *words = web_file("words.js"), *at = words;
	size_t length = strlen(name);
	while ((at = strstr(at, name)) != NULL) {
		bool begins = strchr("\t \"", at[-1]) != NULL;
		const char *after = at + length + (at[length] == '"');
		if (begins && *after == ':')
			return;
		at += length;
	}
	fail_msg("words.js has no words for %s", name);
}

static void
every_name_that_people_may_meet_has_words(void **state)
{
	(void)state;
#define X(name) assert_has_words(#name);
	CASE_STATES(X)
	RESUMES(X)
#undef X
#define X(name, text, resume) assert_has_words(text);
	HOLD_REASONS(X)
#undef X
#define X(name, text, duty, role) assert_has_words(text);
	OPERATIONS(X)
#undef X
#define X(name, text) assert_has_words(text);
	SAYINGS(X)
	RESULTS(X)
	LIFECYCLES(X)
	POSTCONDITION_STATUSES(X)
#undef X
	for (int i = REFUND_PROCESSING; i < REFUND_UNRECOGNISED; i++)
		assert_has_words(refund_status_text((enum refund_status)i));
	for (int i = NOTE_PROCESSING; i < NOTE_UNRECOGNISED; i++)
		assert_has_words(note_status_text((enum note_status)i));
	for (int i = CONTENT_IMAGE; i <= CONTENT_OTHER; i++)
		assert_has_words(content_text((enum content)i));
}

static void
every_condition_of_a_receipt_has_a_sentence(void **state)
{
	const struct gate_claim claim = { .order_number = "",
		                          .e2eid = "",
		                          .refund_id = "",
		                          .offer_id = "",
		                          .consent_commitment = "",
		                          .mandate_id = "",
		                          .mandate_key_id = "",
		                          .mandate_digest = "",
		                          .buyer_commitment = "",
		                          .customer_commitment = "" };
	const struct gate_evidence nothing = { .mandate_digest = "" };
	struct verdict *verdict = calloc(1, sizeof(*verdict));
	(void)state;
	assert_non_null(verdict);
	gate_judge(&claim, &nothing, verdict);
	gate_bind_reply(verdict, "commitment");
	for (size_t i = 0; i < verdict->count; i++)
		assert_has_words(verdict->postconditions[i].name);
	free(verdict);
}

/* Every name between `before` and `after` in `text` is a file inside the binary. */
static void
assert_refers_to_files(const char *text, const char *before, char after)
{
	char name[32];
	const char *at = text;
	while ((at = strstr(at, before)) != NULL) {
		at += strlen(before);
		size_t length = (size_t)(strchr(at, after) - at);
		assert_true(text_format(name, sizeof(name), "%.*s", (int)length, at));
		web_file(name);
	}
}

/* What the Content-Security-Policy would refuse, and only a reader would notice. */
static void
pages_are_whole_and_keep_to_the_policy_they_are_sent_with(void **state)
{
	static const char *const pages[] = { "inbox.html", "receipts.html", "sandbox.html",
		                             "door.html" };
	static const char *const scripts[] = { "page.js", "inbox.js", "receipts.js", "sandbox.js" };
	static const char *const refused[] = { " style=",   "<style",    "<script>",
		                               " onclick=", "innerHTML", "insertAdjacentHTML",
		                               "eval(" };
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		for (size_t j = 0; j < sizeof(pages) / sizeof(pages[0]); j++)
			assert_null(strstr(web_file(pages[j]), refused[i]));
		for (size_t j = 0; j < sizeof(scripts) / sizeof(scripts[0]); j++)
			assert_null(strstr(web_file(scripts[j]), refused[i]));
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_refers_to_files(web_file(pages[i]), "/assets/", '"');
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		assert_refers_to_files(web_file(scripts[i]), "from \"./", '"');
}

static void
assert_at_the_door(enum door door, const char *locale, const char *language, const char *words)
{
	struct buffer html;
	char tag[32];
	buffer_init(&html, 64 * 1024);
	door_write(&html, door, locale);
	assert_true(text_format(tag, sizeof(tag), "<html lang=\"%s\">", language));
	assert_non_null(strstr(buffer_text(&html), tag));
	assert_non_null(strstr(buffer_text(&html), words));
	assert_non_null(strstr(buffer_text(&html), "</html>"));
	assert_null(strchr(buffer_text(&html), '{'));
	bool has_button = strstr(buffer_text(&html), "<form method=\"post\"><button") != NULL;
	assert_int_equal(has_button, door == DOOR_ENTER);
	buffer_free(&html);
}

static void
the_door_speaks_the_shops_language(void **state)
{
	(void)state;
	assert_at_the_door(DOOR_ENTER, "pt-BR", "pt-BR", ">Entrar</button>");
	assert_at_the_door(DOOR_SPENT, "pt-BR", "pt-BR", "Este link já foi usado ou venceu.");
	assert_at_the_door(DOOR_CLOSED, "pt-BR", "pt-BR",
	                   "Sua sessão terminou ou ainda não começou");
	assert_at_the_door(DOOR_ENTER, "es", "es", ">Entrar</button>");
	assert_at_the_door(DOOR_SPENT, "es", "es", "Este enlace ya se usó o venció.");
	assert_at_the_door(DOOR_CLOSED, "es", "es", "Su sesión terminó o todavía no empezó");
	assert_at_the_door(DOOR_ENTER, "en", "en", ">Log in</button>");
	assert_at_the_door(DOOR_SPENT, "en", "en", "estorno staff add NAME");
	assert_at_the_door(DOOR_CLOSED, "en", "en", "Your session ended or has not begun");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(staff_read_a_refund_from_the_complaint_to_the_receipt),
		cmocka_unit_test(an_auditor_reads_what_happened_and_never_who_or_what_was_said),
		cmocka_unit_test(
			a_held_case_says_where_a_release_leads_and_whether_no_is_still_possible),
		cmocka_unit_test(a_held_case_is_as_old_as_its_hold),
		cmocka_unit_test(a_held_case_is_never_pushed_out_of_the_list),
		cmocka_unit_test(
			more_held_or_ended_cases_than_the_list_has_room_for_are_said_to_be_there),
		cmocka_unit_test(a_long_conversation_is_cut_at_its_beginning_and_says_so),
		cmocka_unit_test(
			receipts_are_those_that_were_asked_for_and_a_list_that_was_cut_says_so),
		cmocka_unit_test(a_case_that_does_not_exist_is_nothing),
		cmocka_unit_test(every_name_that_people_may_meet_has_words),
		cmocka_unit_test(every_condition_of_a_receipt_has_a_sentence),
		cmocka_unit_test(the_door_speaks_the_shops_language),
		cmocka_unit_test(pages_are_whole_and_keep_to_the_policy_they_are_sent_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * case: one story, in the order of time: what was said, what the case did, what was asked
 * of the world and what became of it.
 *
 * The conversation is shown as it was; the phone is masked unless asked for, because a
 * screen has more readers than the person who sits before it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/phone.h"
#include "base/text.h"
#include "cli/command.h"
#include "refund/case.h"

/* --- gathering -------------------------------------------------------------------------------- */

struct entry {
	int64_t at_us;
	size_t order; /* of gathering: settles equal times */
	json_t *json;
};

struct story {
	size_t count, left_out;
	struct entry list[STORY_ENTRIES_MAX];
};

static void
add(struct story *story, int64_t at_us, json_t *json)
{
	ensure(json != NULL);
	if (story->count == STORY_ENTRIES_MAX) {
		story->left_out++;
		json_decref(json);
		return;
	}
	json_object_set_new(json, "at", command_instant(at_us / 1000));
	story->list[story->count] = (struct entry){ at_us, story->count, json };
	story->count++;
}

static void
add_line(void *context, const struct line *line)
{
	add(context, line->at_ms * 1000,
	    json_pack("{s:s,s:s,s:s,s:s,s:s}", "kind", "message", "from", line->author, "text",
	              line->text, "content", line->content, "status", line->state));
}

static void
add_transition(void *context, const struct transition_row *row)
{
	add(context, row->at_ms * 1000,
	    json_pack("{s:s,s:s,s:s,s:s,s:s}", "kind", "step", "from", row->from, "to", row->to,
	              "reason", row->reason, "actor", row->actor));
}

/* A provider's words may be anything, and may have been cut inside a character. */
static json_t *
foreign_words(const char *words)
{
	char text[WHY_SIZE];
	ensure(text_copy(text, sizeof(text), words));
	bool sound = text_is_utf8(text, strlen(text));
	for (char *at = text; !sound && *at != '\0'; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(text);
}

static void
add_attempt(void *context, const struct attempt_row *row)
{
	json_t *json =
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "kind", "call", "operation", row->kind,
	                  "key", row->key, "tool", row->tool, "credential", row->credential,
	                  "outcome", row->outcome, "why", foreign_words(row->why));
	if (row->ended_us != 0)
		json_object_set_new(json, "duration_ms",
		                    json_integer((row->ended_us - row->started_us + 500) / 1000));
	add(context, row->started_us, json);
}

static int
compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	if (left->at_us != right->at_us)
		return left->at_us < right->at_us ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* An array in the order of time. */
static json_t *
tell(struct store *store, const char *case_id)
{
	struct story *story = calloc(1, sizeof(*story));
	json_t *list = json_array();
	ensure(story != NULL);
	store_conversation(store, case_id, add_line, story);
	store_history(store, case_id, add_transition, story);
	store_attempts(store, case_id, add_attempt, story);
	if (story->left_out > 0)
		fprintf(stderr, "%zu more entries are not shown\n", story->left_out);
	qsort(story->list, story->count, sizeof(story->list[0]), compare);
	for (size_t i = 0; i < story->count; i++)
		json_array_append_new(list, story->list[i].json);
	free(story);
	return list;
}

/* --- showing ---------------------------------------------------------------------------------- */

/* Words of strangers on one line, without what a terminal would obey. */
static void
print_words(const char *words)
{
	char *copy = strdup(words);
	ensure(copy != NULL);
	text_make_printable(copy);
	fputs(copy, stdout);
	free(copy);
}

static void
print_message(const json_t *entry)
{
	const char *content = json_text_at(entry, "content"),
		   *status = json_text_at(entry, "status");
	bool ours = !text_equal(json_text_at(entry, "from"), "customer");
	printf("%s%-9s%s ", command_style(ours ? "green" : "bold"), json_text_at(entry, "from"),
	       command_style("plain"));
	if (!text_equal(content, "text"))
		printf("[%s] ", content);
	print_words(json_text_at(entry, "text"));
	if (status[0] != '\0')
		printf(" %s(%s)%s", command_style("dim"), status, command_style("plain"));
}

static void
print_step(const json_t *entry)
{
	const char *reason = json_text_at(entry, "reason"), *from = json_text_at(entry, "from");
	printf("%s%-9s %s%s%s%s%s%s, by %s%s", command_style("dim"), "", from,
	       from[0] == '\0' ? "" : " -> ", json_text_at(entry, "to"),
	       reason[0] == '\0' ? "" : " (", reason, reason[0] == '\0' ? "" : ")",
	       json_text_at(entry, "actor"), command_style("plain"));
}

static void
print_call(const json_t *entry)
{
	const char *outcome = json_text_at(entry, "outcome"), *why = json_text_at(entry, "why");
	bool good = text_equal(outcome, "done");
	printf("%-9s %s %s: %s%s%s", json_text_at(entry, "tool"), json_text_at(entry, "operation"),
	       json_text_at(entry, "key"), command_style(good ? "plain" : "amber"),
	       outcome[0] == '\0' ? "under way" : outcome, command_style("plain"));
	const json_t *duration = json_object_get(entry, "duration_ms");
	if (duration != NULL)
		printf(" in %lld ms", (long long)json_integer_value(duration));
	printf(" %s(%s)%s ", command_style("dim"), json_text_at(entry, "credential"),
	       command_style("plain"));
	print_words(why);
}

static void
print_story(const json_t *story)
{
	static const struct {
		const char *kind;
		void (*print)(const json_t *entry);
	} kinds[] = { { "message", print_message },
		      { "step", print_step },
		      { "call", print_call } };
	size_t index;
	json_t *entry;
	int64_t at_ms;
	json_array_foreach (story, index, entry) {
		ensure(instant_parse(json_text_at(entry, "at"), &at_ms));
		printf("%s  ", command_time(at_ms));
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (text_equal(kinds[i].kind, json_text_at(entry, "kind")))
				kinds[i].print(entry);
		putchar('\n');
	}
}

static json_t *
customer_of(const struct command_line *line, struct store *store, const struct refund_case *c)
{
	struct contact contact = { 0 };
	char masked[PHONE_MASKED_SIZE];
	store_contact_load(store, c->contact, &contact);
	phone_masked(contact.address, masked);
	bool full = command_option(line, "--full") != NULL;
	return json_pack("{s:s,s:s}", "name", contact.name, "phone",
	                 full ? contact.address : masked);
}

static json_t *
case_to_story(const struct command_line *line, struct store *store, const struct refund_case *c)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:o,s:o,s:o}", "id", c->id, "order",
	                 c->order_number, "state", case_state_text(c->state), "reason",
	                 hold_text(c->reason), "amount_cents", (json_int_t)c->offer.amount_cents,
	                 "receipt", c->receipt_id, "opened_at", command_instant(c->opened_ms),
	                 "customer", customer_of(line, store, c), "story", tell(store, c->id));
}

static void
print_case(const json_t *json)
{
	const json_t *customer = json_object_get(json, "customer");
	const char *reason = json_text_at(json, "reason"), *order = json_text_at(json, "order");
	int64_t cents = json_integer_value(json_object_get(json, "amount_cents"));
	printf("%s%s%s  %s%s%s", command_style("bold"), json_text_at(json, "id"),
	       command_style("plain"), json_text_at(json, "state"), reason[0] == '\0' ? "" : ": ",
	       reason);
	printf("  order %s  %s  %s\n", order[0] == '\0' ? "not known" : order,
	       cents == 0 ? "" : command_amount(cents), json_text_at(json, "receipt"));
	print_words(json_text_at(customer, "name"));
	printf("  %s\n\n", json_text_at(customer, "phone"));
	print_story(json_object_get(json, "story"));
}

static int
show(const struct command_line *line, struct folder *folder)
{
	struct refund_case *c = calloc(1, sizeof(*c));
	struct why why = { "" };
	ensure(c != NULL);
	bool found = store_case_load(folder->store, line->words[0], c);
	json_t *json = found ? case_to_story(line, folder->store, c) : NULL;
	free(c);
	if (!found) {
		why_set(&why, "there is no case %s", line->words[0]);
		return command_refused(&why);
	}
	if (line->json) {
		command_print_json(json);
	} else {
		print_case(json);
		json_decref(json);
	}
	return EXIT_YES;
}

static int
run(const struct command_line *line)
{
	return command_look(line, show);
}

const struct command command_case = {
	.name = "case",
	.arguments = "ID",
	.sentence = "one case as a story: words, steps, calls",
	.help = "  --full   the customer's phone as it is, not masked",
	.options = "--full",
	.least = 1,
	.most = 1,
	.run = run,
};

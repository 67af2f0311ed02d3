/*
 * The issuer's answers: to a note sent, and to a question about one (provider.h has the form).
 */
#include "tools/focus.h"

#include "tests/fuzz/provider.h"

/* fiscal.md section 6.1: the statuses that say that a note was not taken. */
static bool
says_not_taken(int status)
{
	static const int statuses[] = { 400, 401, 403, 404, 415, 422 };
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i] == status)
			return true;
	return false;
}

static void
judge_issue(const struct fuzz_dialogue *dialogue)
{
	const struct tool_call *call = dialogue->call;
	int status = dialogue->response->status;
	ensure(call->outcome != OUTCOME_REFUSED || says_not_taken(status));
	ensure(call->outcome != OUTCOME_RETRY || status == 429);
	if (call->outcome != OUTCOME_DONE)
		return;
	ensure(status / 100 == 2 && call->facts.note.exists);
	ensure(call->facts.note.status != NOTE_UNRECOGNISED);
	ensure(text_equal(call->facts.note.ref, call->operation->note.ref));
}

static void
judge_note(const struct fuzz_dialogue *dialogue)
{
	const struct tool_call *call = dialogue->call;
	const struct note_facts *note = &call->facts.note;
	ensure(call->outcome != OUTCOME_UNKNOWN);
	if (call->outcome != OUTCOME_DONE)
		return;
	ensure(text_equal(note->ref, call->operation->note_status.ref));
	ensure(note->exists == (dialogue->response->status == 200));
	ensure(note->access_key[0] == '\0' || access_key_is_valid(note->access_key));
	ensure(note->content_known || note->total_cents == 0);
	ensure(!note->in_production || note->environment_known);
}

static void
judge(const struct fuzz_dialogue *dialogue)
{
	if (dialogue->call->operation->kind == OPERATION_INVOICE_ISSUE)
		judge_issue(dialogue);
	else
		judge_note(dialogue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_play(&tool_focus, data, size, judge);
	return 0;
}

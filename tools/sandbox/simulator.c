/*
 * Answers and faults, common to all simulators.
 */
#include "tools/sandbox/simulator.h"

#include <stdlib.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

void
simulated_init(struct simulated *simulated)
{
	*simulated = (struct simulated){ 0 };
	http_response_init(&simulated->response);
}

void
simulated_free(struct simulated *simulated)
{
	http_response_free(&simulated->response);
}

void
simulated_text(struct simulated *simulated, int status, const char *content_type, const char *text)
{
	http_response_free(&simulated->response);
	http_response_init(&simulated->response);
	simulated->response.status = status;
	http_header_add(&simulated->response.headers, "Content-Type", content_type);
	buffer_add_text(&simulated->response.body, text);
}

void
simulated_json(struct simulated *simulated, int status, json_t *json)
{
	/* Fifteen digits print 149.8 as providers do; seventeen would say 149.80000000000001. */
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
	ensure(text != NULL);
	simulated_text(simulated, status, "application/json", text);
	free(text);
	json_decref(json);
}

/* --- chance ------------------------------------------------------------------------------------ */

/* splitmix64 (Steele, Lea and Flood, 2014): a seeded sequence is all a simulator needs. */
uint64_t
simulated_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* --- faults -------------------------------------------------------------------------------- */

static enum fault_kind
kind_of(const char *text)
{
#define X(name, word)               \
	if (text_equal(text, word)) \
		return FAULT_##name;
	FAULTS(X)
#undef X
	return FAULT_NONE;
}

bool
faults_arm(struct faults *faults, const char *place, const char *kind, int64_t value, int64_t times,
           struct why *why)
{
	struct fault fault = { .kind = kind_of(kind), .value = value, .times = times };
	if (fault.kind == FAULT_NONE)
		return why_set(why, "no fault is called \"%s\"", kind);
	if (!text_copy(fault.place, sizeof(fault.place), place) || times < 1 || value < 0)
		return why_set(why, "a fault needs a place of at most %d letters and times >= 1",
		               FAULT_PLACE_SIZE - 1);
	if (faults->count == FAULTS_MAX)
		return why_set(why, "%d faults are armed already", FAULTS_MAX);
	faults->list[faults->count++] = fault;
	return true;
}

void
faults_clear(struct faults *faults)
{
	faults->count = 0;
}

struct fault
faults_strike(struct faults *faults, const char *place)
{
	for (int64_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->list[i];
		if (!text_equal(fault->place, place))
			continue;
		struct fault struck = *fault;
		if (--fault->times == 0) {
			for (int64_t j = i + 1; j < faults->count; j++)
				faults->list[j - 1] = faults->list[j];
			faults->count--;
		}
		return struck;
	}
	return (struct fault){ .kind = FAULT_NONE };
}

bool
fault_prevents(const struct fault *fault, struct simulated *simulated)
{
	if (fault->kind == FAULT_LOST_BEFORE) {
		simulated->lost = true;
		return true;
	}
	if (fault->kind == FAULT_STATUS) {
		simulated_json(simulated, (int)fault->value, json_object());
		return true;
	}
	if (fault->kind == FAULT_HTML) {
		simulated_text(simulated, 500, "text/html",
		               "<html><body><h1>500 Internal Server Error</h1></body></html>");
		return true;
	}
	return false;
}

static void
cut_in_the_middle(struct buffer *body)
{
	body->length /= 2;
	if (body->bytes != NULL)
		body->bytes[body->length] = '\0';
}

void
fault_spoils(const struct fault *fault, struct simulated *simulated)
{
	if (fault->kind == FAULT_LOST_AFTER)
		simulated->lost = true;
	if (fault->kind == FAULT_STATUS_AFTER)
		simulated_json(simulated, (int)fault->value, json_object());
	if (fault->kind == FAULT_GARBAGE)
		cut_in_the_middle(&simulated->response.body);
	if (fault->kind == FAULT_SLOW)
		simulated->delay_ms += fault->value;
}

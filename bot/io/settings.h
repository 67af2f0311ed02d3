/*
 * DATA/estorno.conf: `key = value`, one a line, `#` begins a comment.
 *
 * One table (settings.c) holds type, range, default and a sentence for each key; an
 * unknown or repeated key, or a value out of range, is an error with its line.  Parsing
 * is inih's (Debian libinih): small, bounded lines, tells the line of an error.
 */
#ifndef IO_SETTINGS_H
#define IO_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/why.h"
#include "refund/policy.h"
#include "tools/tool.h"

struct settings {
	char merchant[64];
	char agent[64];
	char timezone[32];
	char locale[16];
	char channel[24], ledger[24], pay[24], invoice[24], desk[24];
	char listen[64];
	char public_url[256];
	char identity[24];
	char note_gate[16];
	char payment_reference[32];
	char note_nature[61];
	char icms_origin[4], icms_situation[4], pis_situation[4], cofins_situation[4];
	int64_t tax_regime;
	int64_t consent_minutes;
	int64_t order_hours;
	int64_t slow_seconds;
	int64_t refund_grace_seconds;
	int64_t call_timeout_seconds;
	int64_t request_seconds, idle_seconds;
	int64_t told_wait_seconds;
	int64_t order_fresh_seconds;
	int64_t look_up_give_up_minutes, refund_give_up_minutes, note_give_up_minutes,
		verify_give_up_minutes, tell_give_up_minutes;
};

void settings_default(struct settings *settings);

/* Reads the text of a settings file over the defaults.  False with line and cause. */
bool settings_read(const char *text, struct settings *settings, struct why *why);

/* The same from a file; a missing file is all defaults. */
bool settings_load(const char *path, struct settings *settings, struct why *why);

/* Writes a file with every key, its sentence and its default, commented out. */
void settings_print_template(FILE *out);

/* What the pure rooms need of them. */
void settings_policy(const struct settings *settings, bool sandbox, struct policy *policy);
void settings_shop(const struct settings *settings, struct shop *shop);

#endif

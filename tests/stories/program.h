/*
 * Programs run beside a story: the shop's binary, and sqlite3's shell.
 *
 * Without a shell, their output in files, and never for longer than said: a program that
 * does not end in time is killed.  They die with the story, however it ends.
 */
#ifndef STORIES_PROGRAM_H
#define STORIES_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	PROGRAM_NOT_RUN = 127, /* as a shell would say it */
	PROGRAM_LATE = 255,    /* it did not end in time, and was killed */
	PROGRAM_SIGNAL = 128   /* and the signal's number */
};

/* Starts words[0], looked up in the path, its standard input empty. */
pid_t program_start(const char *const words[], const char *output_path, const char *errors_path);

/* True when it has ended: its exit status, or PROGRAM_SIGNAL and the signal's number. */
bool program_is_over(pid_t program, int *status);

/* Waits for its end.  Its exit status, or one of the above. */
int program_end(pid_t program, int64_t within_ms);

void pause_ms(int64_t ms);

#endif

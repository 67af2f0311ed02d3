/*
 * Other programs, run without a shell.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/why.h"

/* Our own binary, for running another command of ours. */
const char *process_self(void);

/* Runs a program to its end: `words` ends with NULL, words[0] is found in PATH.  Its standard input is the
 * file `input` (NULL for none), its standard output is added to `output`, its standard error goes to
 * `errors` (a file; NULL for ours).  Returns its exit code, -1 with `why` when it could not run. */
int process_run(const char *const *words, const char *input, const char *errors,
                struct buffer *output, struct why *why);

/* Starts a program whose standard output can be read from `*output` (a descriptor); its standard error goes
 * to the file `errors`. */
bool process_start(const char *const *words, const char *errors, pid_t *pid, int *output,
                   struct why *why);

/* Asks it to stop and waits; returns its exit code, -1 when it had to be killed. */
int process_stop(pid_t pid);

#endif

/*
 * From argv to a command.
 */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

/* Runs the command that the words name; returns the exit code.  `estorno`, `estorno help` and `--help`
 * explain. */
int command_line_run(int count, char **words);

#endif

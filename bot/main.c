/*
 * Finds the command and runs it; nothing else.
 */
#include "cli/command_line.h"

int
main(int count, char **words)
{
	return command_line_run(count, words);
}

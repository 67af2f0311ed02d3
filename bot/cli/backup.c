/*
 * backup: a copy of the store that is one moment of it, also while `serve` runs.
 *
 * A reader makes it: it sees the last commit, and the writer goes on.  Credentials in it
 * are sealed under keys/data.key, which stays where it is: without the keys a backup can't
 * act, and whoever keeps both in one place has given that up.
 */
#include <stdio.h>

#include "cli/command.h"

static int
run(const struct command_line *line)
{
	const char *path = line->words[0];
	struct folder folder;
	struct why why = { "" };
	if (!folder_open(&folder, line->data, STORE_READ_ONLY, &why))
		return command_could_not(&why);
	bool ok = store_backup(folder.store, path, &why);
	folder_close(&folder);
	if (!ok)
		return command_could_not(&why);
	printf("%s\n", path);
	fprintf(stderr, "Keep keys/ and estorno.conf of %s as well, in another place.\n",
	        line->data);
	return EXIT_YES;
}

const struct command command_backup = {
	.name = "backup",
	.arguments = "FILE",
	.sentence = "a consistent copy of the store, also while `serve` runs",
	.help = "FILE must not exist.  To restore: stop `serve`, put FILE in the place of "
		"estorno.db and\n"
		"remove estorno.db-wal and estorno.db-shm, but leave estorno.db.lock where it is.  "
		"What\n"
		"happened since is then not known here, so `serve` starts with money paused until\n"
		"`estorno reconcile` has asked the bank.",
	.options = "",
	.least = 1,
	.most = 1,
	.run = run,
};

/*
 * Every command, one row each, in the order in which the help shows them.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

#define COMMANDS(X)        \
	X(init)            \
	X(serve)           \
	X(sandbox)         \
	X(demo)            \
	X(chat)            \
	X(check)           \
	X(connect)         \
	X(connections)     \
	X(disconnect)      \
	X(webhook_new)     \
	X(mandate_keygen)  \
	X(mandate_trust)   \
	X(mandate_sign)    \
	X(mandate_install) \
	X(mandate_show)    \
	X(mandate_pause)   \
	X(mandate_resume)  \
	X(mandate_revoke)  \
	X(cases)           \
	X(case)            \
	X(release)         \
	X(deny)            \
	X(receipts)        \
	X(receipt)         \
	X(verify)          \
	X(export)          \
	X(log_head)        \
	X(log_prove)       \
	X(log_check)       \
	X(understand)      \
	X(staff_add)       \
	X(staff_list)      \
	X(staff_disable)   \
	X(backup)          \
	X(reconcile)

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

#endif

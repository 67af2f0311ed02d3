/*
 * What became of something we asked of the world.
 *
 * This closed enum is the only language spoken above an adapter: no provider's
 * status code and no provider's sentence is interpreted anywhere else.  The
 * difference that matters is between RETRY and UNKNOWN.  A refund that may have
 * happened is asked about; it is never sent again on the hope that it did not.
 *
 *	DONE            it happened and we hold the evidence (a read: we have the answer,
 *	                which may be "there is no such thing")
 *	REFUSED         it did not happen and never will as asked
 *	RETRY           it certainly did not happen; the same order may go again
 *	UNKNOWN         it may have happened: enquire, never repeat
 *	CONTRADICTION   the answer disagrees with what we know: a person decides
 */
#ifndef BASE_OUTCOME_H
#define BASE_OUTCOME_H

#define OUTCOMES(X)           \
	X(DONE, "done")       \
	X(REFUSED, "refused") \
	X(RETRY, "retry")     \
	X(UNKNOWN, "unknown") \
	X(CONTRADICTION, "contradiction")

enum outcome {
#define X(name, text) OUTCOME_##name,
	OUTCOMES(X)
#undef X
};

/* The text stored in the database and written to the log; never changes. */
const char *outcome_text(enum outcome outcome);

#endif

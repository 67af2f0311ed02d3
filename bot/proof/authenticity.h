/*
 * What a check of somebody's signature can find.
 *
 *	GENUINE       signed by a key we were told to trust, and unchanged since
 *	NOT_GENUINE   altered, malformed, or signed by somebody else in that key's name
 *	CANNOT_TELL   its key or its version is not known here: not a verdict on it
 *
 * The difference between the last two matters to an auditor: "forged" is an accusation,
 * "I lack the key" is an errand.
 */
#ifndef PROOF_AUTHENTICITY_H
#define PROOF_AUTHENTICITY_H

#define AUTHENTICITIES(X)             \
	X(GENUINE, "genuine")         \
	X(NOT_GENUINE, "not genuine") \
	X(CANNOT_TELL, "cannot tell")

enum authenticity {
#define X(name, text) AUTHENTICITY_##name,
	AUTHENTICITIES(X)
#undef X
};

const char *authenticity_text(enum authenticity authenticity);

#endif

/*
 * What a process that holds keys and credentials owes them.
 */
#ifndef IO_SECRECY_H
#define IO_SECRECY_H

/* Leaves no copy of this process's memory behind when it dies, and lets no other process of the same user
 * read it while it lives.  To be called before the first secret is. */
void secrecy_keep(void);

#endif

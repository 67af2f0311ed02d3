/*
 * Functions that have no safe use here, as compile errors.  Included before every
 * file by the Makefile; the idea is git's banned.h.
 *
 *	strcpy strcat sprintf vsprintf gets    no size: text_copy, text_format, struct buffer
 *	strncpy strncat                        cut silently, and may leave no NUL
 *	strtok                                 hidden state
 *	atoi atol atof                         no error
 *	gmtime localtime ctime asctime mktime  hidden state and the C library's zone: base/instant.h
 *	time rand srand random                 clock and chance are arguments
 *	system popen                           a shell near money
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __GNUC__
#pragma GCC poison strcpy strcat sprintf vsprintf gets strncpy strncat strtok
#pragma GCC poison atoi atol atof gmtime localtime ctime asctime mktime
#pragma GCC poison srand system popen
#endif

/* OpenSSL's headers have arguments of this name, so only the call is banned. */
#define rand() rand_is_banned

#endif

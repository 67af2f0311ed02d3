/*
 * Plain blocking sockets for tests that must send what no HTTP library would, or answer
 * as no server should.  Everything here gives up after RAW_SECONDS and fails the test.
 */
#ifndef TESTS_RAW_SOCKET_H
#define TESTS_RAW_SOCKET_H

#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { RAW_SECONDS = 20 };

static inline void
raw_limit(int descriptor)
{
	struct timeval limit = { .tv_sec = RAW_SECONDS };
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static inline struct sockaddr_in
raw_address(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons((uint16_t)port),
		                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A connection to 127.0.0.1, -1 when it is refused. */
static inline int
raw_connect(int port)
{
	struct sockaddr_in address = raw_address(port);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(descriptor >= 0);
	raw_limit(descriptor);
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

/* A listener on a free port of 127.0.0.1. */
static inline int
raw_listen(int *port)
{
	struct sockaddr_in address = raw_address(0);
	socklen_t length = sizeof(address);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(descriptor >= 0);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(descriptor, 128), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return descriptor;
}

/* False when the other side has hung up. */
static inline bool
raw_send_bytes(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

static inline bool
raw_send(int descriptor, const char *text)
{
	return raw_send_bytes(descriptor, text, strlen(text));
}

/* An HTTP message as it came: the head with its empty line, and the body. */
struct raw_message {
	char head[32 * 1024];
	char *body; /* NUL-terminated; freed by raw_message_free */
	size_t body_length;
	int status; /* of an answer, else 0 */
};

static inline void
raw_message_free(struct raw_message *message)
{
	free(message->body);
	message->body = NULL;
}

/* Reads one message by its Content-Length.  False when the other side hangs up before its end. */
static inline bool
raw_receive(int descriptor, struct raw_message *message)
{
	size_t used = 0;
	memset(message, 0, sizeof(*message));
	while (strstr(message->head, "\r\n\r\n") == NULL) {
		assert_true(used < sizeof(message->head) - 1);
		if (recv(descriptor, message->head + used, 1, 0) != 1)
			return false;
		used++;
	}
	const char *length = strstr(message->head, "Content-Length: ");
	if (length != NULL)
		message->body_length = strtoul(length + strlen("Content-Length: "), NULL, 10);
	if (strncmp(message->head, "HTTP/1.1 ", 9) == 0)
		message->status = (int)strtol(message->head + 9, NULL, 10);
	message->body = calloc(1, message->body_length + 1);
	assert_non_null(message->body);
	for (size_t have = 0; have < message->body_length;) {
		ssize_t got =
			recv(descriptor, message->body + have, message->body_length - have, 0);
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

/* True when the other side hangs up (or resets) without another byte. */
static inline bool
raw_is_closed(int descriptor)
{
	char byte;
	ssize_t got = recv(descriptor, &byte, 1, 0);
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

#endif

/*
 * HTTP/1.1 as bytes: the head of a request read, a response written.  Pure.
 *
 * Reading is strict, because whoever stands between us and the sender (a proxy, a cache)
 * must not be able to see other requests in the same bytes than we do: what RFC 9112
 * lets a server tolerate, this one refuses.
 */
#ifndef IO_HTTP_WIRE_H
#define IO_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/http.h"

struct http_head {
	size_t body_length;    /* Content-Length, 0 when there is none */
	bool keep_alive;       /* another request may follow on this connection */
	bool is_forwarded;     /* a proxy says that it speaks for somebody else */
	bool expects_continue; /* the sender waits for "100 Continue" before the body */
};

/* The length of the head that `bytes` begin with, its empty line included; 0 while that is missing. */
size_t http_head_length(const char *bytes, size_t length);

/*
 * Reads a whole head, of at most REQUEST_HEAD_BYTES_MAX bytes, into `request` (method, URL as
 * sent, the headers this program reads) and `head`.  Returns 0, or the status to refuse it
 * with, `request` then being half filled:
 *
 *	400  malformed, ambiguous (a header we read given twice, both kinds of length), or
 *	     HTTP/1.1 without Host
 *	405  a method this program does not know
 *	411  POST, PUT or PATCH without a Content-Length, and any chunked body
 *	414  path and query over REQUEST_PATH_MAX
 *	431  more than REQUEST_HEADER_LINES_MAX lines
 *	505  not HTTP/1.0 or 1.1
 */
int http_head_parse(const char *bytes, size_t length, struct http_request *request,
                    struct http_head *head);

/* Appends the whole response, with Content-Length and the headers that every answer of ours has
 * (http_server.h).  `closes` says that the connection ends with it. */
void http_response_write(struct buffer *output, const struct http_response *response, bool closes);

/* "Not Found"; "" for a status that has no words here. */
const char *http_reason_phrase(int status);

#endif

/*
 * What an HTTP call is, as plain data.  Translators write requests and read
 * responses; only bot/io sends or receives them.
 *
 * A URL may hold a secret in its path (Z-API's instance token does) and a header
 * nearly always does: neither is ever logged.  http_url_host() is what may be said.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/why.h"

#define HTTP_METHODS(X) X(GET) X(POST) X(PUT) X(PATCH) X(DELETE)

enum http_method {
#define X(name) HTTP_##name,
	HTTP_METHODS(X)
#undef X
};

const char *http_method_text(enum http_method method);
bool http_method_parse(const char *text, enum http_method *method);

enum { HTTP_HEADERS_MAX = 16 };

struct http_headers {
	size_t count;
	struct http_header {
		char *name;
		char *value;
	} list[HTTP_HEADERS_MAX];
};

struct http_request {
	enum http_method method;
	struct buffer url; /* from outside: "/path?query"; to outside: absolute */
	struct http_headers headers;
	struct buffer body;
};

struct http_response {
	int status;
	struct http_headers headers;
	struct buffer body;
};

void http_request_init(struct http_request *request);
void http_request_free(struct http_request *request);
void http_response_init(struct http_response *response);
void http_response_free(struct http_response *response);

/* Adds a header; a value with a line break is our own mistake and aborts. */
void http_header_add(struct http_headers *headers, const char *name, const char *value);

/* The first value under `name`, in any letter case; NULL when there is none. */
const char *http_header(const struct http_headers *headers, const char *name);

/* Appends `text` to a URL, percent-encoded so that it is one path segment or one query value
 * (RFC 3986: everything but letters, digits and -._~ is encoded). */
void http_url_add_encoded(struct buffer *url, const char *text);

/* "https://host:port" of an absolute URL, for log lines and errors. */
void http_url_host(const char *url, char *host, size_t size);

/* The value of `key` in a URL's query, decoded.  False when it is absent, malformed or too long. */
bool http_query(const char *url, const char *key, char *to, size_t size);

/* Decodes %XX and, when `plus_is_space`, '+' (a form's encoding).  False when malformed or too long;
 * a decoded NUL is malformed. */
bool http_decode(const char *from, size_t length, bool plus_is_space, char *to, size_t size);

/* "user:password" as the value of an Authorization header ("Basic ..."), RFC 7617. */
void http_header_add_basic(struct http_headers *headers, const char *user, const char *password);

#endif

/*
 * HTTP vocabulary: no sockets here.
 */
#include "base/http.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/text.h"

const char *
http_method_text(enum http_method method)
{
	switch (method) {
#define X(name)           \
	case HTTP_##name: \
		return #name;
		HTTP_METHODS(X)
#undef X
	}
	ensure(!"a method outside the enum");
	return "";
}

bool
http_method_parse(const char *text, enum http_method *method)
{
#define X(name)                        \
	if (text_equal(text, #name)) { \
		*method = HTTP_##name; \
		return true;           \
	}
	HTTP_METHODS(X)
#undef X
	return false;
}

static void
headers_free(struct http_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		free(headers->list[i].name);
		free(headers->list[i].value);
	}
	headers->count = 0;
}

void
http_request_init(struct http_request *request)
{
	*request = (struct http_request){ .method = HTTP_GET };
	buffer_init(&request->url, REQUEST_PATH_MAX + 1024);
	buffer_init(&request->body, REQUEST_BYTES_MAX);
}

void
http_request_free(struct http_request *request)
{
	buffer_free(&request->url);
	buffer_free(&request->body);
	headers_free(&request->headers);
}

void
http_response_init(struct http_response *response)
{
	*response = (struct http_response){ 0 };
	buffer_init(&response->body, ANSWER_BYTES_MAX);
}

void
http_response_free(struct http_response *response)
{
	buffer_free(&response->body);
	headers_free(&response->headers);
}

void
http_header_add(struct http_headers *headers, const char *name, const char *value)
{
	ensure(headers->count < HTTP_HEADERS_MAX);
	ensure(strpbrk(name, "\r\n:") == NULL && strpbrk(value, "\r\n") == NULL);
	struct http_header *header = &headers->list[headers->count];
	header->name = strdup(name);
	header->value = strdup(value);
	ensure(header->name != NULL && header->value != NULL);
	headers->count++;
}

const char *
http_header(const struct http_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++)
		if (text_equal_ignoring_case(headers->list[i].name, name))
			return headers->list[i].value;
	return NULL;
}

void
http_url_add_encoded(struct buffer *url, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		             (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
		if (plain)
			buffer_add(url, text, 1);
		else
			buffer_add_format(url, "%%%02X", c);
	}
}

void
http_url_host(const char *url, char *host, size_t size)
{
	const char *after_scheme = strstr(url, "://");
	size_t length = 0;
	if (after_scheme != NULL)
		length = (size_t)(after_scheme - url) + 3;
	length += strcspn(url + length, "/?#");
	const char *user = memchr(url, '@', length);
	if (user != NULL || length >= size)
		length = 0; /* a URL with a user part could hold a password */
	memcpy(host, url, length);
	host[length] = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
http_decode(const char *from, size_t length, bool plus_is_space, char *to, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < length; i++) {
		char c = from[i];
		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			if (length - i < 3)
				return false;
			int high = hex_value(from[i + 1]);
			int low = hex_value(from[i + 2]);
			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (used + 1 >= size)
			return false;
		to[used++] = c;
	}
	to[used] = '\0';
	return true;
}

bool
http_query(const char *url, const char *key, char *to, size_t size)
{
	const char *at = strchr(url, '?');
	size_t key_length = strlen(key);
	while (at != NULL) {
		at++;
		size_t length = strcspn(at, "&#");
		if (length > key_length && at[key_length] == '=' &&
		    strncmp(at, key, key_length) == 0)
			return http_decode(at + key_length + 1, length - key_length - 1, true, to,
			                   size);
		at = at[length] == '&' ? at + length : NULL;
	}
	return false;
}

static void
add_base64(struct buffer *to, const uint8_t *bytes, size_t count)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < count; i += 3) {
		size_t left = count - i;
		uint32_t bits = (uint32_t)bytes[i] << 16;
		if (left > 1)
			bits |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			bits |= bytes[i + 2];
		char four[4] = { letters[bits >> 18 & 63], letters[bits >> 12 & 63],
			         left > 1 ? letters[bits >> 6 & 63] : '=',
			         left > 2 ? letters[bits & 63] : '=' };
		buffer_add(to, four, sizeof(four));
	}
}

void
http_header_add_basic(struct http_headers *headers, const char *user, const char *password)
{
	struct buffer pair, value;
	buffer_init(&pair, 4096);
	buffer_init(&value, 8192);
	buffer_add_format(&pair, "%s:%s", user, password);
	buffer_add_text(&value, "Basic ");
	add_base64(&value, (const uint8_t *)pair.bytes, pair.length);
	ensure(!pair.failed && !value.failed);
	http_header_add(headers, "Authorization", buffer_text(&value));
	buffer_free(&pair);
	buffer_free(&value);
}

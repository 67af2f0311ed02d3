/*
 * The names of what channels hear, from the lists in the header.
 */
#include "channels/channel.h"

#include "base/ensure.h"
#include "base/text.h"

const char *
heard_kind_text(enum heard_kind kind)
{
	switch (kind) {
#define X(name, text)                                                                              \
	case HEARD_##name:                                                                         \
		return text;
		HEARD_KINDS(X)
#undef X
	}
	ensure(!"a kind outside the enum");
	return "";
}

const char *
content_text(enum content content)
{
	switch (content) {
#define X(name, text)                                                                              \
	case CONTENT_##name:                                                                       \
		return text;
		CONTENTS(X)
#undef X
	}
	ensure(!"a content outside the enum");
	return "";
}

bool
content_parse(const char *text, enum content *content)
{
#define X(name, word)                                                                              \
	if (text_equal(text, word)) {                                                              \
		*content = CONTENT_##name;                                                         \
		return true;                                                                       \
	}
	CONTENTS(X)
#undef X
	return false;
}

const char *
delivery_text(enum delivery delivery)
{
	switch (delivery) {
#define X(name, text)                                                                              \
	case DELIVERY_##name:                                                                      \
		return text;
		DELIVERIES(X)
#undef X
	}
	ensure(!"a delivery outside the enum");
	return "";
}

const struct channel *
channel_by_name(const char *name)
{
	for (size_t i = 0; i < channel_count; i++)
		if (text_equal(channels[i]->name, name))
			return channels[i];
	return NULL;
}

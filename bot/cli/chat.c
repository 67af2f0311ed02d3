/*
 * chat: a customer's phone in a terminal, talking to a running sandbox.
 *
 *	what is typed      -> POST /sandbox/say
 *	what the phone shows  <- GET /sandbox/chat, a few times a second
 *
 * At a terminal people wait for an answer before they type on.  A pipe does not, so there
 * each line waits until the shop has answered the one before and has been quiet for a
 * moment.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "io/clock.h"

#define LOOK_EVERY_MS  200
#define QUIET_MS       INT64_C(1500)    /* between two lines of a pipe */
#define ANSWER_WAIT_MS (10 * SECOND_MS) /* for an answer to one of them */
#define LAST_QUIET_MS  (4 * SECOND_MS)  /* after the last one */

struct chat {
	const char *url, *phone;
	bool at_terminal;
	bool ended;    /* nothing more will be typed */
	size_t shown;  /* messages of the phone that were printed, or were there before */
	bool answered; /* the shop has said something since we did */
	int64_t said_us, heard_us;
	struct buffer typed; /* not yet sent */
	struct why why;
};

/* --- the sandbox ------------------------------------------------------------------------------ */

static bool
read_answer(struct chat *chat, const struct http_response *response, json_t **answer)
{
	if (response->status == 404)
		return why_set(&chat->why, "%s is no sandbox; `estorno sandbox` runs one",
		               chat->url);
	*answer = json_parse(buffer_text(&response->body), response->body.length, ANSWER_BYTES_MAX,
	                     &chat->why);
	if (*answer == NULL)
		return why_prefix(&chat->why, "%s", chat->url);
	const char *message = json_string_value(json_at(*answer, "error.message"));
	return response->status == 200 ||
	       why_set(&chat->why, "%s", message == NULL ? "the sandbox refused" : message);
}

/* One request; `body` (taken) makes it a POST.  `*answer` is the caller's. */
static bool
ask(struct chat *chat, const char *path, json_t *body, json_t **answer)
{
	struct http_response response;
	http_response_init(&response);
	bool ok = command_visit(chat->url, path, body, &response, &chat->why);
	ok = ok && read_answer(chat, &response, answer);
	http_response_free(&response);
	return ok;
}

static bool
say(struct chat *chat, const char *text)
{
	json_t *answer = NULL;
	bool ok = ask(chat, "/sandbox/say",
	              json_pack("{s:s,s:s}", "from", chat->phone, "text", text), &answer);
	json_decref(answer);
	chat->answered = false;
	chat->said_us = chat->heard_us = clock_monotonic_us();
	return ok;
}

static json_t *
fetch(struct chat *chat)
{
	struct buffer path;
	json_t *answer = NULL;
	buffer_init(&path, REQUEST_PATH_MAX);
	buffer_add_text(&path, "/sandbox/chat?phone=");
	http_url_add_encoded(&path, chat->phone);
	bool ok = ask(chat, buffer_text(&path), NULL, &answer);
	buffer_free(&path);
	if (ok)
		return answer;
	json_decref(answer);
	return NULL;
}

/* --- showing ---------------------------------------------------------------------------------- */

/* A message may have several lines; control characters are not the terminal's to obey. */
static void
print_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			printf("\n        ");
		else
			putchar((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
	}
}

static void
print_message(const struct chat *chat, const json_t *message, bool from_shop)
{
	const char *text = json_string_value(json_object_get(message, "text"));
	const char *kind = json_string_value(json_object_get(message, "kind"));
	if (!from_shop && chat->at_terminal)
		return; /* it stands there, typed */
	printf("%s%s%s  ", command_style(from_shop ? "green" : "bold"),
	       from_shop ? "shop  " : "you   ", command_style("plain"));
	if (text == NULL || text[0] == '\0')
		printf("[%s]", kind == NULL ? "" : kind);
	else
		print_text(text);
	putchar('\n');
}

/* Prints what is new on the phone. */
static bool
show_new(struct chat *chat)
{
	json_t *messages = fetch(chat);
	if (messages == NULL)
		return false;
	for (; chat->shown < json_array_size(messages); chat->shown++) {
		const json_t *message = json_array_get(messages, chat->shown);
		const char *from = json_string_value(json_object_get(message, "from"));
		bool from_shop = from != NULL && text_equal(from, "shop");
		print_message(chat, message, from_shop);
		chat->answered = chat->answered || from_shop;
		chat->heard_us = clock_monotonic_us();
	}
	fflush(stdout);
	json_decref(messages);
	return true;
}

/* What was there before we came stays unprinted. */
static bool
skip_old(struct chat *chat)
{
	json_t *messages = fetch(chat);
	chat->shown = json_array_size(messages);
	json_decref(messages);
	return messages != NULL;
}

/* --- typing ----------------------------------------------------------------------------------- */

/* Waits a moment for something typed; at the end of input only waits. */
static bool
read_typed(struct chat *chat)
{
	char bytes[4096];
	struct pollfd input = { .fd = chat->ended ? -1 : STDIN_FILENO, .events = POLLIN };
	if (poll(&input, 1, LOOK_EVERY_MS) <= 0 || input.revents == 0)
		return true;
	ssize_t count = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (count < 0 && errno != EINTR)
		return why_set(&chat->why, "standard input: %s", strerror(errno));
	chat->ended = count == 0;
	if (count > 0)
		buffer_add(&chat->typed, bytes, (size_t)count);
	return !chat->typed.failed || why_set(&chat->why, "too much was typed at once");
}

/* The first whole line that waits, or what is left at the end; false when there is none.  The caller frees. */
static bool
take_line(struct chat *chat, char **line)
{
	const char *typed = buffer_text(&chat->typed);
	size_t length = strcspn(typed, "\n");
	bool whole = typed[length] == '\n';
	if (!whole && (!chat->ended || length == 0))
		return false;
	*line = strndup(typed, length);
	char *rest = strdup(typed + length + whole);
	ensure(*line != NULL && rest != NULL);
	buffer_reset(&chat->typed);
	buffer_add_text(&chat->typed, rest);
	free(rest);
	return true;
}

/* May the next line go out? */
static bool
is_my_turn(const struct chat *chat)
{
	int64_t now_us = clock_monotonic_us();
	if (chat->at_terminal || chat->said_us == 0)
		return true;
	return (chat->answered && now_us - chat->heard_us > QUIET_MS * 1000) ||
	       now_us - chat->said_us > ANSWER_WAIT_MS * 1000;
}

static bool
send_typed(struct chat *chat)
{
	char *line;
	if (!is_my_turn(chat) || !take_line(chat, &line))
		return true;
	text_make_printable(line);
	bool ok = line[strspn(line, " ")] == '\0' || say(chat, line);
	free(line);
	return ok;
}

/* --- the command ------------------------------------------------------------------------------ */

/* Everything is sent, and the last answer has had its time. */
static bool
is_over(const struct chat *chat)
{
	int64_t now_us = clock_monotonic_us();
	if (!chat->ended || chat->typed.length > 0)
		return false;
	return chat->said_us == 0 ||
	       (chat->answered && now_us - chat->heard_us > LAST_QUIET_MS * 1000) ||
	       now_us - chat->said_us > 3 * ANSWER_WAIT_MS * 1000;
}

static int
run(const struct command_line *line)
{
	const char *phone = command_option(line, "--as"), *url = command_option(line, "--url");
	struct chat chat = { .url = url == NULL ? "http://127.0.0.1:8080" : url,
		             .phone = phone == NULL ? "5520999990101" : phone,
		             .at_terminal = isatty(STDIN_FILENO) != 0 };
	buffer_init(&chat.typed, REQUEST_BYTES_MAX);
	bool ok = skip_old(&chat);
	if (ok && chat.at_terminal)
		fprintf(stderr, "You are %s.  Type and press Enter; Ctrl-D ends.\n", chat.phone);
	while (ok && !is_over(&chat))
		ok = read_typed(&chat) && send_typed(&chat) && show_new(&chat);
	buffer_free(&chat.typed);
	return ok ? EXIT_YES : command_could_not(&chat.why);
}

const struct command command_chat = {
	.name = "chat",
	.arguments = "",
	.sentence = "talk to a running sandbox as a customer",
	.help = "  --as PHONE   which customer: Marina is 5520999990101 (the default)\n"
		"  --url URL    where the sandbox is (http://127.0.0.1:8080)\n\n"
		"Lines come from standard input; from a pipe, each one waits for the answer to "
		"the\n"
		"one before.",
	.options = "--as= --url=",
	.run = run,
};

/*
 * One thread a connection; they end with the test program.
 */
#include "tests/limits/between.h"

#include <pthread.h>
#include <unistd.h>

#include "tests/raw_socket.h"

enum { BLOCK = 64 * 1024, HUGE_BYTES = 100 * 1024 * 1024 };

struct guest {
	int descriptor;
};

static struct between the_one;
static int listener, erp_port;
static atomic_bool healed;

/* --- manners ------------------------------------------------------------------------------------ */

static void
send_without_end(int descriptor, const char *piece)
{
	while (raw_send(descriptor, piece))
		continue;
}

static void
send_huge(int descriptor)
{
	static char block[BLOCK];
	memset(block, ' ', sizeof(block));
	raw_send(descriptor, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	                     "Content-Length: 104857600\r\n\r\n");
	for (int sent = 0; sent < HUGE_BYTES; sent += BLOCK)
		if (!raw_send_bytes(descriptor, block, sizeof(block)))
			return;
}

static void
send_drops(int descriptor)
{
	raw_send(descriptor, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
	while (raw_send(descriptor, " "))
		usleep(20000);
}

static void
send_redirect(int descriptor)
{
	char answer[160];
	snprintf(answer, sizeof(answer),
	         "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%d/again\r\n"
	         "Content-Length: 0\r\n\r\n",
	         the_one.port);
	raw_send(descriptor, answer);
}

static void
misbehave(int descriptor, enum manner manner)
{
	atomic_fetch_add(&the_one.misbehaved[manner], 1);
	switch (manner) {
	case DRIP:
		send_drops(descriptor);
		break;
	case HUGE:
		send_huge(descriptor);
		break;
	case ENDLESS_BODY:
		raw_send(descriptor, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
		send_without_end(descriptor, "20\r\n                                \r\n");
		break;
	case ENDLESS_HEAD:
		raw_send(descriptor, "HTTP/1.1 200 OK\r\n");
		send_without_end(descriptor, "X-More: and more, and more, and more\r\n");
		break;
	case REDIRECT:
		send_redirect(descriptor);
		break;
	case MANNER_COUNT:
		break;
	}
}

/* --- passing on --------------------------------------------------------------------------------- */

static void
send_message(int descriptor, const struct raw_message *message)
{
	raw_send(descriptor, message->head);
	raw_send_bytes(descriptor, message->body, message->body_length);
}

static void
pass_on(int descriptor, const struct raw_message *request)
{
	static _Thread_local struct raw_message answer;
	int erp = raw_connect(erp_port);
	if (erp < 0)
		return;
	send_message(erp, request);
	if (raw_receive(erp, &answer))
		send_message(descriptor, &answer);
	raw_message_free(&answer);
	close(erp);
}

/* The order that the request asks for, as a place in the enum; MANNER_COUNT for any other. */
static enum manner
manner_of(const struct raw_message *request)
{
	char number[16];
	if (strstr(request->head, "/again") != NULL)
		return REDIRECT;
	for (int i = 0; i < MANNER_COUNT; i++) {
		snprintf(number, sizeof(number), "\"%d\"", FIRST_ORDER + i);
		if (strstr(request->body, number) != NULL)
			return (enum manner)i;
	}
	return MANNER_COUNT;
}

static void *
receive_guest(void *context)
{
	struct guest *guest = context;
	static _Thread_local struct raw_message request;
	while (raw_receive(guest->descriptor, &request)) {
		enum manner manner = atomic_load(&healed) ? MANNER_COUNT : manner_of(&request);
		if (manner == MANNER_COUNT)
			pass_on(guest->descriptor, &request);
		else
			misbehave(guest->descriptor, manner);
		raw_message_free(&request);
		if (manner != MANNER_COUNT && manner != REDIRECT)
			break;
	}
	raw_message_free(&request);
	close(guest->descriptor);
	free(guest);
	return NULL;
}

static void *
receive_guests(void *context)
{
	int descriptor;
	(void)context;
	while ((descriptor = accept(listener, NULL, NULL)) >= 0) {
		struct guest *guest = malloc(sizeof(*guest));
		pthread_t thread;
		raw_limit(descriptor);
		*guest = (struct guest){ .descriptor = descriptor };
		pthread_create(&thread, NULL, receive_guest, guest);
		pthread_detach(thread);
	}
	return NULL;
}

struct between *
between_start(int providers_port)
{
	pthread_t thread;
	erp_port = providers_port;
	listener = raw_listen(&the_one.port);
	pthread_create(&thread, NULL, receive_guests, NULL);
	pthread_detach(thread);
	return &the_one;
}

void
between_heal(struct between *between)
{
	(void)between;
	atomic_store(&healed, true);
}

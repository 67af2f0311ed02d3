/*
 * Opening a socket to listen on, and saying why it can't be.
 */
#include "io/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/text.h"

enum {
	/* Connections that the kernel keeps for us while a round is under way. */
	BACKLOG = 1024,
	SOCKET_KIND = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
};

/* --- where ------------------------------------------------------------------------------------ */

/* Looked up nowhere: only what is an address already. */
static struct addrinfo *
numeric_address(const char *host, const char *port)
{
	const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM,
		                         .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *address = NULL;
	return getaddrinfo(host, port, &wanted, &address) == 0 ? address : NULL;
}

static bool
parse_port(const char *text, int *port)
{
	char *end;
	long number = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > 65535)
		return false;
	*port = (int)number;
	return true;
}

bool
listener_parse(const char *listen, char *host, size_t size, int *port, struct why *why)
{
	const char *colon = strrchr(listen, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - listen);
	bool bracketed = length > 2 && listen[0] == '[' && colon[-1] == ']';
	struct addrinfo *address = NULL;
	bool ok = length > 0 && parse_port(colon + 1, port) &&
	          text_format(host, size, "%.*s", (int)(bracketed ? length - 2 : length),
	                      bracketed ? listen + 1 : listen) &&
	          bracketed == (strchr(host, ':') != NULL);
	if (ok)
		address = numeric_address(host, "0");
	if (address == NULL)
		return why_set(why, "listening takes an address and a port, for example "
		                    "127.0.0.1:8080 or [::1]:8080");
	freeaddrinfo(address);
	return true;
}

/* --- sockets ---------------------------------------------------------------------------------- */

/* Binds and listens.  -1 with errno, and nothing left open. */
static int
listener_open(const struct sockaddr *address, socklen_t length)
{
	const int yes = 1;
	int descriptor = socket(address->sa_family, SOCKET_KIND, 0);
	if (descriptor < 0)
		return -1;
	/* On Linux a socket's file is made with the mode that the socket has, so that it is never open
	 * to others, not for a moment. */
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    (address->sa_family != AF_UNIX || fchmod(descriptor, 0600) == 0) &&
	    bind(descriptor, address, length) == 0 && listen(descriptor, BACKLOG) == 0)
		return descriptor;
	int error = errno;
	close(descriptor);
	errno = error;
	return -1;
}

int
listener_tcp(const char *host, int port, struct why *why)
{
	char digits[16];
	ensure(text_format(digits, sizeof(digits), "%d", port));
	struct addrinfo *address = port < 0 || port > 65535 ? NULL : numeric_address(host, digits);
	if (address == NULL) {
		why_set(why, "cannot listen on %s port %d: not a numeric address and a port", host,
		        port);
		return -1;
	}
	int descriptor = listener_open(address->ai_addr, address->ai_addrlen);
	if (descriptor < 0)
		why_set(why, "cannot listen on %s port %d: %s", host, port, strerror(errno));
	freeaddrinfo(address);
	return descriptor;
}

int
listener_port(int descriptor)
{
	struct sockaddr_storage address = { 0 };
	socklen_t length = sizeof(address);
	ensure(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0);
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* A socket file is dead when nobody accepts there. */
static bool
unix_is_dead(const struct sockaddr_un *address)
{
	int probe = socket(AF_UNIX, SOCKET_KIND, 0);
	bool dead = probe >= 0 &&
	            connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
	            errno == ECONNREFUSED;
	if (probe >= 0)
		close(probe);
	return dead;
}

static bool
unix_clear(const struct sockaddr_un *address, struct why *why)
{
	const char *path = address->sun_path;
	struct stat found;
	if (lstat(path, &found) != 0)
		return true;
	if (!S_ISSOCK(found.st_mode))
		return why_set(why, "cannot listen on %s: a file that is not a socket is there",
		               path);
	if (!unix_is_dead(address))
		return why_set(why, "cannot listen on %s: another process does", path);
	if (unlink(path) != 0)
		return why_set(why, "cannot remove the old socket %s: %s", path, strerror(errno));
	return true;
}

int
listener_unix(const char *path, struct why *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (!text_copy(address.sun_path, sizeof(address.sun_path), path)) {
		why_set(why, "cannot listen on %s: a socket's path has at most %zu characters",
		        path, sizeof(address.sun_path) - 1);
		return -1;
	}
	if (!unix_clear(&address, why))
		return -1;
	int descriptor = listener_open((const struct sockaddr *)&address, sizeof(address));
	if (descriptor < 0)
		why_set(why, "cannot listen on %s: %s", path, strerror(errno));
	return descriptor;
}

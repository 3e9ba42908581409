/* SPDX-License-Identifier: BSD-2-Clause */
#include "notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define NS_PER_US 1000

/* A decimal number that is nothing else. */
static bool parse(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoumax(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* A path, or @ and the name of an abstract socket, which has no file. */
static socklen_t fill_address(struct sockaddr_un *address, const char *name)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 || n >= sizeof(address->sun_path))
		return 0;
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, name, n);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	/* The name of an abstract socket ends with the address, not at a zero byte. */
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

/* The descriptor, or -1 with errno. Connected now: later rights or paths may be gone. */
static int connect_to(const char *name)
{
	const struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_un address;
	socklen_t size = fill_address(&address, name);
	int fd;

	if (!size) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, size) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* 0: no watchdog. False: what the environment says of it makes no sense. */
static bool read_watchdog(uint64_t *ns)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t us, who = (uint64_t)getpid();

	*ns = 0;
	if (!usec)
		return true;
	if (!parse(usec, &us) || !us || us > UINT64_MAX / NS_PER_US || (pid && !parse(pid, &who)))
		return false;
	/* Meant for a parent of ours: its environment came along. */
	if (who == (uint64_t)getpid())
		*ns = us * NS_PER_US;
	return true;
}

bool notify_open(struct notify *notify, char *error, size_t room)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){ .fd = -1 };
	if (!name)
		return true;
	notify->fd = connect_to(name);
	if (notify->fd < 0) {
		snprintf(error, room,
			 "cannot notify the service manager at NOTIFY_SOCKET '%.80s': %s", name,
			 strerror(errno));
		return false;
	}
	if (read_watchdog(&notify->watchdog))
		return true;
	snprintf(error, room, "no watchdog: WATCHDOG_USEC and WATCHDOG_PID must be numbers");
	return false;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

static bool send_lines(const struct notify *notify, const char *lines, int flags)
{
	size_t n = strlen(lines);

	return notify->fd >= 0 && send(notify->fd, lines, n, MSG_NOSIGNAL | flags) == (ssize_t)n;
}

bool notify_send(const struct notify *notify, const char *lines)
{
	return send_lines(notify, lines, 0);
}

bool notify_try(const struct notify *notify, const char *lines)
{
	return send_lines(notify, lines, MSG_DONTWAIT);
}

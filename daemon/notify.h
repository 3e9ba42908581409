/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol of sd_notify(3): one datagram of NAME=VALUE lines to the socket
 * that the service manager named in the environment. It is small, documented
 * and promised to be stable, so that no library is needed for it.
 */
#ifndef SHAKETAP_NOTIFY_H
#define SHAKETAP_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notify {
	int fd;		   /* -1: nobody wants to know */
	uint64_t watchdog; /* ns within which WATCHDOG=1 is expected; 0: it is not */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. False: one of them is not
 * usable, error names it in one line; it counts as not set, and notify is good to use.
 */
bool notify_open(struct notify *notify, char *error, size_t room);
void notify_close(struct notify *notify);

/*
 * Send these lines, separated by line feeds. A manager that is too busy to take
 * them is waited for, a second at most. False: they did not arrive, or nobody listens.
 */
bool notify_send(const struct notify *notify, const char *lines);

/* The same for what may as well be said later: nobody is waited for. */
bool notify_try(const struct notify *notify, const char *lines);

#endif

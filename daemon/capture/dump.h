/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to rtnetlink that are answered by a dump, on a socket without subscriptions. */
#ifndef SHAKETAP_DUMP_H
#define SHAKETAP_DUMP_H

#include <linux/netlink.h>

struct dumper {
	int fd;
	unsigned sequence; /* of the last request */
};

/* 0 or -errno. dump_close() takes one that is zero or was not opened, too. */
int dump_open(struct dumper *dumper);
void dump_close(struct dumper *dumper);

typedef void dump_fn(void *ctx, const struct nlmsghdr *message);

/*
 * Send the request, whose flags and sequence number are set here, and call fn for each
 * message of the answer. 0 or -errno.
 */
int dump(struct dumper *dumper, struct nlmsghdr *request, dump_fn *fn, void *ctx);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's interfaces and addresses, from rtnetlink: subscribed first, dumped
 * then, and dumped again when the kernel says that messages were lost.
 */
#ifndef SHAKETAP_LINKS_H
#define SHAKETAP_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct link {
	unsigned ifindex;
	char name[IFNAMSIZ];
	unsigned short type; /* ARPHRD_ */
	bool up;
	bool vrf;	     /* counts packets that only its ports show */
	unsigned generation; /* of the dump that showed it last */
	UT_hash_handle hh;
};

struct links;

struct links_ops {
	void *ctx;
	void (*changed)(void *ctx, const struct link *link); /* new, up, down or renamed */
	void (*gone)(void *ctx, const struct link *link);
};

/* Subscribe and read the first dump; ops may be called from here on. NULL with errno. */
struct links *links_open(const struct links_ops *ops);
void links_close(struct links *links);

/* Readable: links_read() takes what is there. */
int links_fd(const struct links *links);
void links_read(struct links *links);

/* NULL: unknown index. */
const struct link *links_find(const struct links *links, unsigned ifindex);
void links_each(struct links *links, void (*fn)(void *ctx, const struct link *link), void *ctx);

/* Is this one of the host's addresses (network order, IPv4 mapped)? All of 127.0.0.0/8 is. */
bool links_is_local(const struct links *links, const uint32_t addr[4]);

#endif

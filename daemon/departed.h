/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of interfaces that are gone: a handshake that began on one may be over only later.
 * The kernel does not give an index to another interface soon.
 */
#ifndef SHAKETAP_DEPARTED_H
#define SHAKETAP_DEPARTED_H

#include <net/if.h>

/* As many as a burst takes away at once; the oldest makes room. */
#define DEPARTED_MAX 1024

struct departed {
	struct {
		unsigned ifindex;
		char name[IF_NAMESIZE];
	} list[DEPARTED_MAX];
	unsigned next;
};

void departed_note(struct departed *departed, unsigned ifindex, const char *name);

/* The last name it had. NULL: not known. */
const char *departed_name(const struct departed *departed, unsigned ifindex);

#endif

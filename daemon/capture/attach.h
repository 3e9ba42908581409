/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two hooks of one interface: a TCX link at the head of the list, which goes with
 * its file descriptor; before kernel 6.6 a clsact filter of our own fixed priority
 * and handle. The clsact qdisc and other people's filters are never touched.
 */
#ifndef SHAKETAP_ATTACH_H
#define SHAKETAP_ATTACH_H

#include <limits.h>
#include <stdbool.h>

#include "capture/dump.h"

/* Ingress and egress, as in enum kernel_hook. */
#define ATTACH_HOOKS 2

/* The last index there can be: no interface has it. */
#define ATTACH_NOWHERE INT_MAX

/* Room to name who is ahead of us. */
#define ATTACH_AHEAD_ROOM 64

enum attach_kind { ATTACH_NONE, ATTACH_TCX, ATTACH_CLSACT };

struct attachment {
	enum attach_kind kind;
	unsigned ifindex;
	int link[ATTACH_HOOKS]; /* TCX; -1: none */
};

/* What this kernel has, asked with one of the programs, without attaching it. */
enum attach_kind attach_kind(int program);

/*
 * Attach to the interface; programs: file descriptors for ingress and egress. 0 or
 * -errno; on failure nothing stays attached.
 */
int attach_interface(struct attachment *attachment, unsigned ifindex, const int programs[],
		     enum attach_kind kind);

/* Attach to one hook again, when attach_look() said that it is lost. 0 or -errno. */
int attach_repair(struct attachment *attachment, const int programs[], int hook);

/* Undo it. gone: the interface does not exist any more. */
void attach_release(struct attachment *attachment, bool gone);

/* How one hook stands. */
struct attach_view {
	bool lost;		       /* someone took our program off */
	char ahead[ATTACH_AHEAD_ROOM]; /* who runs before ours; "": nobody, or we may not know */
};

/*
 * 0 or -errno: nothing could be learned. Whether our link still
 * is attached takes no rights; who is ahead of it takes CAP_NET_ADMIN with TCX.
 */
int attach_look(const struct attachment *attachment, const int programs[], int hook,
		struct dumper *dumper, struct attach_view *view);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two hooks of one interface: a TCX link at the head of the list, which goes with
 * its file descriptor; before kernel 6.6 a clsact filter of our own fixed priority
 * and handle. The clsact qdisc and other people's filters are never touched.
 */
#ifndef SHAKETAP_ATTACH_H
#define SHAKETAP_ATTACH_H

#include <stdbool.h>

enum attach_kind { ATTACH_NONE, ATTACH_TCX, ATTACH_CLSACT };

struct attachment {
	enum attach_kind kind;
	unsigned ifindex;
	int link[2]; /* TCX: ingress, egress */
};

/*
 * Attach to the interface; programs: file descriptors for ingress and egress. clsact:
 * do not try TCX. 0 or -errno; on failure nothing stays attached.
 */
int attach_interface(struct attachment *attachment, unsigned ifindex, const int programs[2],
		     bool clsact);

/* Undo it. gone: the interface does not exist any more. */
void attach_release(struct attachment *attachment, bool gone);

#endif

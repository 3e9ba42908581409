/* SPDX-License-Identifier: BSD-2-Clause */
/* What Linux asks of a process before it lets programs look at packets. */
#ifndef SHAKETAP_NEEDS_H
#define SHAKETAP_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

enum need {
	NEED_RIGHTS,  /* CAP_BPF and CAP_NET_ADMIN */
	NEED_HOST,    /* not in a user namespace, where they do not count */
	NEED_SYSCALL, /* bpf() is there and not filtered; told only where the others are met */
	NEEDS
};

/* False: it is missing, and text is one line that says so, with the mend. */
bool need_met(enum need need, char *text, size_t room);

/*
 * True: maps count against a memlock limit that the process could not raise. text is one
 * line that says so, with the mend. To be asked when loading failed: the limit may do.
 */
bool memlock_limits(char *text, size_t room);

#endif

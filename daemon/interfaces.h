/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces are observed: those the patterns choose, as they come and go. */
#ifndef SHAKETAP_INTERFACES_H
#define SHAKETAP_INTERFACES_H

#include "base/log.h"
#include "base/util.h"
#include "capture/attach.h"
#include "capture/kernel.h"
#include "capture/links.h"
#include "options.h"

struct interfaces;

/*
 * Attach to the first of what is there; interfaces_work() attaches to the others. NULL:
 * error says in one line why nothing could be attached. patterns is borrowed.
 */
struct interfaces *interfaces_open(const struct options_list *patterns, struct kernel *kernel,
				   struct log *log, char *error, size_t room);
void interfaces_close(struct interfaces *interfaces);

/*
 * Would attaching be permitted, with the rights in effect? Asked for an interface that
 * does not exist: the kernel looks at the rights first.
 */
bool interfaces_may_attach(const struct interfaces *interfaces);

/* Readable when interfaces or addresses changed: then call interfaces_read(). */
int interfaces_fd(const struct interfaces *interfaces);
void interfaces_read(struct interfaces *interfaces);

/*
 * Attach to interfaces that wait for it, or repair them, for at most the time of a slice:
 * with TCX each takes the kernel tens of milliseconds. True: more wait.
 */
bool interfaces_work(struct interfaces *interfaces);

/*
 * Every INTERFACES_CHECK_NS: attachments that were removed are to be repaired (by
 * interfaces_work), failed ones tried again, and what hides packets from us is told.
 */
#define INTERFACES_CHECK_NS (3 * NS_PER_S)
void interfaces_check(struct interfaces *interfaces);

struct interfaces_life {
	uint64_t repaired; /* hooks, since the start */
	size_t behind;	   /* interfaces with a foreign program ahead of ours */
	size_t unseen;	   /* interfaces that pass packets of which none reaches us */
};

struct interfaces_life interfaces_life(const struct interfaces *interfaces);

/* "ingress", "egress" */
const char *interfaces_hook_name(int hook);

/* Attached now, on both hooks, by kind; ATTACH_NONE: chosen, but attaching failed. */
size_t interfaces_count(const struct interfaces *interfaces, enum attach_kind kind);

/* One that is attached to; the name may be any the host gave it. */
struct interfaces_entry {
	const char *name;
	enum attach_kind kind;
};

/* Fill at most room entries, in no order; their number. */
size_t interfaces_list(const struct interfaces *interfaces, struct interfaces_entry *out,
		       size_t room);

/* Also of one that is gone since not long ago. NULL: not known. */
const char *interfaces_name(const struct interfaces *interfaces, unsigned ifindex);

bool interfaces_is_local(const struct interfaces *interfaces, const uint32_t addr[4]);

/* Do the patterns choose this name? "!PATTERN" excludes; none but those: all others. */
bool interfaces_chosen(const struct options_list *patterns, const char *name, bool up);

#endif

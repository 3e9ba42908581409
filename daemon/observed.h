/* SPDX-License-Identifier: BSD-2-Clause */
/* What interfaces.c and interfaces_check.c know about each interface that was chosen. */
#ifndef SHAKETAP_OBSERVED_H
#define SHAKETAP_OBSERVED_H

#include "departed.h"
#include "interfaces.h"

/* Do its packets reach us? */
struct sight {
	uint64_t packets;	       /* of the kernel's count, at the last check */
	uint64_t grown;		       /* by so many since the check before */
	bool silent;		       /* none of them reached us */
	bool hidden;		       /* silent long enough to tell */
	char ahead[ATTACH_AHEAD_ROOM]; /* told to run before ours */
};

struct observed {
	struct attachment attachment; /* of no kind: not attached (yet) */
	bool ethernet;
	bool waiting;		 /* is in the queue */
	bool failed;		 /* to be attached; told once, tried again at each check */
	bool lost[ATTACH_HOOKS]; /* someone took our program off this hook */
	struct sight sight[ATTACH_HOOKS];
	struct observed *prev, *next; /* in the queue */
	UT_hash_handle hh;
};

struct interfaces {
	const struct options_list *patterns;
	struct kernel *kernel;
	struct log *log;
	struct links *links;
	enum attach_kind kind; /* what this kernel has */
	struct observed *by_index;
	struct observed *queue; /* to be attached or repaired, first come first */
	struct departed departed;
	struct dumper dumper;
	uint64_t repaired; /* hooks */
	int last_error;	   /* of an attach that failed, negative errno */
};

/* Have interfaces_work() attach or repair it. */
void observed_enqueue(struct interfaces *interfaces, struct observed *observed);

#endif

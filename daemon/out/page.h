/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page for people at "/": who reads it is on call and wants to know what fails, since when
 * and for which name. One HTML document without script, image or anything from elsewhere. Pure:
 * what is known goes in, with the time, and text comes out.
 */
#ifndef SHAKETAP_PAGE_H
#define SHAKETAP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "out/history.h"
#include "out/observer.h"

/* Rows shown; the tables behind them remember more. */
#define PAGE_NAMES 20
#define PAGE_FAILURES 30

struct page_interface {
	char name[16]; /* whatever the host calls it: any byte but a slash or a blank */
	const char *hook;
};

struct page_facts {
	const char *version;
	bool ready;
	const char *reason; /* why not ready; NULL: nothing to say */
	bool live;	    /* the page loads itself again every few seconds */

	uint64_t now;	      /* ns, the clock of the history */
	uint64_t wall_offset; /* add to it (mod 2^64): ns since the epoch */
	uint64_t started;     /* ns, the same clock */

	uint64_t handshakes, failures, unknown; /* since the start */
	uint64_t in_progress;
	const struct history *history;

	const struct page_interface *interfaces;
	size_t interface_count;
	size_t interface_total;	       /* all that are observed, named here or not */
	const struct metric_row *rows; /* what the observer counts about itself */
	size_t row_count;
	uint64_t resident; /* bytes; 0: not known */
	uint64_t cpu;	   /* ns spent since the start */
};

/* Add the whole document. */
void page_write(struct text *out, const struct page_facts *facts);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The page for people at "/". */
#ifndef SHAKETAP_PAGE_H
#define SHAKETAP_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct page_numbers {
	const char *version;
	bool ready;
	const char *reason; /* why not ready; NULL: nothing to say */
	uint64_t handshakes, failures, unknown, in_progress;
	uint64_t interfaces; /* attached */
	uint64_t uptime;     /* seconds */
};

/* Add a complete HTML document. */
void page_index(struct text *out, const struct page_numbers *numbers);

#endif

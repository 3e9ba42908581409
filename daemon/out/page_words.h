/* SPDX-License-Identifier: BSD-2-Clause */
/* How the page writes numbers, times and what others have named. Pure. */
#ifndef SHAKETAP_PAGE_WORDS_H
#define SHAKETAP_PAGE_WORDS_H

#include "out/page.h"

/* 1234567 as "1,234,567". */
void page_number(struct text *out, uint64_t value);

/* "1 handshake", "2,000 handshakes". */
void page_count(struct text *out, uint64_t value, const char *one, const char *many);

/* "5 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
void page_span(struct text *out, uint64_t ns);

/* 12 * 1048576 as "12 MB". */
void page_bytes(struct text *out, uint64_t bytes);

/* A time of the history as a <time> element: "07:21:13", with the day in front if it is another. */
void page_time(struct text *out, const struct page_facts *facts, uint64_t at);

/* "12 s ago". */
void page_ago(struct text *out, const struct page_facts *facts, uint64_t at);

/* Whatever bytes, escaped for a line and for HTML. */
void page_foreign(struct text *out, struct bytes foreign);

/* What the client asked for, or the server's address where it asked for none. */
void page_label(struct text *out, const struct history_label *label);

#endif

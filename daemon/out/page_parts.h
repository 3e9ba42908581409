/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections of the page, one file each. Private to out/page*.c. */
#ifndef SHAKETAP_PAGE_PARTS_H
#define SHAKETAP_PAGE_PARTS_H

#include "out/page.h"

/* A failure this young still goes on, as far as the page can tell. */
#define PAGE_FRESH_NS (UINT64_C(300) * 1000000000)

/* The failure there is most of, as a line; nothing where there is none. */
void page_worst(struct text *out, const struct page_facts *facts);
void page_failures(struct text *out, const struct page_facts *facts);
void page_names(struct text *out, const struct page_facts *facts);
void page_observer(struct text *out, const struct page_facts *facts);

/* Has anything been lost or given up that the numbers of the page now lack? */
bool page_has_losses(const struct page_facts *facts);

#endif

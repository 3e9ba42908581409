/* SPDX-License-Identifier: BSD-2-Clause */
/* How the page looks, and the policy that allows just that. */
#ifndef SHAKETAP_PAGE_STYLE_H
#define SHAKETAP_PAGE_STYLE_H

#include "base/text.h"

/* What stands between <style> and </style>. */
extern const char page_style[];

/*
 * The value of Content-Security-Policy: nothing may be loaded, run or sent; of styles this one,
 * by its digest.
 */
void page_policy(struct text *out);

#endif

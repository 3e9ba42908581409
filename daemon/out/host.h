/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Host header as a guard against DNS rebinding: a web site that gives its own name the
 * address 127.0.0.1 makes the browser of this host read our pages for it. Such a request carries
 * the name of the site.
 */
#ifndef SHAKETAP_HOST_H
#define SHAKETAP_HOST_H

#include <stdbool.h>

/*
 * Can no web site go by this Host header? So it is with an address, with a name without a dot
 * or below .localhost, with `own`, the name of this host, and without a header (NULL), which
 * every browser sends.
 */
bool host_is_local(const char *host, const char *own);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHAKETAP_GZIP_H
#define SHAKETAP_GZIP_H

#include <stddef.h>

#include "base/bytes.h"

/* `in` as a gzip file on the heap, its length in *n; NULL when memory is out. */
void *gzip_compress(struct bytes in, size_t *n);

#endif

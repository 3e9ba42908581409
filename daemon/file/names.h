/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of interfaces, each kept once: a capture may describe the same interfaces
 * again in every section.
 */
#ifndef SHAKETAP_FILE_NAMES_H
#define SHAKETAP_FILE_NAMES_H

#include <stddef.h>

#include "base/bytes.h"

/* A longer name is not kept: a part of it would be the name of something else. */
#define NAMES_LENGTH_MAX 255
/* Different names in all. */
#define NAMES_MAX 65536

struct names {
	void *root; /* of tsearch() */
	size_t n;
};

/*
 * The name up to its first NUL, if there is one; the result is valid until names_free().
 * NULL: empty, over a limit, or memory is out.
 */
const char *names_keep(struct names *names, struct bytes name);
void names_free(struct names *names);

#endif

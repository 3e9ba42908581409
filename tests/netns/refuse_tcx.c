/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded: TCX is refused as invalid on the interface whose index REFUSE_TCX names, or on
 * every one where it says "all", as a kernel before 6.6 does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef int create_fn(int program, int target, int type, const void *options);

int bpf_link_create(int program, int target, int type, const void *options)
{
	const char *refused = getenv("REFUSE_TCX");
	create_fn *real = (create_fn *)dlsym(RTLD_NEXT, "bpf_link_create");

	if (refused && (!strcmp(refused, "all") || atoi(refused) == target)) {
		errno = EINVAL;
		return -EINVAL;
	}
	return real(program, target, type, options);
}

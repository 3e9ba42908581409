/* SPDX-License-Identifier: BSD-2-Clause */
#include "hooks.h"

#include <err.h>
#include <net/if.h>
#include <stddef.h>

#include <bpf/bpf.h>

/* linux/bpf.h of Debian 12 does not know them yet. */
static const int hooks[] = { 46 /* BPF_TCX_INGRESS */, 47 /* BPF_TCX_EGRESS */ };

void hooks_attach(int program, const char *device)
{
	unsigned ifindex = if_nametoindex(device);

	if (!ifindex)
		err(2, "%s", device);
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (bpf_link_create(program, (int)ifindex, (enum bpf_attach_type)hooks[i], NULL) <
		    0)
			err(1, "cannot attach to %s", device);
}

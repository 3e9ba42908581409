/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The C library has no wrapper for these two calls, and they need no libcap. */
void rights_raise(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, word))
		return;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		word[i].effective = word[i].permitted;
	/* What is permitted cannot be refused; if it were, what follows says what it lacks. */
	syscall(SYS_capset, &header, word);
}

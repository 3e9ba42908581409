/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/needs.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Of bpf(), and of no kernel. Bits above the lower 16 are flags to Linux 7. */
#define UNKNOWN_COMMAND 0xffff

#ifndef CAP_BPF /* headers before 5.8 */
#define CAP_BPF 39
#endif

static uint64_t effective_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool may_load(void)
{
	return effective_capabilities() & (1ULL << CAP_BPF | 1ULL << CAP_SYS_ADMIN);
}

static bool rights_met(char *text, size_t room)
{
	bool bpf = may_load();
	bool admin = effective_capabilities() & 1ULL << CAP_NET_ADMIN;

	if (bpf && admin) {
		snprintf(text, room, "CAP_BPF and CAP_NET_ADMIN");
		return true;
	}
	snprintf(text, room,
		 "%s%s%s missing: run as root, or give both (systemd: AmbientCapabilities=, "
		 "container: --cap-add BPF --cap-add NET_ADMIN)",
		 bpf ? "" : "CAP_BPF", bpf || admin ? "" : " and ",
		 admin ? " is"
		 : bpf ? "CAP_NET_ADMIN is"
		       : "CAP_NET_ADMIN are");
	return false;
}

/* The map of the first user namespace says that every user is itself. */
static bool in_first_namespace(void)
{
	unsigned inside = 0, outside = 0, count = UINT_MAX;
	FILE *map = fopen("/proc/self/uid_map", "r");

	if (map) {
		if (fscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
			count = 0;
		fclose(map);
	}
	return !inside && !outside && count == UINT_MAX;
}

static bool host_met(char *text, size_t room)
{
	if (in_first_namespace())
		return true;
	snprintf(text, room,
		 "this is a user namespace, as in a rootless container, whose rights do not count "
		 "for BPF: start shaketap outside of it");
	return false;
}

/* To every kernel this command is unknown, once it has looked at the rights. */
static bool syscall_met(char *text, size_t room)
{
	if (!may_load() || !in_first_namespace() ||
	    syscall(SYS_bpf, UNKNOWN_COMMAND, NULL, 0) != -1 || errno == EINVAL)
		return true;
	snprintf(text, room,
		 "bpf() is forbidden (%s) although the rights are there: a seccomp filter, as a "
		 "container's; let its profile allow bpf (--security-opt seccomp=PROFILE)",
		 strerror(errno));
	return false;
}

bool need_met(enum need need, char *text, size_t room)
{
	static bool (*const met[NEEDS])(char *text, size_t room) = {
		[NEED_RIGHTS] = rights_met,
		[NEED_HOST] = host_met,
		[NEED_SYSCALL] = syscall_met,
	};

	return met[need](text, room);
}

static bool maps_count_as_locked(void)
{
	unsigned major, minor;
	struct utsname name;

	return !uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major < 5 || (major == 5 && minor < 11));
}

bool memlock_limits(char *text, size_t room)
{
	struct rlimit limit;

	if (!maps_count_as_locked() || getrlimit(RLIMIT_MEMLOCK, &limit) ||
	    limit.rlim_cur == RLIM_INFINITY)
		return false;
	snprintf(
		text, room,
		"the memlock limit of %llu KiB is too low, Linux before 5.11 counts maps: raise it "
		"(systemd: LimitMEMLOCK=infinity, container: --ulimit memlock=-1, shell: ulimit -l)",
		(unsigned long long)limit.rlim_cur / 1024);
	return true;
}

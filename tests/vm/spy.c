/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between libbpf and the kernel, by LD_PRELOAD, as the environment asks:
 *   SPY_NO_TCX=1      no kernel has TCX, so that one that has it shows the other hook
 *   SPY_VERIFIER=FILE for each program that is loaded, its name and the verifier's statistics
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <linux/bpf.h> of 6.6, and of the kernel's own bpf_verifier.h. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47
#define LOG_STATS 4

#define LOG_ROOM 65536

typedef long (*syscall_fn)(long number, ...);

static long really(const long args[7])
{
	static syscall_fn next;

	if (!next)
		next = (syscall_fn)dlsym(RTLD_NEXT, "syscall");
	return next(args[0], args[1], args[2], args[3], args[4], args[5], args[6]);
}

static bool is_tcx(const union bpf_attr *attr)
{
	return attr->link_create.attach_type == TCX_INGRESS ||
	       attr->link_create.attach_type == TCX_EGRESS;
}

static void tell(const char *path, const char *name, const char *log)
{
	FILE *file = fopen(path, "a");

	if (!file)
		return;
	fprintf(file, "%s: %s\n", name, log);
	fclose(file);
}

/* The caller's own log, if it wants one, stays as it is. */
static long load(long args[7], const char *path)
{
	union bpf_attr *attr = (union bpf_attr *)args[2];
	static char log[LOG_ROOM];
	long result;

	if (attr->log_level)
		return really(args);
	attr->log_level = LOG_STATS;
	attr->log_buf = (uintptr_t)log;
	attr->log_size = sizeof(log);
	result = really(args);
	if (result >= 0)
		tell(path, attr->prog_name, log);
	attr->log_level = 0;
	attr->log_buf = 0;
	attr->log_size = 0;
	return result;
}

long syscall(long number, ...)
{
	const char *path = getenv("SPY_VERIFIER");
	long args[7] = { number };
	va_list list;

	va_start(list, number);
	for (int i = 1; i < 7; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_bpf && args[1] == BPF_LINK_CREATE && getenv("SPY_NO_TCX") &&
	    is_tcx((const union bpf_attr *)args[2])) {
		errno = EINVAL;
		return -1;
	}
	if (number == SYS_bpf && args[1] == BPF_PROG_LOAD && path)
		return load(args, path);
	return really(args);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/util.h"
#include "capture/needs.h"
#include "interfaces.h"
#include "rights.h"

static void ignore_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	(void)ctx;
	(void)event;
	(void)payload;
}

static void say(bool ok, const char *what, const char *text)
{
	printf("%-4s %-11s %s\n", ok ? "ok" : "NO", what, text);
}

static void check_kernel(void)
{
	struct utsname name;

	if (!uname(&name))
		say(true, "kernel", name.release);
}

static void check_btf(void)
{
	bool there = !access("/sys/kernel/btf/vmlinux", R_OK);

	say(true, "btf", there ? "present" : "absent; the programs that observe packets need none");
}

/* Everything that is missing, and nothing of what is not, but for the rights. */
static bool check_needs(void)
{
	static const char *const names[NEEDS] = {
		[NEED_RIGHTS] = "rights",
		[NEED_HOST] = "namespace",
		[NEED_SYSCALL] = "seccomp",
	};
	bool all = true;

	for (enum need need = 0; need < NEEDS; need++) {
		char text[256];
		bool met = need_met(need, text, sizeof(text));

		if (!met || need == NEED_RIGHTS)
			say(met, names[need], text);
		all &= met;
	}
	return all;
}

static bool check_interfaces(const struct options *options, struct kernel *kernel, struct log *log)
{
	char text[256];
	struct interfaces *interfaces =
		interfaces_open(&options->interfaces, kernel, log, text, sizeof(text));
	size_t tcx, clsact;

	if (!interfaces) {
		say(false, "interfaces", text);
		return false;
	}
	while (interfaces_work(interfaces))
		;
	interfaces_check(interfaces); /* tells who runs before ours */
	tcx = interfaces_count(interfaces, ATTACH_TCX);
	clsact = interfaces_count(interfaces, ATTACH_CLSACT);
	snprintf(text, sizeof(text), "%zu attached and released, by %s", tcx + clsact,
		 tcx ? "TCX" : "clsact (no TCX before Linux 6.6)");
	say(true, "interfaces", text);
	rights_describe(kernel, interfaces, text, sizeof(text));
	say(true, "kept", text);
	interfaces_close(interfaces);
	return true;
}

int check(const struct options *options, struct log *log)
{
	const struct kernel_config config = {
		.max_flows = options->max_flows,
		.ring_size = options->ring_buffer,
		.tls_ports = options->tls_ports,
	};
	char error[512];
	struct kernel *kernel;
	bool ok;

	rights_raise();
	check_kernel();
	check_btf();
	if (!check_needs())
		return 1;
	kernel = kernel_open(&config, &(struct kernel_ops){ NULL, ignore_event }, error,
			     sizeof(error));
	if (!kernel) {
		say(false, "programs", error);
		return 1;
	}
	say(true, "programs", "loaded, and passed the verifier");
	ok = check_interfaces(options, kernel, log);
	kernel_close(kernel);
	return ok ? 0 : 1;
}

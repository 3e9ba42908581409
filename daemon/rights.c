/* SPDX-License-Identifier: BSD-2-Clause */
#include "rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/util.h"

/* The user and the group that own nothing, under the number the kernel gives them too. */
#define NOBODY 65534
#define CAPABILITIES_MAX 64
#define FORBIDDEN \
	"capset() is forbidden, as by a seccomp filter that should let it pass (systemd: SystemCallFilter=capset)"
#define BIT(capability) (UINT64_C(1) << (capability))

void rights_raise(void)
{
	capng_get_caps_process();
	for (unsigned i = 0; i < CAPABILITIES_MAX; i++)
		if (capng_have_capability(CAPNG_PERMITTED, i) == 1)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, i);
	/* What is permitted cannot be refused; if it were, what follows says what it lacks. */
	capng_apply(CAPNG_SELECT_CAPS);
}

static uint64_t held(capng_type_t set)
{
	uint64_t rights = 0;

	capng_get_caps_process();
	for (unsigned i = 0; i < CAPABILITIES_MAX; i++)
		if (capng_have_capability(set, i) == 1)
			rights |= BIT(i);
	return rights;
}

/* Until another set is put into effect: what is permitted stays. 0 or -1. */
static int put_into_effect(uint64_t rights)
{
	for (unsigned i = 0; i < CAPABILITIES_MAX; i++)
		/* Refused for what this kernel does not know: no loss. */
		capng_update(rights & BIT(i) ? CAPNG_ADD : CAPNG_DROP, CAPNG_EFFECTIVE, i);
	return capng_apply(CAPNG_SELECT_CAPS);
}

static bool rehearse(const struct kernel *kernel, const struct interfaces *interfaces)
{
	return kernel_may_ask(kernel) && interfaces_may_attach(interfaces);
}

/* A runtime that does not know CAP_BPF yet gives CAP_SYS_ADMIN, which stands for it. */
static uint64_t bpf_right(uint64_t permitted)
{
	return permitted & BIT(CAP_BPF) ? BIT(CAP_BPF) : BIT(CAP_SYS_ADMIN);
}

/* False: no right can be given up, not even for a moment. */
static bool least(const struct kernel *kernel, const struct interfaces *interfaces,
		  uint64_t *rights)
{
	const uint64_t before = held(CAPNG_EFFECTIVE);
	const uint64_t net = BIT(CAP_NET_ADMIN), bpf = bpf_right(held(CAPNG_PERMITTED));
	const uint64_t sets[] = { 0, net, bpf, net | bpf };
	size_t i = 0;

	if (put_into_effect(0))
		return false;
	while (i < ARRAY_SIZE(sets) - 1 &&
	       (put_into_effect(sets[i]) || !rehearse(kernel, interfaces)))
		i++;
	put_into_effect(before);
	*rights = sets[i];
	return true;
}

static void choose(uint64_t rights)
{
	capng_clear(CAPNG_SELECT_ALL);
	for (unsigned i = 0; i < CAPABILITIES_MAX; i++)
		if (rights & BIT(i))
			capng_update(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
				     i);
}

/* Root without a capability still owns the host's files, so it does not stay root. 0 or -1. */
static int become_nobody(uint64_t rights)
{
	const uint64_t asked = BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP);

	if (geteuid() || (held(CAPNG_EFFECTIVE) & asked) != asked)
		return -1;
	choose(rights);
	return capng_change_id(NOBODY, NOBODY,
			       (capng_flags_t)(CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING |
					       CAPNG_CLEAR_AMBIENT));
}

static void keep(uint64_t rights)
{
	if (!become_nobody(rights))
		return;
	choose(rights);
	/* Asks for a right of its own; without it no_new_privs says the same. */
	capng_apply(CAPNG_SELECT_BOUNDS);
	choose(rights);
	/* With the inheritable ones the kernel takes the ambient ones away. */
	capng_apply(CAPNG_SELECT_CAPS);
}

static void describe(uint64_t rights, char *text, size_t room)
{
	static const struct {
		unsigned capability;
		const char *name;
	} names[] = {
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
	};
	size_t n = 0;

	snprintf(text, room, "none");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (rights & BIT(names[i].capability) && n < room)
			n += (size_t)snprintf(text + n, room - n, "%s%s", n ? " and " : "",
					      names[i].name);
}

void rights_give_up(const struct kernel *kernel, const struct interfaces *interfaces,
		    struct log *log)
{
	uint64_t rights;
	char text[64];

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		log_warn(log, "cannot set no_new_privs: %s", strerror(errno));
	if (least(kernel, interfaces, &rights)) {
		keep(rights);
		/* What counts is what the kernel says afterwards. */
		if (!(held(CAPNG_PERMITTED) & ~rights)) {
			describe(rights, text, sizeof(text));
			log_debug(log, "rights kept: %s; user %u", text, (unsigned)geteuid());
			return;
		}
	}
	log_warn(log, "cannot give up rights: %s", FORBIDDEN);
}

void rights_describe(const struct kernel *kernel, const struct interfaces *interfaces, char *text,
		     size_t room)
{
	uint64_t rights;
	char names[64];

	if (!least(kernel, interfaces, &rights)) {
		snprintf(text, room, "all: %s", FORBIDDEN);
		return;
	}
	describe(rights, names, sizeof(names));
	snprintf(text, room, "%s, once attached", names);
}

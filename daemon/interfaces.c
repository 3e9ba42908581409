/* SPDX-License-Identifier: BSD-2-Clause */
#include "interfaces.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <utlist.h>

#include "base/util.h"
#include "clock.h"
#include "observed.h"

/* Of attaching in one go. */
#define SLICE_NS (20 * NS_PER_MS)

/* Link types whose packets begin with the IP header. */
static const unsigned short ip_types[] = {
	ARPHRD_NONE,	ARPHRD_RAWIP, ARPHRD_PPP,   ARPHRD_TUNNEL,
	ARPHRD_TUNNEL6, ARPHRD_SIT,   ARPHRD_IPGRE, 823 /* ARPHRD_IP6GRE */
};

enum layer { LAYER_ETHERNET, LAYER_IP, LAYER_OTHER };

static enum layer layer_of(unsigned short type)
{
	if (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK)
		return LAYER_ETHERNET;
	for (size_t i = 0; i < ARRAY_SIZE(ip_types); i++)
		if (ip_types[i] == type)
			return LAYER_IP;
	return LAYER_OTHER;
}

bool interfaces_chosen(const struct options_list *patterns, const char *name, bool up)
{
	bool any = false, chosen = false;

	for (size_t i = 0; i < patterns->n; i++) {
		const char *pattern = patterns->p[i];

		if (pattern[0] == '!') {
			if (!fnmatch(pattern + 1, name, 0))
				return false;
			continue;
		}
		any = true;
		if (!strcmp(pattern, "auto"))
			chosen |= up;
		else
			chosen |= !fnmatch(pattern, name, 0);
	}
	return any ? chosen : up;
}

void observed_enqueue(struct interfaces *interfaces, struct observed *observed)
{
	if (observed->waiting)
		return;
	observed->waiting = true;
	DL_APPEND(interfaces->queue, observed);
}

static void observe(struct interfaces *interfaces, const struct link *link, enum layer layer)
{
	struct observed *observed = calloc(1, sizeof(*observed));

	if (!observed) {
		interfaces->last_error = -ENOMEM;
		return;
	}
	observed->attachment.ifindex = link->ifindex;
	observed->ethernet = layer == LAYER_ETHERNET;
	HASH_ADD(hh, interfaces->by_index, attachment.ifindex, sizeof(observed->attachment.ifindex),
		 observed);
	observed_enqueue(interfaces, observed);
}

static int attach(struct interfaces *interfaces, struct observed *observed, const struct link *link)
{
	int programs[ATTACH_HOOKS];
	int err;

	kernel_programs(interfaces->kernel, observed->ethernet, programs);
	if (observed->attachment.kind == ATTACH_NONE) {
		err = attach_interface(&observed->attachment, link->ifindex, programs,
				       interfaces->kind);
		if (!err)
			log_debug(interfaces->log, "attached to %s", link->name);
		return err;
	}
	for (int hook = 0; hook < ATTACH_HOOKS; hook++) {
		if (!observed->lost[hook])
			continue;
		err = attach_repair(&observed->attachment, programs, hook);
		if (err)
			return err;
		observed->lost[hook] = false;
		observed->sight[hook].silent = false;
		interfaces->repaired++;
		log_warn(interfaces->log,
			 "%s: someone had removed the program on %s; attached again", link->name,
			 interfaces_hook_name(hook));
	}
	return 0;
}

static void complain(struct interfaces *interfaces, const struct link *link, int err)
{
	log_warn(interfaces->log, "cannot attach to %s: %s%s", link->name, strerror(-err),
		 err == -EPERM ? "; shaketap attaches before it gives up its rights, so restart it"
			       : "");
}

static void attach_next(struct interfaces *interfaces)
{
	struct observed *observed = interfaces->queue;
	const struct link *link = links_find(interfaces->links, observed->attachment.ifindex);
	int err;

	DL_DELETE(interfaces->queue, observed);
	observed->waiting = false;
	if (!link)
		return;
	err = attach(interfaces, observed, link);
	if (err)
		interfaces->last_error = err;
	if (err == -ENODEV) /* gone before we got to it */
		err = 0;
	if (err && !observed->failed)
		complain(interfaces, link, err);
	observed->failed = err;
}

bool interfaces_work(struct interfaces *interfaces)
{
	uint64_t end = interfaces->queue ? clock_ns(CLOCK_MONOTONIC) + SLICE_NS : 0;

	while (interfaces->queue) {
		attach_next(interfaces);
		if (clock_ns(CLOCK_MONOTONIC) >= end)
			break;
	}
	return interfaces->queue;
}

static void release(struct interfaces *interfaces, struct observed *observed, bool gone)
{
	if (observed->waiting)
		DL_DELETE(interfaces->queue, observed);
	attach_release(&observed->attachment, gone);
	/* The analyzer does not see that it is in the table. */
	// NOLINTNEXTLINE(clang-analyzer-unix.Malloc,clang-analyzer-core.NullDereference)
	HASH_DEL(interfaces->by_index, observed);
	free(observed);
}

static struct observed *find(const struct interfaces *interfaces, unsigned ifindex)
{
	struct observed *observed;

	HASH_FIND(hh, interfaces->by_index, &ifindex, sizeof(ifindex), observed);
	return observed;
}

/* Renamed out of what was chosen, or of another link type now: its packets begin differently. */
static bool fits(const struct interfaces *interfaces, const struct observed *observed,
		 const struct link *link, enum layer layer)
{
	return layer != LAYER_OTHER && observed->ethernet == (layer == LAYER_ETHERNET) &&
	       interfaces_chosen(interfaces->patterns, link->name, true);
}

static void on_changed(void *ctx, const struct link *link)
{
	struct interfaces *interfaces = ctx;
	struct observed *observed = find(interfaces, link->ifindex);
	enum layer layer = layer_of(link->type);

	if (observed && fits(interfaces, observed, link, layer))
		return;
	if (observed)
		release(interfaces, observed, false);
	if (!interfaces_chosen(interfaces->patterns, link->name, link->up))
		return;
	if (layer == LAYER_OTHER)
		log_debug(interfaces->log, "left out %s: link type %u carries no IP we can find",
			  link->name, link->type);
	else
		observe(interfaces, link, layer);
}

static void on_gone(void *ctx, const struct link *link)
{
	struct interfaces *interfaces = ctx;
	struct observed *observed = find(interfaces, link->ifindex);

	departed_note(&interfaces->departed, link->ifindex, link->name);
	if (!observed)
		return;
	release(interfaces, observed, true);
	log_debug(interfaces->log, "%s is gone", link->name);
}

static void explain(const struct interfaces *interfaces, char *error, size_t room)
{
	const struct options_list *patterns = interfaces->patterns;

	if (interfaces->last_error)
		snprintf(error, room, "cannot attach to any interface: %s",
			 strerror(-interfaces->last_error));
	else if (patterns->n)
		snprintf(error, room, "no interface matches '%s'%s; 'ip link' lists them",
			 patterns->p[0], patterns->n > 1 ? " and the other patterns" : "");
	else
		snprintf(error, room, "no interface is up");
}

/* Two descriptors per interface: the usual limit of 1024 is there for the sake of select(). */
static void raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static enum attach_kind kind_of_kernel(const struct kernel *kernel)
{
	int programs[ATTACH_HOOKS];

	kernel_programs(kernel, true, programs);
	return attach_kind(programs[0]);
}

static bool attach_first(struct interfaces *interfaces)
{
	while (interfaces->queue && !interfaces_count(interfaces, interfaces->kind))
		attach_next(interfaces);
	return interfaces_count(interfaces, interfaces->kind);
}

struct interfaces *interfaces_open(const struct options_list *patterns, struct kernel *kernel,
				   struct log *log, char *error, size_t room)
{
	struct interfaces *interfaces = calloc(1, sizeof(*interfaces));

	if (!interfaces) {
		snprintf(error, room, "out of memory");
		return NULL;
	}
	raise_files();
	interfaces->patterns = patterns;
	interfaces->kernel = kernel;
	interfaces->log = log;
	interfaces->kind = kind_of_kernel(kernel);
	interfaces->links = links_open(&(struct links_ops){ interfaces, on_changed, on_gone });
	if (!interfaces->links || dump_open(&interfaces->dumper))
		snprintf(error, room, "cannot list the interfaces: %s", strerror(errno));
	else if (!attach_first(interfaces))
		explain(interfaces, error, room);
	else
		return interfaces;
	interfaces_close(interfaces);
	return NULL;
}

static void detach(struct interfaces *interfaces)
{
	struct observed *observed, *next;

	HASH_ITER (hh, interfaces->by_index, observed, next)
		release(interfaces, observed, false);
}

void interfaces_close(struct interfaces *interfaces)
{
	if (!interfaces)
		return;
	detach(interfaces);
	dump_close(&interfaces->dumper);
	links_close(interfaces->links);
	free(interfaces);
}

bool interfaces_may_attach(const struct interfaces *interfaces)
{
	struct attachment attachment;
	int programs[ATTACH_HOOKS];
	int err;

	kernel_programs(interfaces->kernel, true, programs);
	err = attach_interface(&attachment, ATTACH_NOWHERE, programs, interfaces->kind);
	return err != -EPERM && err != -EACCES;
}

int interfaces_fd(const struct interfaces *interfaces)
{
	return links_fd(interfaces->links);
}

void interfaces_read(struct interfaces *interfaces)
{
	links_read(interfaces->links);
}

size_t interfaces_count(const struct interfaces *interfaces, enum attach_kind kind)
{
	size_t n = 0;

	for (const struct observed *o = interfaces->by_index; o; o = o->hh.next)
		n += kind == ATTACH_NONE ? o->failed
					 : o->attachment.kind == kind && !o->lost[0] && !o->lost[1];
	return n;
}

const char *interfaces_hook_name(int hook)
{
	static const char *const names[ATTACH_HOOKS] = { "ingress", "egress" };

	return names[hook];
}

size_t interfaces_list(const struct interfaces *interfaces, struct interfaces_entry *out,
		       size_t room)
{
	const struct observed *observed;
	size_t n = 0;

	for (observed = interfaces->by_index; observed && n < room; observed = observed->hh.next) {
		const struct link *link =
			links_find(interfaces->links, observed->attachment.ifindex);

		if (link)
			out[n++] =
				(struct interfaces_entry){ link->name, observed->attachment.kind };
	}
	return n;
}

const char *interfaces_name(const struct interfaces *interfaces, unsigned ifindex)
{
	const struct link *link = links_find(interfaces->links, ifindex);

	return link ? link->name : departed_name(&interfaces->departed, ifindex);
}

bool interfaces_is_local(const struct interfaces *interfaces, const uint32_t addr[4])
{
	return links_is_local(interfaces->links, addr);
}

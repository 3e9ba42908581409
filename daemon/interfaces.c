/* SPDX-License-Identifier: BSD-2-Clause */
#include "interfaces.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* The last index there can be: nobody counts that far. */
#define NO_INTERFACE INT_MAX

struct observed {
	struct attachment attachment;
	int error; /* why it is not attached, negative errno */
	UT_hash_handle hh;
};

struct interfaces {
	const struct options_list *patterns;
	struct kernel *kernel;
	struct log *log;
	struct links *links;
	struct observed *by_index;
	size_t count[ATTACH_CLSACT + 1]; /* ATTACH_NONE: chosen, and it failed */
	enum attach_kind hook;		 /* of this kernel; none: not known yet */
	int last_error;			 /* of an attach that failed, negative errno */
};

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

/* TCX, or on a kernel before 6.6, which calls that invalid, clsact. 0 or -errno. */
static int hook_up(struct interfaces *interfaces, struct attachment *attachment,
		   const struct link *link)
{
	int programs[2];
	int err;

	kernel_programs(interfaces->kernel, layer_of(link->type) == LAYER_ETHERNET, programs);
	err = attach_interface(attachment, link->ifindex, programs,
			       interfaces->hook == ATTACH_CLSACT);
	if (err == -EINVAL && interfaces->hook == ATTACH_NONE)
		err = attach_interface(attachment, link->ifindex, programs, true);
	if (!err)
		interfaces->hook = attachment->kind;
	return err;
}

static void complain(struct interfaces *interfaces, const struct link *link, int err)
{
	log_warn(interfaces->log, "cannot attach to %s: %s%s", link->name, strerror(-err),
		 err == -EPERM ? "; shaketap attaches before it gives up its rights, so restart it"
			       : "");
}

/* before: the error of the last try, which is not told again; 0: this is the first. */
static void attach(struct interfaces *interfaces, const struct link *link, int before)
{
	struct observed *observed = calloc(1, sizeof(*observed));

	if (!observed) {
		complain(interfaces, link, -ENOMEM);
		return;
	}
	observed->error = hook_up(interfaces, &observed->attachment, link);
	if (observed->error == -ENODEV) { /* gone again before we got to it */
		free(observed);
		return;
	}
	HASH_ADD(hh, interfaces->by_index, attachment.ifindex, sizeof(observed->attachment.ifindex),
		 observed);
	interfaces->count[observed->attachment.kind]++;
	if (!observed->error) {
		log_debug(interfaces->log, "attached to %s", link->name);
		return;
	}
	interfaces->last_error = observed->error;
	if (observed->error != before)
		complain(interfaces, link, observed->error);
}

static void release(struct interfaces *interfaces, struct observed *observed, bool gone)
{
	interfaces->count[observed->attachment.kind]--;
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

static void on_changed(void *ctx, const struct link *link)
{
	struct interfaces *interfaces = ctx;
	struct observed *observed = find(interfaces, link->ifindex);
	int before = 0;

	if ((observed && !observed->error) ||
	    !interfaces_chosen(interfaces->patterns, link->name, link->up))
		return;
	if (layer_of(link->type) == LAYER_OTHER) {
		log_debug(interfaces->log, "left out %s: link type %u carries no IP we can find",
			  link->name, link->type);
		return;
	}
	if (observed) { /* once more: what stood in the way may be gone */
		before = observed->error;
		release(interfaces, observed, false);
	}
	attach(interfaces, link, before);
}

static void on_gone(void *ctx, const struct link *link)
{
	struct interfaces *interfaces = ctx;
	struct observed *observed = find(interfaces, link->ifindex);

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

struct interfaces *interfaces_open(const struct options_list *patterns, struct kernel *kernel,
				   struct log *log, char *error, size_t room)
{
	struct interfaces *interfaces = calloc(1, sizeof(*interfaces));

	if (!interfaces) {
		snprintf(error, room, "out of memory");
		return NULL;
	}
	interfaces->patterns = patterns;
	interfaces->kernel = kernel;
	interfaces->log = log;
	interfaces->links = links_open(&(struct links_ops){ interfaces, on_changed, on_gone });
	if (!interfaces->links)
		snprintf(error, room, "cannot list the interfaces: %s", strerror(errno));
	else if (interfaces->hook == ATTACH_NONE)
		explain(interfaces, error, room);
	else
		return interfaces;
	interfaces_close(interfaces);
	return NULL;
}

void interfaces_detach(struct interfaces *interfaces)
{
	struct observed *observed, *next;

	HASH_ITER (hh, interfaces->by_index, observed, next)
		release(interfaces, observed, false);
}

void interfaces_close(struct interfaces *interfaces)
{
	if (!interfaces)
		return;
	interfaces_detach(interfaces);
	links_close(interfaces->links);
	free(interfaces);
}

bool interfaces_may_attach(const struct interfaces *interfaces)
{
	struct attachment attachment;
	int programs[2];
	int err;

	kernel_programs(interfaces->kernel, true, programs);
	err = attach_interface(&attachment, NO_INTERFACE, programs,
			       interfaces->hook == ATTACH_CLSACT);
	attach_release(&attachment, false);
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
	return interfaces->count[kind];
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

	return link ? link->name : NULL;
}

bool interfaces_is_local(const struct interfaces *interfaces, const uint32_t addr[4])
{
	return links_is_local(interfaces->links, addr);
}

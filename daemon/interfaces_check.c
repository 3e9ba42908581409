/* SPDX-License-Identifier: BSD-2-Clause */
/* Attachments looked after: are they still there, and do packets reach them? */
#include <string.h>

#include "capture/traffic.h"
#include "observed.h"

/* Fewer packets than these are not worth a word. */
#define PACKETS_MIN 16

static const char *name_of(const struct interfaces *interfaces, const struct observed *observed)
{
	const char *name = interfaces_name(interfaces, observed->attachment.ifindex);

	return name ? name : "?";
}

static void tell_ahead(struct interfaces *interfaces, struct observed *observed, int hook,
		       const struct attach_view *view)
{
	struct sight *sight = &observed->sight[hook];

	if (!strcmp(sight->ahead, view->ahead))
		return;
	memcpy(sight->ahead, view->ahead, sizeof(sight->ahead));
	if (view->ahead[0])
		log_warn(interfaces->log,
			 "%s: %s runs before ours on %s; what it does not pass on is not seen",
			 name_of(interfaces, observed), view->ahead, interfaces_hook_name(hook));
	else
		log_info(interfaces->log, "%s: nothing runs before ours on %s any more",
			 name_of(interfaces, observed), interfaces_hook_name(hook));
}

static void look(struct interfaces *interfaces, struct observed *observed)
{
	int programs[ATTACH_HOOKS];

	kernel_programs(interfaces->kernel, observed->ethernet, programs);
	for (int hook = 0; hook < ATTACH_HOOKS; hook++) {
		struct attach_view view;

		if (attach_look(&observed->attachment, programs, hook, &interfaces->dumper, &view))
			continue;
		observed->lost[hook] = view.lost;
		if (view.lost)
			observed_enqueue(interfaces, observed);
		else
			tell_ahead(interfaces, observed, hook, &view);
	}
}

static void tell_hidden(struct interfaces *interfaces, struct observed *observed, int hook)
{
	static const char *const what[ATTACH_HOOKS] = { "received", "sent" };
	struct sight *sight = &observed->sight[hook];

	sight->hidden = true;
	log_warn(interfaces->log,
		 "%s: %llu packets %s, none seen: another program or an offload takes them first",
		 name_of(interfaces, observed), (unsigned long long)sight->grown, what[hook]);
}

static void on_traffic(void *ctx, unsigned ifindex, uint64_t received, uint64_t sent)
{
	struct interfaces *interfaces = ctx;
	const uint64_t packets[ATTACH_HOOKS] = { received, sent };
	const struct link *link = links_find(interfaces->links, ifindex);
	struct observed *observed;

	HASH_FIND(hh, interfaces->by_index, &ifindex, sizeof(ifindex), observed);
	if (!observed || !link || link->vrf)
		return;
	for (int hook = 0; hook < ATTACH_HOOKS; hook++) {
		struct sight *sight = &observed->sight[hook];

		sight->grown = packets[hook] - sight->packets;
		sight->packets = packets[hook];
	}
}

static void compare(struct interfaces *interfaces, struct observed *observed, int hook, bool shown)
{
	struct sight *sight = &observed->sight[hook];

	if (shown && sight->hidden) {
		sight->hidden = false;
		log_info(interfaces->log, "%s: packets are seen again on %s",
			 name_of(interfaces, observed), interfaces_hook_name(hook));
	}
	if (sight->silent && !shown && !sight->hidden && sight->grown >= PACKETS_MIN)
		tell_hidden(interfaces, observed, hook);
	sight->silent = !shown && observed->attachment.kind != ATTACH_NONE && !observed->lost[hook];
	sight->grown = 0;
}

/*
 * Packets are counted first and marks taken then, and a hook must have been silent at the
 * check before as well: what passes in between, or is counted late, raises no alarm.
 */
static void watch(struct interfaces *interfaces)
{
	struct kernel_shown shown;

	traffic_read(&interfaces->dumper, on_traffic, interfaces);
	kernel_take_shown(interfaces->kernel, &shown);
	for (struct observed *o = interfaces->by_index; o; o = o->hh.next)
		for (int hook = 0; hook < ATTACH_HOOKS; hook++)
			compare(interfaces, o, hook,
				kernel_was_shown(&shown, (enum kernel_hook)hook,
						 o->attachment.ifindex));
}

void interfaces_check(struct interfaces *interfaces)
{
	for (struct observed *o = interfaces->by_index; o; o = o->hh.next)
		if (o->attachment.kind == ATTACH_NONE)
			observed_enqueue(interfaces, o);
		else
			look(interfaces, o);
	watch(interfaces);
}

struct interfaces_life interfaces_life(const struct interfaces *interfaces)
{
	struct interfaces_life life = { .repaired = interfaces->repaired };

	for (const struct observed *o = interfaces->by_index; o; o = o->hh.next) {
		life.behind += o->sight[0].ahead[0] || o->sight[1].ahead[0];
		life.unseen += o->sight[0].hidden || o->sight[1].hidden;
	}
	return life;
}

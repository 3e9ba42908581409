/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/filters.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

static uint32_t program_of(const struct rtattr *options)
{
	int rest = (int)RTA_PAYLOAD(options);
	uint32_t id = 0;

	for (const struct rtattr *a = RTA_DATA(options); RTA_OK(a, rest); a = RTA_NEXT(a, rest))
		if (a->rta_type == TCA_BPF_ID && RTA_PAYLOAD(a) == sizeof(id))
			memcpy(&id, RTA_DATA(a), sizeof(id));
	return id;
}

static void note_first(struct filters *filters, unsigned priority, const struct rtattr *kind)
{
	size_t length = kind ? RTA_PAYLOAD(kind) : 0;

	if (filters->first && filters->first <= priority)
		return;
	filters->first = priority;
	memset(filters->first_kind, 0, sizeof(filters->first_kind));
	if (length >= sizeof(filters->first_kind))
		length = sizeof(filters->first_kind) - 1;
	if (kind)
		memcpy(filters->first_kind, RTA_DATA(kind), length);
}

/* A filter without a handle is the head of those of its priority: it may be empty. */
static void on_filter(void *ctx, const struct nlmsghdr *message)
{
	struct filters *filters = ctx;
	const struct tcmsg *tc = NLMSG_DATA(message);
	const struct rtattr *kind = NULL, *options = NULL;
	int rest = (int)TCA_PAYLOAD(message);
	unsigned priority;

	if (message->nlmsg_type != RTM_NEWTFILTER || rest < 0 || !tc->tcm_handle)
		return;
	priority = TC_H_MAJ(tc->tcm_info) >> 16;
	for (const struct rtattr *a = TCA_RTA(tc); RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
		if (a->rta_type == TCA_KIND)
			kind = a;
		else if (a->rta_type == TCA_OPTIONS)
			options = a;
		else if (a->rta_type == TCA_CHAIN && *(const uint32_t *)RTA_DATA(a))
			return; /* only reached from a filter of chain 0 */
	}
	if (priority < filters->priority)
		note_first(filters, priority, kind);
	if (priority != filters->priority || tc->tcm_handle != filters->handle)
		return;
	filters->found = true;
	filters->program = options ? program_of(options) : 0;
}

int filters_read(struct filters *filters, struct dumper *dumper, unsigned ifindex, int hook)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg body;
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)),
			    .nlmsg_type = RTM_GETTFILTER },
		.body = { .tcm_family = AF_UNSPEC,
			  .tcm_ifindex = (int)ifindex,
			  .tcm_parent = TC_H_MAKE(TC_H_CLSACT,
						  hook ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS) },
	};
	int err = dump(dumper, &request.header, on_filter, filters);

	/* No qdisc, no filters: the kernel says so by an error, or by an empty answer. */
	return err == -EINVAL || err == -ENOENT ? 0 : err;
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/traffic.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

struct reading {
	traffic_fn *fn;
	void *ctx;
};

static void on_stats(void *ctx, const struct nlmsghdr *message)
{
	const struct reading *reading = ctx;
	const struct if_stats_msg *info = NLMSG_DATA(message);
	const struct rtattr *a = (const void *)((const char *)info + NLMSG_ALIGN(sizeof(*info)));
	int rest = (int)NLMSG_PAYLOAD(message, sizeof(*info));
	struct rtnl_link_stats64 stats = { 0 };

	if (message->nlmsg_type != RTM_NEWSTATS)
		return;
	for (; RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
		if (a->rta_type != IFLA_STATS_LINK_64)
			continue;
		memcpy(&stats, RTA_DATA(a),
		       RTA_PAYLOAD(a) < sizeof(stats) ? RTA_PAYLOAD(a) : sizeof(stats));
		reading->fn(reading->ctx, info->ifindex, stats.rx_packets, stats.tx_packets);
	}
}

int traffic_read(struct dumper *dumper, traffic_fn *fn, void *ctx)
{
	struct {
		struct nlmsghdr header;
		struct if_stats_msg body;
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct if_stats_msg)),
			    .nlmsg_type = RTM_GETSTATS },
		.body = { .family = AF_UNSPEC,
			  .filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64) },
	};
	struct reading reading = { fn, ctx };

	return dump(dumper, &request.header, on_stats, &reading);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/links.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's dumps come in pieces of up to 32 KB. */
#define RECEIVE_ROOM 32768
#define SOCKET_BUFFER (1024 * 1024)

struct address {
	uint32_t addr[4];
	unsigned generation;
	UT_hash_handle hh;
};

enum dump { DUMP_NONE, DUMP_LINKS, DUMP_ADDRESSES };

struct links {
	int fd;
	struct links_ops ops;
	struct link *by_index;
	struct address *addresses;
	enum dump dumping;
	bool again; /* the dump under way is already out of date */
	unsigned generation;
};

static int request_dump(struct links *links, enum dump what)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			.nlmsg_type = what == DUMP_LINKS ? RTM_GETLINK : RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.body = { .rtgen_family = AF_UNSPEC },
	};

	if (send(links->fd, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	links->dumping = what;
	return 0;
}

static int start_dump(struct links *links)
{
	links->generation++;
	links->again = false;
	return request_dump(links, DUMP_LINKS);
}

static void remove_link(struct links *links, struct link *link)
{
	HASH_DEL(links->by_index, link);
	links->ops.gone(links->ops.ctx, link);
	free(link);
}

static struct link *link_entry(struct links *links, unsigned ifindex)
{
	struct link *link;

	HASH_FIND(hh, links->by_index, &ifindex, sizeof(ifindex), link);
	if (link)
		return link;
	link = calloc(1, sizeof(*link));
	if (!link)
		return NULL;
	link->ifindex = ifindex;
	HASH_ADD(hh, links->by_index, ifindex, sizeof(link->ifindex), link);
	if (link->hh.tbl)
		return link;
	free(link);
	return NULL;
}

static bool is_vrf(const struct rtattr *info)
{
	int rest = (int)RTA_PAYLOAD(info);

	for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, rest); a = RTA_NEXT(a, rest))
		if (a->rta_type == IFLA_INFO_KIND)
			return RTA_PAYLOAD(a) == sizeof("vrf") &&
			       !memcmp(RTA_DATA(a), "vrf", sizeof("vrf"));
	return false;
}

static void on_new_link(struct links *links, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	int rest = (int)IFLA_PAYLOAD(message);
	struct link *link;

	if (info->ifi_family == AF_BRIDGE) /* a port's news, not the interface's */
		return;
	link = link_entry(links, (unsigned)info->ifi_index);
	if (!link)
		return;
	link->type = info->ifi_type;
	link->up = info->ifi_flags & IFF_UP;
	link->generation = links->generation;
	for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, rest); a = RTA_NEXT(a, rest))
		if (a->rta_type == IFLA_IFNAME && RTA_PAYLOAD(a) <= sizeof(link->name))
			memcpy(link->name, RTA_DATA(a), RTA_PAYLOAD(a));
		else if (a->rta_type == IFLA_LINKINFO)
			link->vrf = is_vrf(a);
	link->name[sizeof(link->name) - 1] = 0;
	links->ops.changed(links->ops.ctx, link);
}

static void on_link_gone(struct links *links, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	unsigned ifindex = (unsigned)info->ifi_index;
	struct link *link;

	if (info->ifi_family == AF_BRIDGE)
		return;
	HASH_FIND(hh, links->by_index, &ifindex, sizeof(ifindex), link);
	if (link)
		remove_link(links, link);
}

/* The interface's own address: IFA_LOCAL where there is one (the peer's is IFA_ADDRESS). */
static bool address_of(const struct nlmsghdr *message, uint32_t addr[4])
{
	const struct ifaddrmsg *info = NLMSG_DATA(message);
	int rest = (int)IFA_PAYLOAD(message);
	size_t length = info->ifa_family == AF_INET ? 4 : 16;
	bool found = false;

	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return false;
	memset(addr, 0, 16);
	if (length == 4)
		addr[2] = htonl(0xffff);
	for (const struct rtattr *a = IFA_RTA(info); RTA_OK(a, rest); a = RTA_NEXT(a, rest)) {
		if (RTA_PAYLOAD(a) != length ||
		    (a->rta_type != IFA_LOCAL && (a->rta_type != IFA_ADDRESS || found)))
			continue;
		memcpy((uint8_t *)addr + 16 - length, RTA_DATA(a), length);
		found = true;
	}
	return found;
}

static void on_address(struct links *links, const struct nlmsghdr *message)
{
	struct address *address;
	uint32_t addr[4];

	if (!address_of(message, addr))
		return;
	HASH_FIND(hh, links->addresses, addr, sizeof(addr), address);
	if (!address) {
		address = calloc(1, sizeof(*address));
		if (!address)
			return;
		memcpy(address->addr, addr, sizeof(addr));
		HASH_ADD(hh, links->addresses, addr, sizeof(address->addr), address);
		if (!address->hh.tbl) {
			free(address);
			return;
		}
	}
	address->generation = links->generation;
}

/* What we know is out of date: dump again, now or when the dump under way is through. */
static void refresh(struct links *links)
{
	if (links->dumping == DUMP_NONE)
		start_dump(links);
	else
		links->again = true;
}

static void sweep(struct links *links)
{
	struct link *link, *next;
	struct address *address, *after;

	HASH_ITER (hh, links->by_index, link, next)
		if (link->generation != links->generation)
			remove_link(links, link);
	HASH_ITER (hh, links->addresses, address, after)
		if (address->generation != links->generation) {
			/* The analyzer does not see that uthash frees its table with the last. */
			HASH_DEL(links->addresses, address); // NOLINT(clang-analyzer-unix.Malloc)
			free(address);
		}
}

static void on_done(struct links *links)
{
	bool whole = links->dumping == DUMP_ADDRESSES;

	if (!whole && !request_dump(links, DUMP_ADDRESSES))
		return;
	links->dumping = DUMP_NONE;
	if (whole)
		sweep(links);
	if (links->again)
		start_dump(links);
}

static void on_message(struct links *links, const struct nlmsghdr *message)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		links->again = true;
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		on_new_link(links, message);
		break;
	case RTM_DELLINK:
		on_link_gone(links, message);
		break;
	case RTM_NEWADDR:
		on_address(links, message);
		break;
	case RTM_DELADDR:
		refresh(links); /* another interface may have the same address */
		break;
	case NLMSG_DONE:
	case NLMSG_ERROR:
		on_done(links);
		break;
	default:
		break;
	}
}

/* One datagram. 0, or -errno of recv. */
static int read_once(struct links *links)
{
	static_assert(RECEIVE_ROOM % sizeof(struct nlmsghdr) == 0, "the buffer is made of headers");
	struct nlmsghdr buffer[RECEIVE_ROOM / sizeof(struct nlmsghdr)];
	ssize_t n = recv(links->fd, buffer, sizeof(buffer), 0);
	size_t rest;

	if (n < 0 && errno == ENOBUFS) { /* messages were lost */
		refresh(links);
		return 0;
	}
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	rest = (size_t)n;
	for (const struct nlmsghdr *m = buffer; NLMSG_OK(m, rest); m = NLMSG_NEXT(m, rest))
		on_message(links, m);
	return 0;
}

void links_read(struct links *links)
{
	while (!read_once(links))
		;
}

static int subscribe(struct links *links)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int room = SOCKET_BUFFER;

	links->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (links->fd < 0)
		return -errno;
	setsockopt(links->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(links->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return start_dump(links);
}

struct links *links_open(const struct links_ops *ops)
{
	struct links *links = calloc(1, sizeof(*links));
	int err;

	if (!links)
		return NULL;
	links->ops = *ops;
	err = subscribe(links);
	while (!err && links->dumping != DUMP_NONE)
		err = read_once(links);
	if (!err && fcntl(links->fd, F_SETFL, O_NONBLOCK)) /* from now on reads do not wait */
		err = -errno;
	if (!err)
		return links;
	links_close(links);
	errno = -err;
	return NULL;
}

void links_close(struct links *links)
{
	struct link *link, *next;
	struct address *address, *after;

	if (!links)
		return;
	HASH_ITER (hh, links->by_index, link, next) {
		HASH_DEL(links->by_index, link); // NOLINT(clang-analyzer-unix.Malloc): uthash frees
						 // its table with the last
		free(link);
	}
	HASH_ITER (hh, links->addresses, address, after) {
		HASH_DEL(links->addresses, address); // NOLINT(clang-analyzer-unix.Malloc): uthash
						     // frees its table with the last
		free(address);
	}
	if (links->fd >= 0)
		close(links->fd);
	free(links);
}

int links_fd(const struct links *links)
{
	return links->fd;
}

const struct link *links_find(const struct links *links, unsigned ifindex)
{
	struct link *link;

	HASH_FIND(hh, links->by_index, &ifindex, sizeof(ifindex), link);
	return link;
}

void links_each(struct links *links, void (*fn)(void *ctx, const struct link *link), void *ctx)
{
	struct link *link, *next;

	HASH_ITER (hh, links->by_index, link, next)
		fn(ctx, link);
}

bool links_is_local(const struct links *links, const uint32_t addr[4])
{
	const struct address *address;

	if (!addr[0] && !addr[1] && addr[2] == htonl(0xffff) && ntohl(addr[3]) >> 24 == 127)
		return true;
	HASH_FIND(hh, links->addresses, addr, 4 * sizeof(addr[0]), address);
	return address;
}

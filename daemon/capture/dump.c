/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/dump.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's dumps come in pieces of up to 32 KB. */
#define RECEIVE_ROOM 32768

int dump_open(struct dumper *dumper)
{
	dumper->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return dumper->fd < 0 ? -errno : 0;
}

void dump_close(struct dumper *dumper)
{
	if (dumper->fd > 0)
		close(dumper->fd);
}

static int error_of(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);

	return message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EBADMSG : error->error;
}

/* One datagram. 1: more is to come; 0: that was the end; or -errno. */
static int read_piece(const struct dumper *dumper, dump_fn *fn, void *ctx)
{
	struct nlmsghdr buffer[RECEIVE_ROOM / sizeof(struct nlmsghdr)];
	ssize_t n = recv(dumper->fd, buffer, sizeof(buffer), 0);
	size_t rest = n < 0 ? 0 : (size_t)n;

	if (n <= 0)
		return n < 0 && errno == EINTR ? 1 : n < 0 ? -errno : -EIO;
	for (const struct nlmsghdr *m = buffer; NLMSG_OK(m, rest); m = NLMSG_NEXT(m, rest)) {
		if (m->nlmsg_seq != dumper->sequence) /* the rest of an answer that was given up */
			continue;
		if (m->nlmsg_type == NLMSG_DONE)
			return 0;
		if (m->nlmsg_type == NLMSG_ERROR)
			return error_of(m);
		fn(ctx, m);
	}
	return 1;
}

int dump(struct dumper *dumper, struct nlmsghdr *request, dump_fn *fn, void *ctx)
{
	int more;

	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++dumper->sequence;
	if (send(dumper->fd, request, request->nlmsg_len, 0) < 0)
		return -errno;
	do
		more = read_piece(dumper, fn, ctx);
	while (more > 0);
	return more;
}

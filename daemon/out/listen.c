/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"

#define BACKLOG 1024

/* Digits only: no sign, no blank, which strtoul() would let pass. */
static bool parse_port(const char *s, in_port_t *port)
{
	unsigned value = 0;

	if (!*s || strlen(s) > 5)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		value = value * 10 + (unsigned)(*s - '0');
	}
	if (!value || value > 65535)
		return false;
	*port = htons((in_port_t)value);
	return true;
}

/* The n bytes at `from` as a string; false when they are more than an address can have. */
static bool copy_host(const char *from, size_t n, char host[INET6_ADDRSTRLEN])
{
	if (n >= INET6_ADDRSTRLEN)
		return false;
	memcpy(host, from, n);
	host[n] = '\0';
	return true;
}

static bool parse_v6(const char *listen, const char *colon, struct sockaddr_storage *out)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char host[INET6_ADDRSTRLEN];

	if (colon < listen + 2 || colon[-1] != ']' ||
	    !copy_host(listen + 1, (size_t)(colon - listen) - 2, host) ||
	    inet_pton(AF_INET6, host, &in6.sin6_addr) != 1 ||
	    !parse_port(colon + 1, &in6.sin6_port))
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out, &in6, sizeof(in6));
	return true;
}

static bool parse_v4(const char *listen, const char *colon, struct sockaddr_storage *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	char host[INET6_ADDRSTRLEN];

	if (!copy_host(listen, (size_t)(colon - listen), host) ||
	    inet_pton(AF_INET, host, &in.sin_addr) != 1 || !parse_port(colon + 1, &in.sin_port))
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out, &in, sizeof(in));
	return true;
}

bool http_listen_parse(const char *listen, struct sockaddr_storage *out)
{
	const char *colon = strrchr(listen, ':');

	if (!colon)
		return false;
	return listen[0] == '[' ? parse_v6(listen, colon, out) : parse_v4(listen, colon, out);
}

static socklen_t address_length(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

int http_listen_open(const struct sockaddr_storage *address)
{
	int on = 1, off = 0, err;
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* [::] serves IPv4 as well, whatever the host's default is. */
	if (address->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (!bind(fd, (const struct sockaddr *)address, address_length(address)) &&
	    !listen(fd, BACKLOG))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

bool http_listen_is_loopback(const struct sockaddr_storage *address)
{
	const struct sockaddr_in6 *in6 = (const void *)address;
	const struct sockaddr_in *in = (const void *)address;
	uint32_t addr[4];

	if (address->ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	if (address->ss_family != AF_INET6)
		return false;
	memcpy(addr, &in6->sin6_addr, sizeof(addr));
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
	       (addr_is_v4(addr) && ntohl(addr[3]) >> 24 == IN_LOOPBACKNET);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

/* RFC 1035: a name has at most 253 characters, with a dot at its end one more. */
#define NAME_SIZE 256

static bool is_v6(char *name, size_t n)
{
	struct in6_addr addr;

	if (n < 2 || name[n - 1] != ']')
		return false;
	name[n - 1] = '\0';
	return inet_pton(AF_INET6, name + 1, &addr) == 1;
}

/* The n bytes in front of ":PORT". */
static size_t without_port(const char *host)
{
	const char *colon = strrchr(host, ':');

	if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return strlen(host);
	return (size_t)(colon - host);
}

bool host_is_local(const char *host, const char *own)
{
	static const char below[] = ".localhost";
	char name[NAME_SIZE];
	struct in_addr addr;
	size_t n;

	if (!host)
		return true;
	n = without_port(host);
	if (n >= sizeof(name))
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	if (name[0] == '[')
		return is_v6(name, n);
	if (n && name[n - 1] == '.')
		name[--n] = '\0';
	if (inet_pton(AF_INET, name, &addr) == 1)
		return true;
	if (!strchr(name, '.') || !strcasecmp(name, own))
		return true;
	return n >= strlen(below) && !strcasecmp(name + n - strlen(below), below);
}

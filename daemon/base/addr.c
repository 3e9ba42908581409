/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addr.h"

#include <arpa/inet.h>

bool addr_is_v4(const uint32_t addr[4])
{
	return !addr[0] && !addr[1] && addr[2] == htonl(0xffff);
}

/* By hand: inet_ntop() prints, which takes longer than most of a record. */
static char *add_byte(char *out, uint8_t byte)
{
	if (byte >= 100)
		*out++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*out++ = (char)('0' + byte / 10 % 10);
	*out++ = (char)('0' + byte % 10);
	return out;
}

static void v4_text(const uint8_t addr[4], char *out)
{
	for (int i = 0; i < 4; i++) {
		out = add_byte(out, addr[i]);
		*out++ = i < 3 ? '.' : '\0';
	}
}

void addr_text(const uint32_t addr[4], char out[ADDR_TEXT_SIZE])
{
	if (addr_is_v4(addr))
		v4_text((const uint8_t *)&addr[3], out);
	else
		inet_ntop(AF_INET6, addr, out, ADDR_TEXT_SIZE);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addr.h"

#include <arpa/inet.h>

bool addr_is_v4(const uint32_t addr[4])
{
	return !addr[0] && !addr[1] && addr[2] == htonl(0xffff);
}

void addr_text(const uint32_t addr[4], char out[ADDR_TEXT_SIZE])
{
	if (addr_is_v4(addr))
		inet_ntop(AF_INET, &addr[3], out, ADDR_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, addr, out, ADDR_TEXT_SIZE);
}

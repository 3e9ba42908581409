/* SPDX-License-Identifier: BSD-2-Clause */
/* IP addresses as the events carry them: 16 bytes, IPv4 in its mapped form. */
#ifndef SHAKETAP_ADDR_H
#define SHAKETAP_ADDR_H

#include <stdbool.h>
#include <stdint.h>

/* INET6_ADDRSTRLEN: the longest address and its NUL. */
#define ADDR_TEXT_SIZE 46

/* Whether addr (network order) is ::ffff:a.b.c.d. */
bool addr_is_v4(const uint32_t addr[4]);

/* addr (network order) as "10.0.0.1", or in the form of RFC 5952. */
void addr_text(const uint32_t addr[4], char out[ADDR_TEXT_SIZE]);

#endif

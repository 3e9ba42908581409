/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables behind names.h. */
#ifndef SHAKETAP_TLS_NAMES_TABLE_H
#define SHAKETAP_TLS_NAMES_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct tls_name {
	uint16_t code;
	const char *name;
};

extern const struct tls_name tls_ciphers[], tls_groups[], tls_signatures[], tls_alerts[],
	tls_handshakes[], tls_extensions[];
extern const size_t tls_ciphers_count, tls_groups_count, tls_signatures_count, tls_alerts_count,
	tls_handshakes_count, tls_extensions_count;

#endif

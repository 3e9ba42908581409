/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshakes by server name, bounded. Names become labels first come, first
 * served, and stay: names of failed or hostile handshakes take room like others,
 * so behind the limit the patterns are what keeps the wanted ones.
 */
#ifndef SHAKETAP_SERVER_NAMES_H
#define SHAKETAP_SERVER_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "out/expo.h"
#include "track/handshake.h"

struct server_names;

/* `patterns` and `seed` as in struct metrics_limits. NULL when memory is out. */
struct server_names *server_names_new(size_t limit, const char *const *patterns, uint64_t seed);
void server_names_free(struct server_names *names);

/* Count a handshake whose outcome is known. */
void server_names_count(struct server_names *names, const struct handshake *hs);

void server_names_write(struct expo *e, const struct server_names *names);

#endif

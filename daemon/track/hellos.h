/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hellos tell: the facts they carry and the stages they lead to. */
#ifndef SHAKETAP_HELLOS_H
#define SHAKETAP_HELLOS_H

#include "track/tracker.h"

void hello_from_client(struct tracker *tracker, const struct tls_message *message, uint64_t now);
void hello_from_server(struct tracker *tracker, const struct tls_message *message, uint64_t now);

/* A HelloRetryRequest, as the ServerHello it is since draft 22, or as a message of its own. */
void hello_retry(struct tracker *tracker, const struct tls_server_hello *hello);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hellos tell: the facts they carry and the stages they lead to. */
#ifndef SHAKETAP_HELLOS_H
#define SHAKETAP_HELLOS_H

#include "track/tracker.h"

void hello_from_client(struct tracker *tracker, const struct tls_message *message, uint64_t now);
void hello_from_server(struct tracker *tracker, const struct tls_message *message, uint64_t now);

/* A HelloRetryRequest that is a message of its own, as in the drafts before 22. */
void hello_retry_from_server(struct tracker *tracker, const struct tls_message *message);

#endif

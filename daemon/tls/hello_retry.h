/* SPDX-License-Identifier: BSD-2-Clause */
/* The HelloRetryRequest that was a message of its own, in drafts of TLS 1.3 up to 21. */
#ifndef SHAKETAP_TLS_HELLO_RETRY_H
#define SHAKETAP_TLS_HELLO_RETRY_H

#include "tls/hello.h"

/*
 * Parse the body of a message of type TLS_HANDSHAKE_HELLO_RETRY_REQUEST
 * (draft-ietf-tls-tls13-21 section 4.1.4):
 *
 *   version u16 | cipher_suite u16, from draft 19 on | extensions <2 + ..>
 *
 * TLS_OK: hello->hello_retry is set and the group as in a HelloRetryRequest of today; TLS_BAD.
 * `hello` points into itself and into `body`.
 */
enum tls_result tls_hello_retry_parse(struct bytes body, struct tls_server_hello *hello);

#endif

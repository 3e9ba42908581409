/* SPDX-License-Identifier: BSD-2-Clause */
/* The extensions block of both hellos: one walk, one table (RFC 8446 section 4.2). */
#ifndef SHAKETAP_TLS_EXT_H
#define SHAKETAP_TLS_EXT_H

#include "base/reader.h"
#include "tls/hello.h"

/* Exactly one of client and server is set: the hello to be filled. */
struct tls_ext_target {
	struct tls_client_hello *client;
	struct tls_server_hello *server;
};

/*
 * Read the block (without its own length). Notes the ids and fills the fields of the target.
 * An extension whose body is not understood, or that comes again, is left out and noted as
 * bad_extension. TLS_BAD when the block falls apart, or for the supported_versions of a
 * ServerHello: bad_extension then says which, if it came as far as an id.
 */
enum tls_result tls_extensions_parse(struct reader block, const struct tls_ext_target *target);

#endif

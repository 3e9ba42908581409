/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshake messages (RFC 8446 section 4) out of the clear handshake records of one
 * direction. A record may hold several messages, a message may span several records.
 * Memory is held only while a message continues over the border of a record, and
 * never more than twice what has arrived of it.
 */
#ifndef SHAKETAP_MESSAGE_H
#define SHAKETAP_MESSAGE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "tls/result.h"
#include "tls_wire.h"

/* A longer message is refused. A ClientHello may have 64 KB, a chain of certificates more. */
#define TLS_MESSAGE_MAX 131072

struct tls_message {
	uint8_t type; /* TLS_HANDSHAKE_* */
	struct bytes body;
	uint16_t records; /* records this message was spread over */
	bool sslv2;	  /* a hello of SSL 2.0, see tls/sslv2.h: body is what follows the type */
};

/* Zero-initialised it is a valid start. The members are private to message.c. */
struct tls_messages {
	struct bytes fed; /* borrowed: what is left of the record */
	uint8_t *kept;	  /* the start of a message, header included, from earlier records */
	uint32_t kept_n;
	uint32_t kept_room;
	uint16_t records; /* that `kept` came from */
	bool handed_out;  /* `kept` is a whole message that the caller may still read */
};

/*
 * Give it the body of the next clear handshake record. It is borrowed until
 * tls_messages_next() returns something else than TLS_OK; feed no sooner than that.
 */
void tls_messages_feed(struct tls_messages *messages, struct bytes body);

/*
 * TLS_OK: the next whole message; its body is contiguous and valid until the next
 * call of any function here. TLS_MORE: the record is used up; a message that goes on
 * in the next one was taken into own memory. TLS_BAD: a message longer than
 * TLS_MESSAGE_MAX, or memory is out; only tls_messages_free() is useful then.
 */
enum tls_result tls_messages_next(struct tls_messages *messages, struct tls_message *out);

/* A message has begun and is not yet complete. */
bool tls_messages_pending(const struct tls_messages *messages);

/* A message that has begun and whose end is missing, with its header. */
struct tls_torn {
	uint8_t type;
	uint32_t seen, whole; /* bytes */
};

/*
 * rest: the beginning of the next record's body, not fed. True: the last message in what there
 * is has its header and not all of its body. Takes nothing.
 */
bool tls_messages_torn(const struct tls_messages *messages, struct bytes rest,
		       struct tls_torn *out);

/* Release all memory; valid to start again. */
void tls_messages_free(struct tls_messages *messages);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a record that have files of their own; for json*.c only. */
#ifndef SHAKETAP_JSON_PARTS_H
#define SHAKETAP_JSON_PARTS_H

#include "out/json.h"
#include "out/json_shape.h"
#include "out/json_write.h"
#include "track/handshake.h"

/* Code points to a name, NULL for an unknown one. */
typedef const char *(*json_namer)(uint16_t code);

/* One code as its name, or as "0x1a2b". */
void json_code(struct json *j, const char *key, uint16_t code, json_namer namer);
/* A u16 list without its GREASE values; nothing when it was absent on the wire. */
void json_codes(struct json *j, const char *key, struct bytes list, json_namer namer);

void json_tls(struct json *j, const struct handshake *hs, struct digester *digester,
	      struct json_shapes *shapes);
/* The members of one certificate, into the open object; nothing when it is NULL. */
void json_certificate(struct json *j, const struct tls_x509 *x509);
void json_key_exchange(struct json *j, const struct handshake *hs, struct json_shape *shape);
void json_client_hello(struct json *j, const struct handshake *hs, struct json_shape *shape);
void json_server_hello(struct json *j, const struct handshake *hs, struct json_shape *shape);
/* Times in the timeline count from `start`, on the clock of hs. */
void json_messages(struct json *j, const struct handshake *hs, uint64_t start);
void json_alerts(struct json *j, const struct handshake *hs);

#endif

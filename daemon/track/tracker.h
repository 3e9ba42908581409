/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One handshake from its first byte to its outcome. Pure: what was seen goes in
 * with its time, the handshake in `hs` grows until it is `done`.
 *
 * Stages of TLS 1.2 and older come from clear messages (stages.c), those of TLS 1.3
 * behind the ServerHello from record sizes (tls13.c), outcomes from diagnose.c.
 */
#ifndef SHAKETAP_TRACKER_H
#define SHAKETAP_TRACKER_H

#include "base/util.h"
#include "tls/message.h"
#include "tls/record.h"
#include "track/handshake.h"

/* What the tracker remembers of one side beside the facts in struct handshake. */
struct tracker_side {
	bool change_cipher_spec;
	bool finished;
	bool hello_again; /* a HelloRetryRequest allows one more clear hello */
	bool close_notify;
	bool alert_sized; /* TLS 1.3: the last encrypted record was as long as an alert */
	bool padded;	  /* TLS 1.3: its records are longer than they need be, all by as much */
	bool end_of_early_data; /* TLS 1.3 client: the last record may be EndOfEarlyData */
	uint32_t flight;	/* TLS 1.3: sealed bytes of its flight so far */
	uint32_t
		passing; /* TLS 1.3 server: length of a record of its flight whose end is to come */
	bool packed;	 /* TLS 1.3 server: its first record may hold all of its flight */
	uint64_t closed; /* time of FIN or RST, 0: open */
};

struct certificates;

struct tracker {
	struct handshake hs;
	struct certificates *certificates; /* to read them with, borrowed; NULL: leave them alone */
	struct tracker_side side[2];
	uint64_t deadline; /* with settling: when tracker_settle() is due */
	bool settling;	   /* decided; a little more may be learned before the record is written */
	bool done;	   /* nothing more will be learned */
	bool flight_over;  /* the client answered the server's flight */
};

/*
 * How long a handshake waits once it is decided: an established one for its first application
 * data, one that ended with a FIN for what the other side had on its way.
 */
#define TRACKER_SETTLE_NS 1000000000ULL

/*
 * A handshake that is about to begin; ends, ifindex and the like are the caller's to fill in, and
 * so is `certificates`.
 */
void tracker_init(struct tracker *tracker);
void tracker_free(struct tracker *tracker);

/* Decided, but what passes in the next TRACKER_SETTLE_NS still belongs to it. */
void tracker_linger(struct tracker *tracker, uint64_t now);

/* The next handshake record of this side is in the clear; else the body is sealed. */
bool tracker_expects_clear(const struct tracker *tracker, enum hs_side from);

/*
 * A complete handshake message in the clear. Of a Certificate the body may be left out: body.p is
 * NULL and body.n the length it had.
 */
void tracker_message(struct tracker *tracker, enum hs_side from, const struct tls_message *message,
		     uint64_t now);
/* A record whose body is sealed or does not matter (ChangeCipherSpec, data, encrypted ...). */
void tracker_record(struct tracker *tracker, enum hs_side from, const struct tls_record *record,
		    uint64_t now);
/* The end of the last such record has passed too. Without that it has only begun. */
void tracker_record_over(struct tracker *tracker, enum hs_side from);
/* A record of this side has begun, and that it came to its end would tell something. */
bool tracker_is_passing(const struct tracker *tracker, enum hs_side from);
/* An alert in the clear (RFC 8446 section 6). */
COLD void tracker_alert(struct tracker *tracker, enum hs_side from, uint8_t level, uint8_t code,
			uint64_t now);
/* FIN or RST. */
COLD void tracker_close(struct tracker *tracker, enum hs_side from, bool reset, uint64_t now);
/* Bytes that are no TLS; first: the first few of them. */
COLD void tracker_not_tls(struct tracker *tracker, enum hs_side from, struct bytes first,
			  uint64_t now);
/*
 * A message that the protocol does not allow; what: "a malformed ...", a constant text for the
 * sentence; extension: the one it is about, or NULL. Whether it ends the handshake is up to the
 * peer: it is the cause if nothing better follows.
 */
COLD void tracker_malformed(struct tracker *tracker, enum hs_side from, const char *what,
			    const uint16_t *extension);
/* Silence for the time given (ns) until now. */
COLD void tracker_timeout(struct tracker *tracker, uint64_t waited, uint64_t now);
/* The wait after tracker.settling is over. */
void tracker_settle(struct tracker *tracker);
/* It begins with a ServerHello: what else may be learned, its outcome stays unknown. */
COLD void tracker_join(struct tracker *tracker, uint64_t now);
/* Something was missing on the way: a failure that no alert explains may be none. */
COLD void tracker_doubt(struct tracker *tracker);
/* Something is missing: the outcome is not known, unless it was decided already. */
COLD void tracker_unknown(struct tracker *tracker, enum hs_unknown_cause cause, uint64_t now);

#endif

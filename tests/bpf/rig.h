/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs, loaded and not attached, with a bench around them: frames in by
 * BPF_PROG_TEST_RUN, events out of the ring, counters and tables to be looked at.
 *
 * Limits of a test run: the frame is linear and at most a page less its overhead
 * (about 3.5 KB), the VLAN tag is never in the metadata, the interface is lo, and
 * the skb carries a socket of the test itself, so that every event is LOCAL. Large
 * super-packets, fragments and tags in the metadata are for the live tests.
 */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "capture/tables.h"
#include "packets.h"
#include "shaketap_abi.h"
#include "shaketap_config.h"
#include "tls_wire.h"

#include "shaketap.skel.h" /* behind the types it mentions */

#define SEEN_MAX 512
#define PAYLOAD_LIMIT 3000 /* fits into one frame of a test run */

enum { CLIENT, SERVER }; /* also the index in the key: the client's address is the lower */

struct seen {
	struct st_event event;
	uint8_t payload[ST_EVENT_PAYLOAD_MAX];
};

struct rig {
	struct shaketap_bpf *skel;
	struct ring_buffer *ring;
	struct tables tables;	    /* as the daemon sees them */
	struct seen seen[SEEN_MAX]; /* filled by rig_events() */
	size_t count;
	size_t events;
	uint32_t next[2];  /* sequence number that each side sends next */
	struct frame base; /* what say() and signal() send is made from this */
	bool egress;	   /* run the programs of this hook */
	bool by_helper;	   /* those are loaded that do not read packets directly */
};

/* What a test may want to be different; zero: as shipped. */
struct rig_config {
	uint32_t ring_size, flows, copy_budget;
	bool no_certificates;
	bool by_helper; /* so also with BY_HELPER in the environment: see tests/run.sh */
};

void rig_open(struct rig *rig, const struct rig_config *config);
void rig_close(struct rig *rig);

/* cmocka fixtures: *state is a struct rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Run the frame through. Fails the test unless the verdict is TCX_NEXT and the frame is unchanged.
 */
void rig_frame(struct rig *rig, const struct frame *frame);
/* The same for bytes of any form. bare: without an Ethernet header. */
void rig_bytes(struct rig *rig, bool bare, const uint8_t *bytes, size_t n);

/* The next bytes of a side; base gives the rest of the frame. */
void say(struct rig *rig, int side, const uint8_t *bytes, size_t n);
/* A packet without payload: SYN, FIN, RST, ACK. SYN and FIN take a sequence number. */
void signal_flags(struct rig *rig, int side, uint8_t flags);
/* SYN, SYN-ACK, ACK. */
void connect_tcp(struct rig *rig);
/* A ClientHello of the usual size in one segment. */
void client_hello(struct rig *rig);
void server_hello(struct rig *rig);
/* ClientHello and ServerHello. */
void both_hellos(struct rig *rig);

/*
 * Take the events that came since the last call into rig->seen; how many. Of an event in pieces
 * each is one here, as if it had come alone; rig->events is the number of those that came.
 */
size_t rig_events(struct rig *rig);
/* Exactly one event came, with type and payload length; it. */
const struct seen *only_event(struct rig *rig, uint8_t type, size_t len);
void no_events(struct rig *rig);
/* All payload of a side in the events taken last, one after another; how many bytes. */
size_t payload_of(const struct rig *rig, int side, uint8_t *out);
/* No event taken last holds a byte of a sealed record's body. */
void nothing_sealed(const struct rig *rig);

uint64_t count_of(const struct rig *rig, enum st_count what);
/* The flow table holds this key (as in the event). */
bool has_flow(const struct rig *rig, const struct st_flow_key *key);
/* How far the table says that payload of a side of base's connection has come. */
uint32_t seen_of(const struct rig *rig, int side);
size_t flow_count(const struct rig *rig);
/* Places in the table that keep packets of this key from leaving at once. */
unsigned open_tags(const struct rig *rig, const struct st_flow_key *key);
/* The entry of this key, open or over; NULL: none. */
struct st_flow *flow_of(const struct rig *rig, const struct st_flow_key *key);
/* As if the table had given its place to another flow. */
void evict(const struct rig *rig, const struct st_flow_key *key);
/* The key of base's connection. */
struct st_flow_key base_key(const struct rig *rig);

#endif

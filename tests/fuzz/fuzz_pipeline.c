/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events as no kernel would send them: any type, flag, number and time, of a few connections at
 * once, in any order. What the daemon takes from its kernel programs without asking is kept: the
 * sender is an end of the connection, and there are as many bytes as the event says.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/hash.h"
#include "input.h"
#include "must.h"
#include "pieces.h"
#include "stage.h"

#define MS UINT64_C(1000000)
#define STEPS_MAX 256
#define CONNECTIONS 4

enum action {
	ACT_PIECE, /* what a handshake is made of, at the place where the sender stands */
	ACT_BYTES, /* any bytes there */
	ACT_FAR,   /* any bytes, with any sequence and acknowledgement number */
	ACT_TIME,  /* time passes, forward or back */
	ACT_EXPIRE,
	ACT_SOURCE, /* the source changes its mind */
	ACT_JUMP,   /* the sender stands elsewhere */
	ACTIONS
};

struct play {
	struct stage stage;
	uint64_t now;
	uint32_t next[CONNECTIONS][2];
	size_t events; /* that may lead to a record */
};

static void play_event(struct play *play, struct input *in, struct st_event *event,
		       unsigned connection, struct bytes payload)
{
	event->flow = input_u8(in) % 8;
	event->flags = input_u8(in);
	event->type = event->type ? event->type : input_u8(in) % 8;
	event->spoken = connection & 1;
	event->time = play->now;
	event->key.addr[0][2] = event->key.addr[1][2] = htonl(0xffff);
	event->key.addr[0][3] = htonl(0x0a000001);
	event->key.addr[1][3] = htonl(0x0a000002);
	event->key.port[0] = htons((uint16_t)(1000 + connection));
	event->key.port[1] = htons(443);
	/* Of a few bits: some share one, and some places are the same. */
	event->hash = hash_bytes(&event->key, sizeof(event->key), 1) & 0x1f;
	event->ifindex = connection;
	event->cgroup = connection & 2;
	event->vlan = (uint16_t)(connection * 100);
	if (event->flags & ST_FLAG_OPENED) {
		event->syn_time = play->now - input_u8(in) * MS;
		event->synack_time = play->now - input_u8(in) * MS;
	}
	if (payload.n > ST_EVENT_PAYLOAD_MAX)
		payload.n = ST_EVENT_PAYLOAD_MAX;
	event->len = (uint16_t)payload.n;
	play->events += event->type == ST_EVENT_REFUSED || event->type == ST_EVENT_SYN_REPEATED ||
			event->flags & ST_FLAG_OPENED;
	stage_event(&play->stage, event, payload.p);
}

static void play_step(struct play *play, struct input *in)
{
	unsigned what = input_u8(in);
	unsigned connection = what / ACTIONS % CONNECTIONS;
	unsigned sender = what / ACTIONS / CONNECTIONS % 2;
	uint32_t *next = play->next[connection];
	struct st_event event = { .sender = (uint8_t)sender,
				  .seq = next[sender],
				  .ack = next[!sender] };
	const struct piece *piece;
	struct bytes bytes;

	switch (what % ACTIONS) {
	case ACT_PIECE:
		piece = piece_of(input_u8(in) % PIECES);
		event.type = piece->kind == PIECE_FIN	? ST_EVENT_FIN
			     : piece->kind == PIECE_RST ? ST_EVENT_RST
							: ST_EVENT_DATA;
		next[sender] += (uint32_t)piece->bytes.n + piece->sealed;
		play_event(play, in, &event, connection, piece->bytes);
		break;
	case ACT_FAR:
		event.seq = input_u32(in);
		event.ack = input_u32(in);
		/* fall through */
	case ACT_BYTES:
		bytes = input_bytes(in, input_u8(in));
		next[sender] += (uint32_t)bytes.n;
		play_event(play, in, &event, connection, bytes);
		break;
	case ACT_TIME:
		play->now += (uint64_t)((int16_t)input_u16(in)) * MS;
		break;
	case ACT_EXPIRE:
		stage_expire(&play->stage, play->now);
		break;
	case ACT_SOURCE:
		play->stage.state = input_u8(in) % 3;
		for (int i = 0; i < 2; i++) {
			uint8_t more = input_u8(in);

			play->stage.seen[i] = more ? play->next[connection][i] + more : 0;
		}
		play->stage.unanswered = connection & 1;
		play->stage.local = connection & 2;
		break;
	case ACT_JUMP:
		next[sender] += (uint32_t)(int16_t)input_u16(in);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct play play;
	struct input in = { data, size };
	uint8_t options = input_u8(&in);
	const struct pipeline_config config = { .timeout = 10000 * MS,
						.max_flows = options & 1 ? 2 : CONNECTIONS,
						.roles = options & 2,
						.no_certificates = options & 4 };

	play = (struct play){ .now = UINT64_C(1000000) * MS };
	stage_open(&play.stage, &config);
	if (options & 8)
		pipeline_set_wall(play.stage.pipeline, UINT64_C(1763885000) * 1000 * MS);
	for (unsigned i = 0; in.n && i < STEPS_MAX; i++)
		play_step(&play, &in);
	stage_finish(&play.stage, play.now);
	MUST(play.stage.count <= play.events);
	if (options >= 0xf0)
		check_page();
	stage_close(&play.stage);
	return 0;
}

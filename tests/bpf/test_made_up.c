/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c tests/bpf/layers.c */
/* What somebody makes up inside a tunnel. */
#include "layers.h"
#include "rig.h"

enum { HELLO_BODY = 200, HELLO_LEN = HELLO_BODY + 9 };
enum { T_IP = 0x0800, P_UDP = 17, VXLAN_PORT = 4789 };

static void in_vxlan(struct rig *rig, const struct frame *inner)
{
	static const struct layer layers[LAYERS_MAX] = { ETHERNET(T_IP), IP4(P_UDP),
							 UDP(VXLAN_PORT), VXLAN() };
	static uint8_t bytes[FRAME_MAX];

	rig_bytes(rig, false, bytes, layers_build(layers, inner, 0, bytes));
}

/* Whoever can send a datagram can say anything in it: no connection seen without a tunnel minds. */
static void a_bare_connection_minds_no_tunnel(void **state)
{
	static uint8_t hello[HELLO_LEN];
	struct rig *rig = *state;
	struct frame frame = { .payload = hello, .n = HELLO_LEN, .seq = 1000, .ack = 500000 };

	tls_hello(hello, TLS_HANDSHAKE_CLIENT_HELLO, HELLO_BODY);
	rig_frame(rig, &frame);
	only_event(rig, ST_EVENT_DATA, HELLO_LEN);
	frame.n = 0;
	frame.flags = RST | ACK;
	frame.seq += HELLO_LEN;
	in_vxlan(rig, &frame);
	frame.flags = SYN;
	in_vxlan(rig, &frame);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 1);
	assert_int_equal(flow_count(rig), 1);
	rig->next[SERVER] = 500000;
	server_hello(rig);
	assert_int_equal(rig_events(rig), 1);
	/* The same without a tunnel ends it. */
	frame.flags = RST | ACK;
	rig_frame(rig, &frame);
	only_event(rig, ST_EVENT_RST, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bare_connection_minds_no_tunnel, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

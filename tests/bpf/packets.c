/* SPDX-License-Identifier: BSD-2-Clause */
#include "packets.h"

#include <assert.h>
#include <string.h>

#include "tls_wire.h"

enum { HOPOPTS = 0, TCP = 6, FRAGMENT = 44, AH = 51 };

struct writer {
	uint8_t *p;
	size_t n;
};

static void put_u8(struct writer *w, unsigned v)
{
	assert(w->n < FRAME_MAX);
	w->p[w->n++] = (uint8_t)v;
}

static void put_u16(struct writer *w, unsigned v)
{
	put_u8(w, v >> 8);
	put_u8(w, v & 0xff);
}

static void put_u32(struct writer *w, uint32_t v)
{
	put_u16(w, v >> 16);
	put_u16(w, v & 0xffff);
}

static void put_fill(struct writer *w, unsigned v, size_t n)
{
	while (n--)
		put_u8(w, v);
}

static void put_ethernet(struct writer *w, const struct frame *f)
{
	unsigned type = f->ethertype ? f->ethertype : f->ip6 ? 0x86dd : 0x0800;

	put_fill(w, 0x02, 12); /* both MAC addresses */
	for (unsigned i = 0; i < f->vlans; i++) {
		put_u16(w, f->vlans > 1 && !i ? 0x88a8 : 0x8100);
		put_u16(w, f->vlan[i]);
	}
	put_u16(w, type);
}

static void put_address(struct writer *w, bool ip6, bool server)
{
	if (ip6) {
		put_u32(w, 0x20010db8);
		put_u16(w, 0x86dd);
		put_fill(w, 0, 9);
		put_u8(w, server ? 2 : 1);
	} else {
		put_u32(w, server ? 0x08000002 : 0x08000001);
	}
}

static size_t tcp_length(const struct frame *f)
{
	return 20 + f->tcp_options + f->n;
}

static size_t ext_length(uint8_t protocol)
{
	return protocol == AH ? 24 : 8;
}

static void put_ip4(struct writer *w, const struct frame *f)
{
	size_t total = 20U + f->ip_options + tcp_length(f);

	put_u8(w, 0x40 | (f->ihl ? f->ihl : 5 + f->ip_options / 4));
	put_u8(w, 0);
	put_u16(w, f->total_zero ? 0 : (unsigned)((int)total + f->total_more));
	put_u16(w, 0);
	put_u16(w, f->fragment);
	put_u8(w, 64);
	put_u8(w, f->protocol ? f->protocol : TCP);
	put_u16(w, 0);
	put_address(w, false, f->from_server);
	put_address(w, false, !f->from_server);
	put_fill(w, 1, f->ip_options); /* no operation */
}

static void put_ip6(struct writer *w, const struct frame *f)
{
	size_t length = tcp_length(f);
	unsigned last = f->protocol ? f->protocol : TCP;

	for (unsigned i = 0; i < f->ext_count; i++)
		length += ext_length(f->ext[i]);
	put_u32(w, 0x60000000);
	put_u16(w, f->total_zero ? 0 : (unsigned)((int)length + f->total_more));
	put_u8(w, f->ext_count ? f->ext[0] : last);
	put_u8(w, 64);
	put_address(w, true, f->from_server);
	put_address(w, true, !f->from_server);
	for (unsigned i = 0; i < f->ext_count; i++) {
		put_u8(w, i + 1U < f->ext_count ? f->ext[i + 1] : last);
		/* AH counts in units of 4 less 2, the others in units of 8 less 1. */
		put_u8(w, f->ext[i] == AH ? 24 / 4 - 2 : 0);
		put_u16(w, f->ext[i] == FRAGMENT ? f->fragment : 0);
		put_fill(w, 0, ext_length(f->ext[i]) - 4);
	}
}

static void put_tcp(struct writer *w, const struct frame *f)
{
	unsigned client = f->client_port ? f->client_port : CLIENT_PORT;
	unsigned server = f->server_port ? f->server_port : SERVER_PORT;

	put_u16(w, f->from_server ? server : client);
	put_u16(w, f->from_server ? client : server);
	put_u32(w, f->seq);
	put_u32(w, f->ack);
	put_u8(w, (f->doff ? f->doff : 5U + f->tcp_options / 4) << 4);
	put_u8(w, f->flags ? f->flags : ACK);
	put_u16(w, 0xffff);
	put_u32(w, 0);
	put_fill(w, 1, f->tcp_options); /* no operation */
	for (size_t i = 0; i < f->n; i++)
		put_u8(w, f->payload[i]);
}

size_t frame_build(const struct frame *frame, uint8_t *out)
{
	struct writer w = { out, 0 };

	if (!frame->bare)
		put_ethernet(&w, frame);
	if (frame->ip6)
		put_ip6(&w, frame);
	else
		put_ip4(&w, frame);
	put_tcp(&w, frame);
	put_fill(&w, 0, frame->padding);
	return frame->cut ? frame->cut : w.n;
}

static void put_record(struct writer *w, unsigned type, unsigned version, size_t length)
{
	put_u8(w, type);
	put_u16(w, version);
	put_u16(w, (unsigned)length);
}

size_t tls_message(uint8_t *out, uint8_t type, size_t body)
{
	struct writer w = { out, 0 };

	put_record(&w, TLS_RECORD_HANDSHAKE, TLS_VERSION_1_2, TLS_HANDSHAKE_HEADER_LEN + body);
	put_u8(&w, type);
	put_u8(&w, (unsigned)(body >> 16));
	put_u16(&w, body & 0xffff);
	put_fill(&w, CLEAR_BYTE, body);
	return w.n;
}

size_t tls_hello(uint8_t *out, uint8_t type, size_t body)
{
	size_t n = tls_message(out, type, body);

	out[9] = 3; /* legacy_version */
	out[10] = 3;
	return n;
}

size_t tls_sealed(uint8_t *out, uint8_t type, size_t n)
{
	struct writer w = { out, 0 };

	put_record(&w, type, TLS_VERSION_1_2, n);
	put_fill(&w, SEALED_BYTE, n);
	return w.n;
}

size_t tls_change_cipher_spec(uint8_t *out)
{
	struct writer w = { out, 0 };

	put_record(&w, TLS_RECORD_CHANGE_CIPHER_SPEC, TLS_VERSION_1_2, 1);
	put_u8(&w, 1);
	return w.n;
}

size_t tls_alert(uint8_t *out, uint8_t level, uint8_t code)
{
	struct writer w = { out, 0 };

	put_record(&w, TLS_RECORD_ALERT, TLS_VERSION_1_2, TLS_ALERT_LEN);
	put_u8(&w, level);
	put_u8(&w, code);
	return w.n;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames by hand, in hex, from the layouts of the documents named. In each lies one and the
 * same segment: port 50011 to 443, sequence number 0x01020304, ACK and PUSH, "data", from
 * 10.0.0.5 to 10.0.0.9 or from 2001:db8::5 to 2001:db8::9. tshark 4.0.17 reads
 * them alike, but for pseudowires (it guesses), AF_INET6 of Linux in DLT_NULL, what follows a
 * mobility header, IPv6 without a length, VXLAN on its old port, and 802.11 in CAPWAP in its own
 * byte order (a setting of tshark).
 */
#ifndef SHAKETAP_TEST_FRAMES_H
#define SHAKETAP_TEST_FRAMES_H

#include <pcap/dlt.h>
#include <stdint.h>

/* RFC 9293 section 3.1: 20 bytes and 4 of data */
#define TCP "c35b 01bb 01020304 05060708 50 18 2000 0000 0000" DATA
#define DATA " 64617461 "

/* RFC 791 section 3.1: 20 bytes; in all 44 */
#define IP4_FROM_TO "0a000005 0a000009 "
#define IP4(total, protocol) "45 00 " total " 1234 0000 40 " protocol " 0000 " IP4_FROM_TO
#define IP4_TCP IP4("002c", "06") TCP
/* RFC 8200 section 3: 40 bytes; in all 64 */
#define IP6_FROM_TO "20010db8000000000000000000000005 20010db8000000000000000000000009 "
#define IP6(length, next) "60000000 " length next " 40 " IP6_FROM_TO
#define IP6_TCP IP6("0018", "06") TCP

/* Around tunnels: 20 and 40 bytes */
#define OUT4(total, protocol) "45 00 " total " 4321 0000 40 " protocol " 0000 c0000201 c0000202 "
#define OUT6(length, next)                                             \
	"60000000 " length next " 40 20010db8000100000000000000000001" \
	" 20010db8000100000000000000000002 "
/* RFC 768: 8 bytes */
#define UDP(to, length) "c000 " to length " 0000 "
#define UDP_FROM(from, length) from " c000 " length " 0000 "

#define ETH(type) "02000000000a 02000000000b " type " " /* 14 bytes */
#define SNAP "aaaa03 000000 "				/* RFC 1042; with its type 8 bytes */
#define ADDRESSES "02000000000a 02000000000b 02000000000c "
#define WIFI "0801 0000 " ADDRESSES "1000 " /* 24 bytes, to an access point */
#define PAD6 "000000000000 "

struct frame_case {
	const char *says;
	int link;
	const char *hex;
	uint16_t vlan;
	const char *ip; /* the innermost packet; NULL: IP4_TCP or IP6_TCP */
};

static const struct frame_case frames[] = {
	{ "IPv4", DLT_EN10MB, ETH("0800") IP4_TCP, 0, NULL },
	{ "IPv6", DLT_EN10MB, ETH("86dd") IP6_TCP, 0, NULL },
	{ "padding", DLT_EN10MB, ETH("0800") IP4_TCP PAD6, 0, NULL },
	{ "padding behind IPv6", DLT_EN10MB, ETH("86dd") IP6_TCP PAD6, 0, NULL },
	{ "802.3, SNAP", DLT_EN10MB, ETH("0034") SNAP "0800" IP4_TCP PAD6, 0, NULL },
	{ "802.3, LLC for IP", DLT_EN10MB, ETH("002f") "060603" IP4_TCP, 0, NULL },
	{ "802.1H", DLT_EN10MB, ETH("0034") "aaaa03 0000f8 0800" IP4_TCP, 0, NULL },
	{ "802.3, its length alone", DLT_EN10MB, ETH("0034") SNAP "0800" IP4("0000", "06") TCP PAD6,
	  0, IP4("0000", "06") TCP },
	{ "802.1Q", DLT_EN10MB, ETH("8100") "0064 0800" IP4_TCP, 100, NULL },
	{ "802.1Q, priority bits", DLT_EN10MB, ETH("8100") "f064 86dd" IP6_TCP, 100, NULL },
	{ "802.1ad", DLT_EN10MB, ETH("88a8") "000a 8100 0014 0800" IP4_TCP, 10, NULL },
	{ "0x9100", DLT_EN10MB, ETH("9100") "000a 8100 0014 0800" IP4_TCP, 10, NULL },
	{ "a priority tag", DLT_EN10MB, ETH("8100") "e000 0800" IP4_TCP, 0, NULL },
	{ "a priority tag inside", DLT_EN10MB, ETH("8100") "0064 8100 e000 0800" IP4_TCP, 100,
	  NULL },
	{ "802.1Q, LLC", DLT_EN10MB, ETH("8100") "0064 0034" SNAP "0800" IP4_TCP, 100, NULL },
	{ "MPLS, RFC 3032", DLT_EN10MB, ETH("8847") "00011140" IP4_TCP, 0, NULL },
	{ "labels", DLT_EN10MB, ETH("8848") "00010040 00011140" IP6_TCP, 0, NULL },
	{ "pseudowire, RFC 4448", DLT_EN10MB, ETH("8847") "00011140 00000000" ETH("0800") IP4_TCP,
	  0, NULL },
	{ "no control word", DLT_EN10MB, ETH("8847") "00011140" ETH("0800") IP4_TCP, 0, NULL },
	{ "PPPoE, RFC 2516", DLT_EN10MB, ETH("8864") "11 00 0001 002e 0021" IP4_TCP, 0, NULL },
	{ "PPPoE, IPv6", DLT_EN10MB, ETH("8864") "11 00 0001 0042 0057" IP6_TCP PAD6, 0, NULL },
	{ "PPPoE link", DLT_PPP_ETHER, "11 00 0001 002e 0021" IP4_TCP, 0, NULL },
	{ "Cisco metadata", DLT_EN10MB, ETH("8909") "01 01 0001 0064 0800" IP4_TCP, 0, NULL },
	{ "Cisco metadata, two options", DLT_EN10MB,
	  ETH("8909") "01 02 0001 0064 00020000 0800" IP4_TCP, 0, NULL },
	{ "MACsec, 802.1AE 9.3", DLT_EN10MB,
	  ETH("88e5") "20 2e 00000001 0200000000aa0001 0800" IP4_TCP
		      "000102030405060708090a0b0c0d0e0f",
	  0, NULL },
	{ "MACsec without SCI", DLT_EN10MB,
	  ETH("88e5") "00 2e 00000001 0800" IP4_TCP "000102030405060708090a0b0c0d0e0f", 0, NULL },
	{ "VN-tag", DLT_EN10MB, ETH("8926") "00000000 0800" IP4_TCP, 0, NULL },
	{ "E-tag, 802.1BR", DLT_EN10MB, ETH("893f") "000000640000 0800" IP4_TCP, 0, NULL },
	{ "NSH type 1, RFC 8300", DLT_EN10MB,
	  ETH("894f") "0fc6 01 03 000001ff 00000000 00000000 00000000 00000000" ETH("0800") IP4_TCP,
	  0, NULL },
	{ "NSH type 2", DLT_EN10MB, ETH("894f") "0fc2 02 02 000001ff" IP6_TCP, 0, NULL },

	{ "raw IPv4", DLT_RAW, IP4_TCP, 0, NULL },
	{ "raw IPv6", DLT_RAW, IP6_TCP, 0, NULL },
	{ "DLT_IPV4", DLT_IPV4, IP4_TCP, 0, NULL },
	{ "DLT_IPV6", DLT_IPV6, IP6_TCP, 0, NULL },
	{ "SLL", DLT_LINUX_SLL, "0000 0001 0006 02000000000b0000 0800" IP4_TCP, 0, NULL },
	{ "SLL, tag", DLT_LINUX_SLL, "0000 0001 0006 02000000000b0000 8100 0064 86dd" IP6_TCP, 100,
	  NULL },
	{ "SLL, LLC", DLT_LINUX_SLL, "0000 0001 0006 02000000000b0000 0004" SNAP "0800" IP4_TCP, 0,
	  NULL },
	{ "SLL2", DLT_LINUX_SLL2, "0800 0000 00000002 0001 00 06 02000000000b0000" IP4_TCP, 0,
	  NULL },
	{ "NULL, little-endian", DLT_NULL, "02000000" IP4_TCP, 0, NULL },
	{ "NULL, big-endian", DLT_NULL, "00000002" IP4_TCP, 0, NULL },
	{ "NULL, OpenBSD", DLT_NULL, "18000000" IP6_TCP, 0, NULL },
	{ "NULL, FreeBSD", DLT_NULL, "1c000000" IP6_TCP, 0, NULL },
	{ "NULL, Darwin", DLT_NULL, "1e000000" IP6_TCP, 0, NULL },
	{ "NULL, Linux", DLT_NULL, "0a000000" IP6_TCP, 0, NULL },
	{ "LOOP", DLT_LOOP, "00000018" IP6_TCP, 0, NULL },
	{ "PPP, RFC 1662", DLT_PPP, "ff03 0021" IP4_TCP, 0, NULL },
	{ "PPP, short address", DLT_PPP, "0057" IP6_TCP, 0, NULL },
	{ "PPP, short protocol", DLT_PPP, "21" IP4_TCP, 0, NULL },
	{ "PPP, MPLS", DLT_PPP_SERIAL, "ff03 0281 00011140" IP4_TCP, 0, NULL },
	{ "PPP, direction", DLT_PPP_WITH_DIR, "00 ff03 0021" IP4_TCP, 0, NULL },
	{ "Cisco HDLC", DLT_C_HDLC, "0f00 0800" IP4_TCP, 0, NULL },
	{ "FDDI, RFC 1390", DLT_FDDI, "50 02000000000a 02000000000b" SNAP "0800" IP4_TCP, 0, NULL },
	{ "LLC in ATM, RFC 2684", DLT_ATM_RFC1483, SNAP "86dd" IP6_TCP, 0, NULL },
	{ "802.11", DLT_IEEE802_11, WIFI SNAP "0800" IP4_TCP, 0, NULL },
	{ "802.11 QoS", DLT_IEEE802_11, "8802 0000" ADDRESSES "1000 0000" SNAP "86dd" IP6_TCP, 0,
	  NULL },
	{ "802.11 QoS, HT", DLT_IEEE802_11,
	  "8882 0000" ADDRESSES "1000 0000 00000000" SNAP "0800" IP4_TCP, 0, NULL },
	{ "802.11 QoS, four addresses", DLT_IEEE802_11,
	  "8803 0000" ADDRESSES "1000 02000000000d 0000" SNAP "0800" IP4_TCP, 0, NULL },
	{ "radiotap", DLT_IEEE802_11_RADIO, "00 00 0800 00000000" WIFI SNAP "0800" IP4_TCP, 0,
	  NULL },
	{ "radiotap, padded body", DLT_IEEE802_11_RADIO,
	  "00 00 1100 03000000 0000000000000000 20"
	  "8802 0000" ADDRESSES "1000 0000 0000" SNAP "0800" IP4_TCP,
	  0, NULL },
	{ "radiotap, two words of fields", DLT_IEEE802_11_RADIO,
	  "00 00 1900 03000080 00000000 00000000 0000000000000000 20"
	  "8802 0000" ADDRESSES "1000 0000 0000" SNAP "0800" IP4_TCP,
	  0, NULL },
	{ "PPI", DLT_PPI, "00 00 0800 69000000" WIFI SNAP "0800" IP4_TCP, 0, NULL },

	{ "IPv4 options", DLT_RAW, "46 00 0030 1234 0000 40 06 0000" IP4_FROM_TO "01010100" TCP, 0,
	  "46 00 0030 1234 0000 40 06 0000" IP4_FROM_TO "01010100" TCP },
	{ "length left to the card", DLT_RAW, IP4("0000", "06") TCP, 0, IP4("0000", "06") TCP },
	{ "no length in IPv6", DLT_RAW, IP6("0000", "06") TCP, 0, IP6("0000", "06") TCP },
#define EXTENSIONS                                                   \
	IP6("0048", "00")                                            \
	"3c 00 010400000000 2b 00 010400000000 33 00 0000 00000000 " \
	"06 04 0000 00000001 00000001 000000000000000000000000" TCP
	{ "extensions, RFC 8200 section 4, AH", DLT_RAW, EXTENSIONS, 0, EXTENSIONS },
#define MOBILITY IP6("0020", "87") "06 00 0000 0000 0000" TCP
	{ "mobility, RFC 6275", DLT_RAW, MOBILITY, 0, MOBILITY },
#define ATOMIC IP6("0020", "2c") "06 00 0000 00000001" TCP
	{ "an only fragment, RFC 6946", DLT_RAW, ATOMIC, 0, ATOMIC },
#define AH4 IP4("0044", "33") "06 04 0000 00000001 00000001 000000000000000000000000" TCP
	{ "AH, RFC 4302", DLT_RAW, AH4, 0, AH4 },

	{ "IP in IP, RFC 2003", DLT_RAW, OUT4("0040", "04") IP4_TCP, 0, NULL },
	{ "6in4, RFC 4213", DLT_RAW, OUT4("0054", "29") IP6_TCP, 0, NULL },
	{ "4in6, RFC 2473", DLT_RAW, OUT6("002c", "04") IP4_TCP, 0, NULL },
	{ "6in6", DLT_RAW, OUT6("0040", "29") IP6_TCP, 0, NULL },
	{ "GRE, RFC 2784", DLT_RAW, OUT4("0044", "2f") "0000 0800" IP4_TCP, 0, NULL },
	{ "GRE, all options, RFC 2890", DLT_RAW,
	  OUT4("0050", "2f") "b000 0800 00000000 00000001 00000001" IP4_TCP, 0, NULL },
	{ "PPTP, RFC 2637", DLT_RAW,
	  OUT4("0054", "2f") "3081 880b 0030 0001 00000001 00000001 ff03 0021" IP4_TCP, 0, NULL },
	{ "Ethernet in GRE", DLT_RAW, OUT4("0052", "2f") "0000 6558" ETH("0800") IP4_TCP, 0, NULL },
	{ "ERSPAN I", DLT_RAW, OUT4("0052", "2f") "0000 88be" ETH("0800") IP4_TCP, 0, NULL },
	{ "ERSPAN II", DLT_RAW,
	  OUT4("005e", "2f") "1000 88be 00000001 1001 0001 00000000" ETH("0800") IP4_TCP, 0, NULL },
	{ "ERSPAN III", DLT_RAW,
	  OUT4("0062", "2f") "1000 22eb 00000001 2001 0001 00000000 0000 0000" ETH("0800") IP4_TCP,
	  0, NULL },
	{ "ERSPAN III with more", DLT_RAW,
	  OUT4("006a", "2f") "1000 22eb 00000001 2001 0001 00000000 0000 0001 0000000000000000" ETH(
		  "0800") IP4_TCP,
	  0, NULL },
	{ "a tag inside is not ours", DLT_RAW,
	  OUT4("0056", "2f") "0000 6558" ETH("8100") "00c8 0800" IP4_TCP, 0, NULL },
	{ "nor in place of ours", DLT_EN10MB,
	  ETH("8100") "0064 0800" OUT4("0056", "2f") "0000 6558" ETH("8100") "00c8 0800" IP4_TCP,
	  100, NULL },
	{ "EtherIP, RFC 3378", DLT_RAW, OUT4("0050", "61") "3000" ETH("0800") IP4_TCP, 0, NULL },
	{ "MPLS in IP, RFC 4023", DLT_RAW, OUT4("0044", "89") "00011140" IP4_TCP, 0, NULL },
	{ "VXLAN, RFC 7348", DLT_RAW,
	  OUT4("005e", "11") UDP("12b5", "004a") "08000000 00000100" ETH("0800") IP4_TCP, 0, NULL },
	{ "VXLAN in IPv6, old port", DLT_RAW,
	  OUT6("004a", "11") UDP("2118", "004a") "08000000 00000100" ETH("0800") IP4_TCP, 0, NULL },
	{ "VXLAN GPE", DLT_RAW, OUT4("0050", "11") UDP("12b6", "003c") "0c000001 00000100" IP4_TCP,
	  0, NULL },
	{ "VXLAN GPE, NSH", DLT_RAW,
	  OUT4("0058", "11") UDP("12b6", "0044") "0c000004 00000100 0fc2 02 01 000001ff" IP4_TCP, 0,
	  NULL },
	{ "UDP, its length alone", DLT_RAW,
	  OUT4("0056", "11") UDP("12b6", "003c") "0c000001 00000100" IP4("0000", "06") TCP PAD6, 0,
	  IP4("0000", "06") TCP },
	{ "Geneve, RFC 8926", DLT_RAW,
	  OUT4("005e", "11") UDP("17c1", "004a") "00 00 6558 00000100" ETH("0800") IP4_TCP, 0,
	  NULL },
	{ "Geneve, options, IP", DLT_RAW,
	  OUT4("0058", "11") UDP("17c1", "0044") "02 00 0800 00000100 0101 01 01 00000000" IP4_TCP,
	  0, NULL },
	{ "GTP-U, TS 29.281", DLT_RAW,
	  OUT4("0050", "11") UDP("0868", "003c") "30 ff 002c 00000001" IP4_TCP, 0, NULL },
	{ "GTP-U, extension", DLT_RAW,
	  OUT4("0058", "11")
		  UDP("0868", "0044") "34 ff 0034 00000001 0000 00 85 01 1009 00" IP4_TCP,
	  0, NULL },
	{ "GTP-U, sequence number alone", DLT_RAW,
	  OUT4("0054", "11") UDP("0868", "0040") "32 ff 0030 00000001 0001 00 85" IP4_TCP, 0,
	  NULL },
	{ "Teredo, RFC 4380", DLT_RAW, OUT4("005c", "11") UDP("0dd8", "0048") IP6_TCP, 0, NULL },
	{ "Teredo, both indications", DLT_RAW,
	  OUT4("0071", "11") UDP_FROM("0dd8", "005d") "0001 00 00 0000000000000001 00 "
						      "0000 e2c3 f5fffff6" IP6_TCP,
	  0, NULL },
	{ "L2TP, RFC 2661", DLT_RAW,
	  OUT4("0052", "11") UDP("06a5", "003e") "0002 0001 0001 ff03 0021" IP4_TCP, 0, NULL },
	{ "L2TP, all fields", DLT_RAW,
	  OUT4("005c", "11")
		  UDP("06a5", "0048") "4a02 0040 0001 0001 0001 0000 0002 0000 ff03 0021" IP4_TCP,
	  0, NULL },
	{ "CAPWAP, RFC 5415, Ethernet", DLT_RAW,
	  OUT4("005e", "11") UDP("147f", "004a") "00100200 00000000" ETH("0800") IP4_TCP, 0, NULL },
	{ "CAPWAP, 802.11", DLT_RAW,
	  OUT4("0070", "11") UDP_FROM("147f", "005c") "00100300 00000000" WIFI SNAP "0800" IP4_TCP,
	  0, NULL },
	{ "CAPWAP, 802.11 swapped", DLT_RAW,
	  OUT4("0070", "11") UDP("147f", "005c") "00100300 00000000 0108 0000" ADDRESSES "7630" SNAP
						 "0800" IP4_TCP,
	  0, NULL },
	{ "MPLS in UDP, RFC 7510", DLT_RAW,
	  OUT4("004c", "11") UDP("19eb", "0038") "00011140" IP4_TCP, 0, NULL },
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a handshake failed: rules over what was observed, in order, the first that
 * fits wins. Each fills hs->failure with its sentence.
 */
#ifndef SHAKETAP_DIAGNOSE_H
#define SHAKETAP_DIAGNOSE_H

#include "base/bytes.h"
#include "track/handshake.h"

/* An alert in the clear that ends the handshake. */
void diagnose_alert(struct handshake *hs, enum hs_side from, uint8_t code);

/* An encrypted record as long as an alert, or an encrypted alert record, then the end. */
void diagnose_encrypted_alert(struct handshake *hs, enum hs_side from);

/* FIN or RST; notified: a close_notify came first. */
void diagnose_close(struct handshake *hs, enum hs_side from, bool reset, bool notified);

/* Bytes of the server that are no TLS record; first: the first of them. */
void diagnose_not_tls(struct handshake *hs, enum hs_side from, struct bytes first);

/* Nothing new for `waited` ns. */
void diagnose_timeout(struct handshake *hs, uint64_t waited);

/* A connect to a TLS port that RST or nothing answered; waited: ns since the SYN. */
void diagnose_connect(struct handshake *hs, bool refused, uint64_t waited);

#endif

# SPDX-License-Identifier: BSD-2-Clause
"""What the real clients do, and what a record has to say of it when they say that it happened.

Who waits does so for longer than the observer (soak.sh). PLAN is for tests/netns/lab/servers.py. A row of SCENARIOS: how often in a round, port, options
(visit.py), what the client must say (a pattern; else it is trouble of ours), what its record must be.
Of a success the record must also have the version, suite and resumption that the client says.
"""
PLAN = [[8451, "serve", "version=1.3"], [8452, "serve", "version=1.2", "cert=expired"],
        [8453, "serve", "version=1.2"], [8454, "silent"], [8455, "close"], [8456, "abort"],
        [8457, "answer", "HTTP/1.1 400 Bad Request"], [8458, "alert", "2", "112"],
        [8459, "name-alert", "80"], [8460, "serve", "version=1.2", "verify"],
        [8461, "serve", "version=1.3", "verify"], [8462, "banner", "2", "220 mail.example.com ESMTP"]]
HEALTHY = 443           # tests/netns/handshakes.py serve
NOBODY = 993            # a TLS port where nothing listens

SUCCESS = {"event.outcome": "success", "tls.established": True, "shaketap.stage": "established",
           "shaketap.complete": True, "shaketap.failure": None}


def failure(stage, side, cause, certainty="observed", established=False):
    return {"event.outcome": "failure", "shaketap.stage": stage, "shaketap.failure.stage": stage,
            "shaketap.failure.side": side, "shaketap.failure.cause": cause,
            "shaketap.failure.certainty": certainty, "tls.established": established}


MISSING_13 = failure("client_finished", "server", ["client_certificate_missing", "encrypted_alert"], "suspected",
                     [True, False])

SCENARIOS = [
    (6, "tls13", HEALTHY, "version=1.3", "established answered", SUCCESS),
    (6, "tls12", HEALTHY, "version=1.2", "established answered", SUCCESS),
    (2, "again-13", HEALTHY, "version=1.3 again", "established answered", SUCCESS),
    (2, "again-12", HEALTHY, "version=1.2 again", "established answered", SUCCESS),
    (1, "pieces", HEALTHY, "version=1.3 piece=100:0.05", "established answered", SUCCESS),
    (1, "client-certificate-12", 8460, "version=1.2 cert=client", "established answered",
     {**SUCCESS, "shaketap.client_certificate": "sent"}),
    (1, "client-certificate-13", 8461, "version=1.3 cert=client", "established answered", SUCCESS),
    (1, "unknown-ca-13", HEALTHY, "version=1.3 ca=other", "verify failed",
     failure(["server_finished", "server_hello"], "client", "certificate_unknown_ca")),
    (1, "unknown-ca-12", HEALTHY, "version=1.2 ca=other", "verify failed",
     failure("server_hello_done", "client", "certificate_unknown_ca")),
    (1, "expired", 8452, "version=1.2", "certificate has expired",
     failure("server_hello_done", "client", "certificate_expired")),
    (1, "too-old", 8451, "version=1.2", "PROTOCOL_VERSION",
     failure("client_hello", "server", "version_mismatch")),
    (1, "too-new", 8453, "version=1.3", "PROTOCOL_VERSION",
     failure("client_hello", "server", "version_mismatch")),
    (1, "no-common-cipher", 8453, "version=1.2 ciphers=ECDHE-ECDSA-AES128-GCM-SHA256", "HANDSHAKE_FAILURE",
     failure("client_hello", "server", "handshake_failure")),
    (1, "unknown-name", 8458, "version=1.3", "UNRECOGNIZED_NAME",
     failure("client_hello", "server", "unrecognized_name")),
    (1, "internal-error", 8459, "version=1.3", "INTERNAL_ERROR",
     failure("client_hello", "server", "internal_error")),
    (1, "no-client-certificate-12", 8460, "version=1.2", "HANDSHAKE_FAILURE",
     failure("client_finished", "server", "client_certificate_missing")),
    (1, "no-client-certificate-13", 8461, "version=1.3", "established.*(CERTIFICATE_REQUIRED|reset by peer)", MISSING_13),
    (1, "plain-http", 8457, "version=1.3", "WRONG_VERSION_NUMBER",
     failure("client_hello", "server", "not_tls_server")),
    (1, "mail", 8462, "version=1.3", "WRONG_VERSION_NUMBER",
     failure("client_hello", "server", "not_tls_server")),
    (1, "closed", 8455, "version=1.3", "EOF occurred", failure("client_hello", "server", "closed")),
    (1, "reset", 8456, "version=1.3", "reset by peer", failure("client_hello", "server", "reset")),
    (1, "half-a-hello", 8454, "version=1.3 stop=part then=close", "on purpose",
     failure("client_hello", "client", "closed")),
    (1, "leaves-12", HEALTHY, "version=1.2 stop=flight then=close", "on purpose",
     failure("server_hello_done", "client", "closed")),
    (1, "leaves-13", HEALTHY, "version=1.3 stop=flight then=reset", "on purpose",
     failure("server_finished", "client", "reset")),
    (1, "silent-server", 8454, "version=1.3 stop=hello then=wait:9", "on purpose",
     failure("client_hello", "none", "no_server_hello")),
    (1, "silent-client", HEALTHY, "version=1.2 stop=flight then=wait:9", "on purpose",
     failure("server_hello_done", "none", "timeout")),
]

# Seen at the client's end only: for those on the observer's own host.
REFUSED = (1, "refused", NOBODY, "version=1.3", "refused",
           {"event.outcome": "failure", "shaketap.stage": "tcp_syn", "shaketap.failure.cause": "tcp_refused",
            "shaketap.failure.side": "server", "server.port": NOBODY})

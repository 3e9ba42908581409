// SPDX-License-Identifier: BSD-2-Clause
// Post-quantum key exchange by a runtime's own TLS (OpenSSL 3.5 in node), server and client in one:
// modern.mjs serve PORT CERTS
// modern.mjs visit LEDGER ADDRESS PORT CERTS RATE SECONDS; the client accepts no other group.
import { openSync, readFileSync, writeSync } from "node:fs";
import tls from "node:tls";

const GROUP = "X25519MLKEM768";
const [mode, ...rest] = process.argv.slice(2);

function serve(port, certs) {
	const settings = { key: readFileSync(`${certs}/ecdsa.key`), cert: readFileSync(`${certs}/ecdsa.pem`) };
	const server = tls.createServer(settings, socket => {
		socket.on("error", () => {});
		socket.on("data", () => socket.end("ok\n"));
	});
	server.listen(Number(port), "0.0.0.0");
}

function visit(ledger, address, port, ca, number) {
	const servername = `pq-${number}.example.com`;
	const tell = words => writeSync(ledger, JSON.stringify(words) + "\n");
	const socket = tls.connect({ host: address, port: Number(port), ca, servername, ecdhCurve: GROUP,
		minVersion: "TLSv1.3" }, () => {
		tell({ key: servername, kind: "node-pq", must: { "client.port": socket.localPort,
			"event.outcome": "success", "tls.established": true, "shaketap.failure": null,
			"tls.version": socket.getProtocol().slice(4), "tls.cipher": socket.getCipher().standardName,
			"tls.curve": GROUP, "tls.resumed": socket.isSessionReused() } });
		socket.write("hello\n");
	});
	socket.on("data", () => socket.end());
	socket.on("error", error => tell({ trouble: `node: ${error}` }));
}

function visits(ledger, address, port, certs, rate, seconds) {
	const ca = readFileSync(`${certs}/ca.pem`), pipe = openSync(ledger, "w");
	let number = 0;
	const timer = setInterval(() => visit(pipe, address, port, ca, ++number), 1000 / rate);
	setTimeout(() => clearInterval(timer), 1000 * seconds);
}

if (mode === "serve")
	serve(...rest);
else
	visits(...rest);

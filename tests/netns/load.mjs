// SPDX-License-Identifier: BSD-2-Clause
// Many handshakes by the TLS of a JavaScript runtime, several at a time, alternately 1.3 and 1.2:
// load.mjs ADDRESS PORT CA PREFIX COUNT; prints how many it made.
import { readFileSync } from "node:fs";
import tls from "node:tls";

const [address, port, caFile, prefix, count] = process.argv.slice(2);
const ca = readFileSync(caFile, "utf8");
const AT_ONCE = 8;
let begun = 0, made = 0;

function next() {
	if (begun === Number(count))
		return;
	const version = begun % 2 ? "TLSv1.2" : "TLSv1.3";
	const socket = tls.connect({ host: address, port: Number(port), ca, minVersion: version,
		maxVersion: version, servername: `${prefix}${begun++}.example.com` }, () => {
		made++;
		socket.write("GET / HTTP/1.0\r\n\r\n");
	});
	socket.on("data", () => socket.end());
	socket.on("error", error => console.error(String(error)));
	socket.on("close", () => {
		next();
		if (made + 0 === Number(count))
			finish();
	});
}

function finish() {
	console.log(made);
	process.exit(0);
}

for (let i = 0; i < AT_ONCE; i++)
	next();

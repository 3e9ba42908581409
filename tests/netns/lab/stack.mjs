// SPDX-License-Identifier: BSD-2-Clause
// The TLS of JavaScript runtimes: OpenSSL 3.5 in node, BoringSSL in bun, rustls in deno.
// stack.mjs connect ADDRESS PORT NAME CERTS [OPTION]...    one connection, a request, its answer
// stack.mjs listen PORT CERTS [OPTION]...                  answers requests until it is killed
// Options: version=1.2 ciphers=... alpn=a,b ca=NAME cert=NAME verify=no ask=yes|require
//          groups=... refuse=yes (the server knows no name) leave=yes (no request)
import { readFileSync } from "node:fs";
import tls from "node:tls";

const [mode, ...rest] = process.argv.slice(2);
const options = {};
for (const word of rest) {
	const at = word.indexOf("=");
	if (at > 0)
		options[word.slice(0, at)] = word.slice(at + 1);
}

function common(certs) {
	const settings = { ca: readFileSync(`${certs}/${options.ca ?? "ca"}.pem`, "utf8") };
	if (options.version)
		settings.minVersion = settings.maxVersion = `TLSv${options.version}`;
	if (options.ciphers)
		settings.ciphers = options.ciphers;
	if (options.groups)
		settings.ecdhCurve = options.groups;
	if (options.alpn)
		settings.ALPNProtocols = options.alpn.split(",");
	if (options.cert) {
		settings.cert = readFileSync(`${certs}/${options.cert}.pem`, "utf8");
		settings.key = readFileSync(`${certs}/${options.cert}.key`, "utf8");
	}
	return settings;
}

function connect(address, port, name, certs) {
	const socket = tls.connect({ ...common(certs), host: address, port: Number(port), servername: name,
		rejectUnauthorized: options.verify !== "no" }, () => {
		console.log("established", socket.getProtocol(), socket.authorized);
		if (options.leave)
			socket.end();
		else
			socket.write("GET / HTTP/1.0\r\n\r\n");
	});
	socket.on("data", () => { console.log("answered"); socket.end(); });
	socket.on("error", error => console.log("error", error.code, error.message));
	socket.on("close", () => process.exit(0));
}

function listen(port, certs) {
	const settings = { ...common(certs), requestCert: Boolean(options.ask),
		rejectUnauthorized: options.ask === "require" };
	if (options.refuse)
		settings.SNICallback = (name, done) => done(new Error(`no ${name} here`));
	const server = tls.createServer(settings, socket => {
		socket.on("error", error => console.log("error", error.code));
		socket.on("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\nok\n"));
	});
	server.on("tlsClientError", error => console.log("client error", error.code, error.message));
	server.listen(Number(port), "0.0.0.0");
}

if (mode === "connect")
	connect(...rest);
else
	listen(...rest);

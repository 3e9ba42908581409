// SPDX-License-Identifier: BSD-2-Clause

import java.io.FileInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * The TLS of Java: Stack ADDRESS PORT NAME CERTS [OPTION]..., one connection, a request, its answer;
 * or, with the address "listen", a server that answers requests until it is killed.
 * Options: version=1.2 ciphers=A,B ca=NAME cert=NAME alpn=a,b leave=yes (no request) ask=yes (the
 * server wants a certificate)
 */
public final class Stack {
    private final Map<String, String> options = new HashMap<>();
    private final String certs;

    private Stack(String[] arguments) {
        certs = arguments[3];
        for (int i = 4; i < arguments.length; i++) {
            String[] word = arguments[i].split("=", 2);
            options.put(word[0], word[1]);
        }
    }

    private TrustManagerFactory trust() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new FileInputStream(certs + "/" + options.getOrDefault("ca", "ca") + ".pem")) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private KeyManagerFactory own() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(certs + "/" + options.get("cert") + ".p12")) {
            store.load(in, "shaketap".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "shaketap".toCharArray());
        return factory;
    }

    private SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(options.containsKey("cert") ? own().getKeyManagers() : null, trust().getTrustManagers(), null);
        return context;
    }

    private void configure(SSLSocket socket, String name) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (options.containsKey("alpn"))
            parameters.setApplicationProtocols(options.get("alpn").split(","));
        if (options.containsKey("version"))
            parameters.setProtocols(new String[] {"TLSv" + options.get("version")});
        if (options.containsKey("ciphers"))
            parameters.setCipherSuites(options.get("ciphers").split(","));
        socket.setSSLParameters(parameters);
    }

    private void connect(String address, int port, String name) throws Exception {
        SSLSocketFactory factory = context().getSocketFactory();
        Socket plain = new Socket(address, port);
        try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, name, port, true)) {
            configure(socket, name);
            socket.startHandshake();
            System.out.println("established " + socket.getSession().getProtocol());
            if (options.containsKey("leave"))
                return;
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            System.out.println("answered " + socket.getInputStream().read());
        }
    }

    private static void answer(SSLSocket socket) {
        try (socket) {
            if (socket.getInputStream().read() >= 0)
                socket.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nok\n".getBytes(StandardCharsets.US_ASCII));
        } catch (Exception error) {
            System.out.println("failed: " + error);
        }
    }

    private void listen(int port) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context().getServerSocketFactory().createServerSocket(port);
        listener.setNeedClientAuth(options.containsKey("ask"));
        while (true) {
            SSLSocket socket = (SSLSocket) listener.accept();
            new Thread(() -> answer(socket)).start();
        }
    }

    public static void main(String[] arguments) {
        try {
            if (arguments[0].equals("listen"))
                new Stack(arguments).listen(Integer.parseInt(arguments[1]));
            new Stack(arguments).connect(arguments[0], Integer.parseInt(arguments[1]), arguments[2]);
        } catch (Exception error) {
            System.out.println("failed: " + error);
            System.exit(1);
        }
    }
}

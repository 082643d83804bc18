package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ServerChecks.class)
class ManagementTest {

    private static final Certificates CERTIFICATES = Certificates.common();
    private static final ObjectMapper JSON = new ObjectMapper();

    private static SluiceServer server;
    private static HttpClient http;

    @TempDir
    static Path files;

    /** All listeners on free ports, and with them the management interface, with TLS and without. */
    @BeforeAll
    static void start() throws Exception {
        String tls = CERTIFICATES.write(files, CERTIFICATES.server());
        String json = "{\"listeners\": [{\"address\": \"127.0.0.1:0\"}, {\"address\": \"127.0.0.1:0\", \"tls\": {" + tls
                + "}}], \"buckets\": {\"travel\": {\"engine\": \"memory\", \"quota\": \"64MiB\", \"vbuckets\": 64}}}";
        server = SluiceServer.start(TestServers.configuration(json));
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(CERTIFICATES.clientContext(null))
                .build();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static int port() {
        return server.managementAddresses().get(0).getPort();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        return JSON.readTree(response.body());
    }

    @Nested
    class Answers {

        @Test
        void bucket_isTold_withAHealthyNode() throws Exception {
            HttpResponse<String> response = get("/pools/default/buckets/travel");

            assertThat(response.statusCode()).isEqualTo(200);
            JsonNode bucket = json(response);
            assertThat(bucket.at("/name").asText()).isEqualTo("travel");
            assertThat(bucket.at("/nodeLocator").asText()).isEqualTo("vbucket");
            assertThat(bucket.at("/numVBuckets").asInt()).isEqualTo(64);
            assertThat(bucket.at("/bucketType").asText()).isEqualTo("ephemeral");
            assertThat(bucket.at("/uuid").asText()).isNotEmpty();
            assertThat(bucket.at("/vBucketServerMap/vBucketMap")).hasSize(64);
            assertThat(bucket.at("/quota/ram").asLong()).isEqualTo(64L << 20);
            assertThat(bucket.at("/nodes")).hasSize(1);
            JsonNode node = bucket.at("/nodes/0");
            assertThat(node.at("/status").asText()).isEqualTo("healthy");
            assertThat(node.at("/hostname").asText()).isEqualTo("127.0.0.1:" + port());
            assertThat(node.at("/ports/direct").asInt())
                    .isEqualTo(server.ports().get(0));
        }

        @Test
        void nodeServices_areThePortsThatAreOpen() throws Exception {
            JsonNode services = json(get("/pools/default/nodeServices")).at("/nodesExt/0/services");

            assertThat(services.at("/kv").asInt()).isEqualTo(server.ports().get(0));
            assertThat(services.at("/kvSSL").asInt()).isEqualTo(server.ports().get(1));
            assertThat(services.at("/mgmt").asInt()).isEqualTo(port());
            assertThat(services.at("/mgmtSSL").asInt())
                    .isEqualTo(server.managementAddresses().get(1).getPort());
            assertThat(services).hasSize(4);
        }

        @Test
        void terseBucket_isItsClusterMap_withTheAddressInIt() throws Exception {
            JsonNode map = json(get("/pools/default/b/travel"));

            assertThat(map.at("/name").asText()).isEqualTo("travel");
            assertThat(map.at("/rev").asLong()).isPositive();
            assertThat(map.at("/vBucketServerMap/vBucketMap")).hasSize(64);
            assertThat(map.at("/vBucketServerMap/serverList/0").asText())
                    .isEqualTo("127.0.0.1:" + server.ports().get(0));
            assertThat(map.toString()).doesNotContain("$HOST");
        }

        @ParameterizedTest
        @CsvSource({
            "/, /status, ready",
            "/pools, /pools/0/uri, /pools/default",
            "/pools/default, /nodes/0/status, healthy",
            "/pools/default/, /buckets/uri, /pools/default/buckets",
            "/pools/default/buckets, /0/name, travel",
            "/pools/default/buckets?skipMap=true, /0/name, travel",
            "/pools/default/buckets/trave%6c, /name, travel",
            "/whoami, /domain, anonymous",
        })
        void page_says(String path, String pointer, String value) throws Exception {
            HttpResponse<String> response = get(path);

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(json(response).at(pointer).asText()).isEqualTo(value);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"/pools/default/buckets/none", "/pools/other", "/nothing", "/pools/default/buckets/travel/x"
                })
        void whatIsNotThere_is404_withAReason(String path) throws Exception {
            HttpResponse<String> response = get(path);

            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(json(response).at("/error").asText()).isEqualTo("there is no such resource");
        }

        @ParameterizedTest
        @ValueSource(strings = {"POST", "PUT", "DELETE"})
        void othersThanGet_areRefused(String method) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port() + "/pools/default/buckets/travel"))
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();

            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("allow")).hasValue("GET, HEAD");
        }

        /** What load balancers ask. */
        @ParameterizedTest
        @ValueSource(strings = {"/", "/pools/default/buckets/travel"})
        void head_isLikeGet_withoutTheBody(String path) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();

            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValueAsLong("content-length").orElse(0))
                    .isPositive();
        }

        /** What proxies send. RFC 9112 3.2.2. */
        @ParameterizedTest
        @ValueSource(strings = {"http://sluice.example", "http://sluice.example/", "http://sluice.example/pools"})
        void targetsWithTheServerInThem_areThePathBehindIt(String target) throws Exception {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
                socket.getOutputStream()
                        .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));

                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200");
            }
        }

        @Test
        void behindTls_itIsTheSame() throws Exception {
            int port = server.managementAddresses().get(1).getPort();
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://127.0.0.1:" + port + "/pools/default/buckets/travel"))
                    .build();

            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(json(response).at("/nodes/0/status").asText()).isEqualTo("healthy");
            }
        }
    }

    @Nested
    class Wire {

        private Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
            socket.setSoTimeout(20_000);
            return socket;
        }

        private void send(Socket socket, String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        private String all(Socket socket) throws IOException {
            StringBuilder text = new StringBuilder();
            byte[] buffer = new byte[4096];
            InputStream input = socket.getInputStream();
            try {
                for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
                    text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (SocketException e) {
                text.append("(reset)");
            }
            return text.toString();
        }

        @Test
        void requestsSentAhead_areAnsweredInOrder() throws Exception {
            try (Socket socket = connect()) {
                StringBuilder requests = new StringBuilder();
                for (int i = 0; i < 40; i++) {
                    requests.append(i % 2 == 0 ? "GET /whoami" : "GET /pools").append(" HTTP/1.1\r\nHost: a\r\n\r\n");
                }
                send(socket, requests + "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");

                String answers = all(socket);

                assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(42);
                assertThat(answers.indexOf("anonymous")).isLessThan(answers.indexOf("implementationVersion"));
                assertThat(answers).endsWith("{\"status\":\"ready\"}");
            }
        }

        @Test
        void requestInPieces_isUnderstood() throws Exception {
            try (Socket socket = connect()) {
                for (char c : "GET / HTTP/1.0\r\n\r\n".toCharArray()) {
                    send(socket, String.valueOf(c));
                    socket.getOutputStream().flush();
                }

                assertThat(all(socket)).startsWith("HTTP/1.1 200 OK").endsWith("{\"status\":\"ready\"}");
            }
        }

        @Test
        void smallBody_isThrownAway_andTheConnectionGoesOn() throws Exception {
            try (Socket socket = connect()) {
                send(socket, "GET /whoami HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345");
                send(socket, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");

                assertThat(all(socket).split("HTTP/1.1 200 OK", -1)).hasSize(3);
            }
        }

        @ParameterizedTest(name = "{1}")
        @CsvSource(delimiter = '|', textBlock = """
            GET /%s HTTP/1.1                                    | 414 | 5000
            GET / HTTP/1.1~X: %s                                | 431 | 17000
            GET / HTTP/1.1~Content-Length: 100000~~%s           | 413 | 9000
            GET / HTTP/1.1~Transfer-Encoding: chunked~~2400~%s~ | 413 | 9216
            GET /%%zz%s HTTP/1.1                                | 400 | 1
            %s                                                  | 400 | 1
            """)
        void whatIsTooLong_orNoHttp_isRefused_andTheConnectionCloses(String request, String status, int length)
                throws Exception {
            try (Socket socket = connect()) {
                String text = request.replace("%s", "x".repeat(length))
                        .replace("%%", "%")
                        .replace("~", "\r\n");
                send(socket, text.startsWith("GET /%") ? text + "\r\nConnection: close\r\n\r\n" : text + "\r\n\r\n");

                assertThat(all(socket)).startsWith("HTTP/1.1 " + status);
            }
        }

        @Test
        void garbage_costsOnlyWhoSendsIt() throws Exception {
            Random random = new Random(3);
            for (int i = 0; i < 30; i++) {
                try (Socket socket = connect()) {
                    byte[] bytes = new byte[1 + random.nextInt(500)];
                    random.nextBytes(bytes);
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                    assertThat(all(socket)).doesNotContain("200 OK");
                }
            }
            assertThat(get("/").statusCode()).isEqualTo(200);
        }

        /** Silent ones and ones that begin a request: none of them is in the way of others. */
        @Test
        void manyIdleConnections_areBounded_andDoNotKeepOthersOut() throws Exception {
            Socket[] idle = new Socket[100];
            for (int i = 0; i < idle.length; i++) {
                idle[i] = connect();
                send(idle[i], i % 2 == 0 ? "G" : "GET / HTTP/1.1\r\nX: ");
            }
            assertThat(get("/").statusCode()).isEqualTo(200);
            for (Socket socket : idle) {
                socket.close();
            }
        }

        @Test
        void clientOfTheBinaryProtocol_isClosed() throws Exception {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(BinaryClient.noop(1));
                socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

                assertThat(all(socket)).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Nested
    class Ports {

        private static final String LISTENER = "\"listeners\": [{\"address\": \"127.0.0.1:0\"}]";

        @Test
        void portThatIsTaken_isAnErrorWhereItWasAskedFor() throws Exception {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                String address = "127.0.0.1:" + taken.getLocalPort();
                String json = "{" + LISTENER + ", \"mgmt\": {\"address\": \"" + address + "\"}}";

                StartException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                        StartException.class, () -> SluiceServer.start(TestServers.configuration(json)));

                assertThat(refused).hasMessageStartingWith("cannot listen on " + address);
            }
        }

        @Test
        void none_isNone() throws Exception {
            try (SluiceServer alone =
                    SluiceServer.start(TestServers.configuration("{" + LISTENER + ", \"mgmt\": false}"))) {
                assertThat(alone.managementAddresses()).isEmpty();
                assertThat(alone.node().addresses().mgmt()).isZero();
                assertThat(alone.readyLine()).doesNotContain("management");
            }
        }

        @Test
        void interfaces_areListed() throws Exception {
            try (BinaryClient client = new BinaryClient(server.ports().get(0))) {
                JsonNode list = JSON.readTree(client.call(ifconfig("list")).value());

                assertThat(list).hasSize(4);
                assertThat(list.at("/1/port").asInt()).isEqualTo(server.ports().get(1));
                assertThat(list.at("/1/tls").asBoolean()).isTrue();
                assertThat(list.at("/1/family").asText()).isEqualTo("inet");
                assertThat(list.at("/1/host").asText()).isEqualTo("127.0.0.1");
                assertThat(list.at("/1/type").asText()).isEqualTo("mcbp");
                assertThat(list.at("/2/type").asText()).isEqualTo("mgmt");
                assertThat(list.findValuesAsText("uuid")).doesNotHaveDuplicates();
                assertThat(client.call(ifconfig("define")).status()).isEqualTo(0x83);
                assertThat(client.call(ifconfig("delete")).status()).isEqualTo(0x83);
                assertThat(client.call(ifconfig("tls")).status()).isEqualTo(0x83);
                assertThat(client.call(ifconfig("lst")).status()).isEqualTo(0x04);
                assertThat(client.call(ifconfig("")).status()).isEqualTo(0x04);
            }
        }

        private byte[] ifconfig(String what) {
            return BinaryClient.frame(0xaf, 1, new byte[0], what, new byte[0]);
        }
    }
}

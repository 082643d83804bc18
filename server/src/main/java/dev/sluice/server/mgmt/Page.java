package dev.sluice.server.mgmt;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param json the body, as UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares pages.
record Page(HttpResponseStatus status, byte[] json) {

    Page(HttpResponseStatus status, String json) {
        this(status, json.getBytes(StandardCharsets.UTF_8));
    }
}

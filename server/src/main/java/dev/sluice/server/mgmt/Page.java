package dev.sluice.server.mgmt;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param json the body
 */
record Page(HttpResponseStatus status, String json) {}

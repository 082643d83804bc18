package dev.sluice.server.mgmt;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the management interface: reads a request, answers it, and only then looks at the next. What a client
 * sends ahead waits here, as much as one read of the socket has brought, and then in the socket.
 *
 * <p>Passwords are checked and pages made on other threads: a page of a hundred buckets takes a loop's time for all of its
 * connections.
 *
 * <p>There is one clock for all that a client can be slow with: from the first look at the socket until the answer has left
 * it. When that runs out the connection is closed, so a client that sends a byte now and then holds it no longer than one
 * that says nothing.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What becomes of a write or a close shows in channelInactive.
final class ManagementHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementHandler.class);

    private static final long FIRST_REQUEST_SECONDS_MAX = 10;
    private static final long NEXT_REQUEST_SECONDS_MAX = 30;

    /** A GET has no body; what some clients send all the same is thrown away up to here. */
    private static final int BODY_BYTES_MAX = 8 << 10;

    private static final String CHALLENGE = "Basic realm=\"Sluice\", charset=\"UTF-8\"";

    private final Pages pages;
    private final Visitors visitors;
    private final Executor pool;
    private final boolean open;
    private final @Nullable String certifiedUser;

    private final ArrayDeque<HttpObject> ahead = new ArrayDeque<>();
    private boolean answering;
    private @Nullable HttpRequest request;
    private int bodyBytes;
    private @Nullable Future<?> deadline;

    /**
     * A connection that was just made.
     *
     * @param pool makes pages, which takes longer than a loop has
     * @param open whether no login is asked for
     * @param certifiedUser whom the client's certificate names; null for nobody
     */
    ManagementHandler(Pages pages, Visitors visitors, Executor pool, boolean open, @Nullable String certifiedUser) {
        this.pages = pages;
        this.visitors = visitors;
        this.pool = pool;
        this.open = open;
        this.certifiedUser = certifiedUser;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) { // Behind TLS it has long been.
            expect(context, FIRST_REQUEST_SECONDS_MAX);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (deadline == null) {
            expect(context, FIRST_REQUEST_SECONDS_MAX);
        }
    }

    private void expect(ChannelHandlerContext context, long seconds) {
        request = null;
        bodyBytes = 0;
        answering = false;
        startClock(context, seconds);
        while (!answering && !ahead.isEmpty()) {
            take(context, ahead.remove());
        }
        if (!answering) {
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        HttpObject part = (HttpObject) message;
        if (answering) {
            ahead.add(part);
        } else {
            take(context, part);
        }
    }

    private void take(ChannelHandlerContext context, HttpObject part) {
        try {
            received(context, part);
        } finally {
            ReferenceCountUtil.release(part);
        }
    }

    private void received(ChannelHandlerContext context, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            begin(context);
            send(context, unreadable(part.decoderResult().cause()), false);
            return;
        }
        if (part instanceof HttpRequest begun) {
            request = begun;
        }
        if (part instanceof HttpContent content) {
            bodyBytes += content.content().readableBytes();
            if (bodyBytes > BODY_BYTES_MAX) {
                begin(context);
                send(context, pages.error(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "no body is taken"), false);
                return;
            }
        }
        if (part instanceof LastHttpContent && request != null) {
            answer(context, request);
        }
    }

    private Page unreadable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return pages.error(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the target is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return pages.error(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long");
        }
        return pages.error(HttpResponseStatus.BAD_REQUEST, "no request of HTTP");
    }

    /** From here to the end of the answer nothing further is looked at. */
    private void begin(ChannelHandlerContext context) {
        answering = true;
        context.channel().config().setAutoRead(false);
    }

    private void answer(ChannelHandlerContext context, HttpRequest asked) {
        begin(context);
        boolean keepAlive = HttpUtil.isKeepAlive(asked);
        // The codec leaves the body of an answer to HEAD away.
        if (!asked.method().equals(HttpMethod.GET) && !asked.method().equals(HttpMethod.HEAD)) {
            send(context, pages.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET is all there is"), keepAlive);
            return;
        }
        String path = Pages.path(asked.uri());
        String host = ((InetSocketAddress) context.channel().localAddress())
                .getAddress()
                .getHostAddress();
        if (Pages.isPublic(path)) {
            send(context, pages.page(path, new Visit(null, host)), keepAlive);
            return;
        }
        if (open || certifiedUser != null) {
            Visit visit = new Visit(open ? null : certifiedUser, host);
            stopClock(); // So is a page.
            try {
                pool.execute(() -> make(context, () -> pages.page(path, visit), keepAlive));
            } catch (RejectedExecutionException e) {
                send(context, unavailable(), keepAlive);
            }
            return;
        }
        BasicCredentials credentials = BasicCredentials.parse(asked.headers().get(HttpHeaderNames.AUTHORIZATION));
        if (credentials == null) {
            send(context, unauthorized(), keepAlive);
            return;
        }
        stopClock(); // A login that waits for its turn is the server's delay.
        String peer = String.valueOf(context.channel().remoteAddress());
        visitors.login(peer, credentials.user(), credentials.password()).whenComplete((known, failure) -> {
            credentials.forget();
            make(context, () -> afterLogin(known, failure, path, new Visit(credentials.user(), host)), keepAlive);
        });
    }

    private Page afterLogin(@Nullable Boolean known, @Nullable Throwable failure, String path, Visit visit) {
        if (failure != null) {
            if (!(failure instanceof RejectedExecutionException)) {
                LOG.error("login failed", failure);
            }
            return unavailable(); // Not a word about the password: clients take that for the last one.
        }
        return Boolean.TRUE.equals(known) ? pages.page(path, visit) : unauthorized();
    }

    /** Makes a page where this is called, and sends it where the connection is. */
    private void make(ChannelHandlerContext context, Supplier<Page> maker, boolean keepAlive) {
        try {
            Page page = maker.get();
            onLoop(context, () -> send(context, page, keepAlive));
        } catch (RuntimeException | Error e) {
            LOG.error("page cannot be made", e);
            onLoop(context, context::close);
        }
    }

    private static void onLoop(ChannelHandlerContext context, Runnable task) {
        try {
            context.executor().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("loop has ended");
        }
    }

    private Page unauthorized() {
        return pages.error(HttpResponseStatus.UNAUTHORIZED, "name and password of a user are needed");
    }

    private Page unavailable() {
        return pages.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "the server is busy, or stopping");
    }

    private void send(ChannelHandlerContext context, Page page, boolean keepAlive) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, page.status(), Unpooled.wrappedBuffer(page.json()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        if (page.status().equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, CHALLENGE);
        }
        if (page.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET + ", " + HttpMethod.HEAD);
        }
        if (deadline == null) {
            startClock(context, FIRST_REQUEST_SECONDS_MAX);
        }
        ChannelFuture sent = context.writeAndFlush(response);
        sent.addListener(done -> {
            if (!done.isSuccess() || !keepAlive) {
                context.close();
            } else {
                stopClock();
                // On a turn of its own: requests sent ahead would be answered within each other.
                onLoop(context, () -> next(context));
            }
        });
    }

    private void next(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            expect(context, NEXT_REQUEST_SECONDS_MAX);
        }
    }

    private void startClock(ChannelHandlerContext context, long seconds) {
        deadline = context.executor().schedule(() -> context.channel().close(), seconds, TimeUnit.SECONDS);
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopClock();
        answering = true; // Whatever is still decoded is for nobody.
        context.executor().execute(this::forget);
    }

    private void forget() {
        ahead.forEach(ReferenceCountUtil::release);
        ahead.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("management connection failed: peer={}", context.channel().remoteAddress(), cause);
        context.close();
    }
}

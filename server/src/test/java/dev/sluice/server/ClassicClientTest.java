package dev.sluice.server;

/** The engine as it is. */
class ClassicClientTest extends ClassicClientContract {

    @Override
    SluiceServer startServer() throws Exception {
        return TestServers.start(BUCKETS);
    }
}

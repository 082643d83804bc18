package dev.sluice.core.protocol;

import dev.sluice.core.fixture.Frame;
import dev.sluice.core.fixture.Hex;
import java.util.ArrayList;
import java.util.List;

/** One long conversation with something of everything, whose answers do not depend on how fast it goes. */
final class Corpus {

    /** What a mutation's CAS is, by its number from 0, in a bucket of four vbuckets whose clock stands still. */
    private static long cas(int mutation) {
        return WireContract.FIRST_CAS + mutation;
    }

    private Corpus() {}

    /** Every request in turn; the last says NOOP. */
    static List<Frame> frames() {
        List<Frame> frames = new ArrayList<>();
        documents(frames);
        frames.add(Frame.hello(0x04, 0x07, 0x0b, 0x0b, 0x1234));
        documents(frames);
        arithmetic(frames);
        refused(frames);
        lifetimes(frames);
        frames.add(Frame.hello(0x0d));
        frames.add(Frame.hello());
        arithmetic(frames);
        lifetimes(frames);
        metadata(frames);
        refused(frames);
        session(frames);
        for (int i = 0; i < frames.size(); i++) {
            frames.get(i).opaque(0x1000 + i);
        }
        return frames;
    }

    private static void documents(List<Frame> frames) {
        frames.add(Frame.get("k"));
        frames.add(Frame.set("k", "value"));
        frames.add(Frame.get("k"));
        frames.add(Frame.of(0x0c).key("k"));
        frames.add(Frame.of(0x0d).key("k"));
        frames.add(Frame.of(0x09).key("k"));
        frames.add(Frame.of(0x09).key("missing"));
        frames.add(Frame.of(0x0d).key("missing"));
        frames.add(Frame.of(0x0c).key("missing"));
        frames.add(Frame.of(0x02).key("k").extras("0000000100000000").value("x"));
        frames.add(Frame.of(0x02).key("added").extras("0000000100000000").value("{\"a\":[1,2,3]}"));
        frames.add(Frame.get("added"));
        frames.add(Frame.of(0x03).key("added").extras("0000000200000000").value("replaced"));
        frames.add(Frame.of(0x03).key("missing").extras("0000000200000000").value("x"));
        frames.add(Frame.set("k", "with a cas").cas(cas(0)));
        frames.add(Frame.set("k", "with a wrong cas").cas(77));
        frames.add(Frame.of(0x11).key("quiet").extras("0000000000000000").value("q"));
        frames.add(Frame.of(0x12).key("quiet").extras("0000000000000000").value("q"));
        frames.add(Frame.of(0x13).key("quiet").extras("0000000000000000").value("r"));
        frames.add(Frame.of(0x0e).key("k").value("-after"));
        frames.add(Frame.of(0x0f).key("k").value("before-"));
        frames.add(Frame.of(0x19).key("k").value("-more"));
        frames.add(Frame.of(0x1a).key("k").value("more-"));
        frames.add(Frame.of(0x0e).key("missing").value("x"));
        frames.add(Frame.get("k"));
        frames.add(Frame.set("elsewhere", "v").vbucket(3));
        frames.add(Frame.get("elsewhere").vbucket(3));
        frames.add(Frame.get("elsewhere"));
        frames.add(Frame.get("elsewhere").vbucket(4));
        frames.add(Frame.of(0x04).key("added"));
        frames.add(Frame.of(0x04).key("added"));
        frames.add(Frame.of(0x14).key("quiet"));
        frames.add(Frame.of(0x14).key("quiet"));
        frames.add(Frame.set("large", "[" + "1,".repeat(700) + "1]"));
        frames.add(Frame.get("large"));
        frames.add(Frame.of(0x04).key("k"));
    }

    private static void arithmetic(List<Frame> frames) {
        String create = "0000000000000005 0000000000000064 00000000";
        frames.add(Frame.of(0x05).key("n").extras("0000000000000005 0000000000000064 ffffffff"));
        frames.add(Frame.of(0x05).key("n").extras(create));
        frames.add(Frame.of(0x05).key("n").extras(create));
        frames.add(Frame.of(0x06).key("n").extras(create));
        frames.add(Frame.of(0x15).key("n").extras(create));
        frames.add(Frame.of(0x16).key("n").extras(create));
        frames.add(Frame.get("n"));
        frames.add(Frame.of(0x05).key("n").extras("ffffffffffffffff 0000000000000000 00000000"));
        frames.add(Frame.of(0x06).key("n").extras("ffffffffffffffff 0000000000000000 00000000"));
        frames.add(Frame.set("n", "apples"));
        frames.add(Frame.of(0x05).key("n").extras(create));
        frames.add(Frame.of(0x04).key("n"));
    }

    private static void lifetimes(List<Frame> frames) {
        frames.add(Frame.of(0x01).key("t").extras("00000000 00000064").value("v"));
        frames.add(Frame.of(0x1c).key("t").extras("00000065"));
        frames.add(Frame.of(0x1d).key("t").extras("00000066"));
        frames.add(Frame.of(0x1e).key("t").extras("00000066"));
        frames.add(Frame.of(0x1c).key("missing").extras("00000065"));
        frames.add(Frame.of(0x1d).key("missing").extras("00000065"));
        frames.add(Frame.of(0x1e).key("missing").extras("00000065"));
        frames.add(Frame.of(0x94).key("t").extras("0000000a"));
        frames.add(Frame.of(0x94).key("t"));
        frames.add(Frame.get("t"));
        frames.add(Frame.set("t", "locked"));
        frames.add(Frame.of(0x0e).key("t").value("locked"));
        frames.add(Frame.of(0x04).key("t"));
        frames.add(Frame.of(0x04).key("t").cas(5));
        frames.add(Frame.of(0x95).key("t").cas(5));
        frames.add(Frame.of(0x08));
        frames.add(Frame.of(0x95).key("t").cas(5));
        frames.add(Frame.of(0x18).extras("00000000"));
        frames.add(
                Frame.of(0x01).key("t").extras("00000000 00000001").value("v").framing("50"));
        frames.add(Frame.set("t", "durable").framing("11 01"));
        frames.add(Frame.of(0x95).key("t").cas(5));
    }

    private static void metadata(List<Frame> frames) {
        String record = "00000007 00000000 0000000000000005 0000000000001234";
        frames.add(Frame.of(0xa2).key("m").extras(record).value("{}"));
        frames.add(Frame.of(0xa2).key("m").extras(record).value("{}"));
        frames.add(Frame.of(0xa4).key("m").extras(record + "00000008").value("again"));
        frames.add(Frame.of(0xa3).key("m").extras(record + "0000000c").value("quiet"));
        frames.add(Frame.of(0xa0).key("m"));
        frames.add(Frame.of(0xa0).key("m").extras("02"));
        frames.add(Frame.of(0xa1).key("missing"));
        frames.add(Frame.of(0x92).value(Hex.bytes("0000 0001 'm' 0000 0001 'x' 0001 0001 'm'")));
        frames.add(Frame.of(0xb2).key("m").extras("00000001 00000001 00000000").value("v"));
        frames.add(Frame.of(0x10).key("key m 0"));
        frames.add(Frame.of(0xa8).key("m").extras("00000000 00000000 0000000000000063 0000000000009999"));
        frames.add(Frame.of(0xa0).key("m").extras("02"));
        frames.add(Frame.of(0x83).key("m"));
        frames.add(Frame.of(0x48));
        frames.add(Frame.of(0x93).key("m"));
        frames.add(Frame.of(0xb8).key("m"));
    }

    private static void refused(List<Frame> frames) {
        frames.add(Frame.of(0x00));
        frames.add(Frame.get("k").cas(1));
        frames.add(Frame.get("k").value("v"));
        frames.add(Frame.get("k").extras("00"));
        frames.add(Frame.get("k").datatype(2));
        frames.add(Frame.get("k").datatype(9));
        frames.add(Frame.get("k".repeat(251)));
        frames.add(Frame.of(0x01).key("k"));
        frames.add(Frame.set("k", "v").framing("11 09"));
        frames.add(Frame.set("k", "v").framing("3a"));
        frames.add(Frame.of(0x64));
        frames.add(Frame.of(0x30));
        frames.add(Frame.of(0xb5));
        frames.add(Frame.of(0x01).magic(0x82));
        frames.add(Frame.of(0x01).magic(0x83));
        frames.add(Frame.of(0xda).value("no json").datatype(1));
        frames.add(Frame.of(0xdb).extras("00".repeat(28)));
        frames.add(Frame.of(0xdc).extras("00".repeat(16)));
    }

    private static void session(List<Frame> frames) {
        frames.add(Frame.of(0x0b));
        frames.add(Frame.of(0x1b).extras("00000002"));
        frames.add(Frame.of(0x87));
        frames.add(Frame.of(0x10).key("settings"));
        frames.add(Frame.of(0x10).key("nonsense"));
        frames.add(Frame.of(0x10).key("reset nonsense"));
        frames.add(Frame.of(0x10).key("reset"));
        frames.add(Frame.of(0x89).key("missing"));
        frames.add(Frame.of(0x89).key("@no bucket@"));
        frames.add(Frame.noop());
        frames.add(Frame.of(0x89).key("default"));
        frames.add(Frame.get("large"));
        frames.add(Frame.noop());
    }
}

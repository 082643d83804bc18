package dev.sluice.benchmarks.load;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Looks into a running server of this machine from outside, with what every JDK brings.
 *
 * <p>Bytes allocated by the event loops come from the JVM's own account of each thread and are exact, so that the
 * difference of two looks divided by the requests between them is what a request allocates. The heap is looked at after a
 * full collection, which the probe asks for. Direct memory is what {@code ByteBuffer}s hold, and where the server runs with
 * {@code -XX:NativeMemoryTracking=summary} also all that the JVM does not use for itself.
 *
 * <pre>{@code java dev.sluice.benchmarks.load.ServerProbe <pid> [allocated|memory]}</pre>
 */
public final class ServerProbe implements AutoCloseable {

    private static final String LOOP_THREAD_PREFIX = "sluice-loop";

    private final long pid;
    private final JMXConnector connector;
    private final MBeanServerConnection server;

    /** Attaches to a process of the same user. */
    @SuppressWarnings("BanJNDI") // The address is what the process itself has said.
    ServerProbe(long pid) throws IOException {
        this.pid = pid;
        connector = JMXConnectorFactory.connect(new JMXServiceURL(agentOf(pid)));
        server = connector.getMBeanServerConnection();
    }

    private static String agentOf(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("cannot attach to " + pid, e);
        }
    }

    /** Prints one line of {@code name=value}. */
    public static void main(String[] arguments) throws IOException {
        String what = arguments.length > 1 ? arguments[1] : "memory";
        try (ServerProbe probe = new ServerProbe(Long.parseLong(arguments[0]))) {
            System.out.println(
                    what.equals("allocated")
                            ? "allocated=" + probe.allocatedByLoopsBytes()
                            : probe.memory().toString());
        }
    }

    /**
     * What a server holds.
     *
     * @param heapBytes after a full collection
     * @param directBytes of all direct buffers
     * @param otherBytes outside of the heap and not the JVM's own; -1 where the server does not track it
     * @param residentBytes of the process
     */
    record Memory(
            long heapBytes, long directBytes, long otherBytes, long residentBytes, int threads, long descriptors) {
        @Override
        public String toString() {
            return "heap=" + heapBytes + " direct=" + directBytes + " other=" + otherBytes + " resident="
                    + residentBytes + " threads=" + threads + " descriptors=" + descriptors;
        }
    }

    Memory memory() throws IOException {
        MemoryMXBean heap = ManagementFactory.newPlatformMXBeanProxy(
                server, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        heap.gc();
        heap.gc(); // Buffers that nobody refers to are freed after the first.
        long direct = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(server, BufferPoolMXBean.class)) {
            direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        return new Memory(
                heapAfterCollectionBytes(),
                direct,
                otherBytes(),
                residentBytes(),
                threads().getThreadCount(),
                descriptors());
    }

    /** What the collection has left; what is used now has in it the buffers that threads allocate from, megabytes each. */
    private long heapAfterCollectionBytes() throws IOException {
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getPlatformMXBeans(server, MemoryPoolMXBean.class)) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            bytes += left == null ? 0 : left.getUsed();
        }
        return bytes;
    }

    private ThreadMXBean threads() throws IOException {
        return ManagementFactory.newPlatformMXBeanProxy(
                server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    }

    long allocatedByLoopsBytes() throws IOException {
        ThreadMXBean threads = threads();
        long bytes = 0;
        for (long id : threads.getAllThreadIds()) {
            var thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().startsWith(LOOP_THREAD_PREFIX)) {
                bytes += threads.getThreadAllocatedBytes(id);
            }
        }
        return bytes;
    }

    /** NMT's category "Other": direct buffers, and memory that libraries have taken through the JVM. */
    private long otherBytes() throws IOException {
        try {
            String report = (String) server.invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmNativeMemory",
                    new Object[] {new String[] {"summary", "scale=1"}},
                    new String[] {String[].class.getName()});
            return report.lines()
                    .filter(line -> line.contains(" Other ("))
                    .map(line -> line.replaceAll(".*committed=(\\d+).*", "$1"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(-1);
        } catch (JMException e) {
            throw new IOException(e);
        }
    }

    private long residentBytes() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
        return lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(-1);
    }

    private long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.count();
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}

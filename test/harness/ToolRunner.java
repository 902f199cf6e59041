import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Runs the main methods of many command-line tools in one JVM, several at a time.
 *
 * Each line of standard input is a call: a number, "shared" or "fresh" (classes loaded once more for this call, for tools
 * that keep state in them), then in Base64 the class, the call's standard input and its arguments, parted by blanks.
 * What a tool prints after it has asked to end the JVM is dropped, as it would never be seen; the hooks that it wants run
 * at the JVM's end are run at its own (the console producer sends its last records there). The answer is a line of standard output: the call's number, its exit code, and in Base64
 * what it printed to standard output and to standard error. The JVM ends with its input.
 */
public final class ToolRunner {
    /** Thrown in place of the end of the JVM. */
    private static final class ToolExit extends Error {
        ToolExit() {
            super("the tool has ended", null, false, false);
        }
    }

    private static final class Call {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final InputStream in;
        volatile Integer exitCode;

        Call(byte[] input) {
            in = new ByteArrayInputStream(input);
        }

        /** The first code counts: tools that catch everything exit once more on the way. */
        synchronized void exit(int code) {
            if (exitCode == null) exitCode = code;
        }
    }

    /** The call that a thread, or the thread that started it, works for. */
    private static final InheritableThreadLocal<Call> CURRENT = new InheritableThreadLocal<>();

    private static final long HOOK_TIMEOUT_MS = 30_000;

    private static final PrintStream ANSWERS = System.out;
    private static final PrintStream COMPLAINTS = System.err;

    private static final class Output extends OutputStream {
        private final boolean isError;

        Output(boolean isError) {
            this.isError = isError;
        }

        private OutputStream target() {
            Call call = CURRENT.get();
            if (call == null) return COMPLAINTS;
            if (call.exitCode != null) return OutputStream.nullOutputStream();
            return isError ? call.err : call.out;
        }

        @Override
        public void write(int value) throws java.io.IOException {
            target().write(value);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws java.io.IOException {
            target().write(bytes, from, length);
        }
    }

    private static final class Input extends InputStream {
        private InputStream source() {
            Call call = CURRENT.get();
            return call == null ? InputStream.nullInputStream() : call.in;
        }

        @Override
        public int read() throws java.io.IOException {
            return source().read();
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws java.io.IOException {
            return source().read(bytes, from, length);
        }

        @Override
        public int available() throws java.io.IOException {
            return source().available();
        }
    }

    /** Kafka's tools end the JVM through a class of their own, which lets tests put something else in its place. */
    private static void catchExits(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> exit = Class.forName("org.apache.kafka.common.utils.Exit", true, loader);
        Class<?> procedure = Class.forName("org.apache.kafka.common.utils.Exit$Procedure", true, loader);
        Object thrower = Proxy.newProxyInstance(procedure.getClassLoader(), new Class<?>[] {procedure},
            (proxy, method, args) -> {
                Call call = CURRENT.get();
                if (call != null) {
                    if (args.length > 1 && args[1] != null) System.err.println(args[1]);
                    call.exit((Integer) args[0]);
                }
                throw new ToolExit();
            });
        exit.getMethod("setExitProcedure", procedure).invoke(null, thrower);
        exit.getMethod("setHaltProcedure", procedure).invoke(null, thrower);
    }

    /**
     * Runs the shutdown hooks that a call has added: those whose threads were made in its group. Needs
     * {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
     */
    private static void runHooks(ThreadGroup group) throws Exception {
        Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        List<Thread> hooks = new ArrayList<>();
        synchronized (field.getDeclaringClass()) {
            for (Object hook : ((Map<?, ?>) field.get(null)).keySet()) {
                if (((Thread) hook).getThreadGroup() == group) hooks.add((Thread) hook);
            }
        }
        for (Thread hook : hooks) {
            Runtime.getRuntime().removeShutdownHook(hook);
            hook.start();
        }
        for (Thread hook : hooks) hook.join(HOOK_TIMEOUT_MS);
    }

    private static ClassLoader freshLoader() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(path).toUri().toURL());
        }
        ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        catchExits(loader);
        return loader;
    }

    private static void run(Call call, boolean fresh, String className, String[] args) {
        try {
            ClassLoader loader = fresh ? freshLoader() : ToolRunner.class.getClassLoader();
            Thread.currentThread().setContextClassLoader(loader);
            Class.forName(className, true, loader).getMethod("main", String[].class).invoke(null, (Object) args);
            call.exit(0);
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof ToolExit)) {
                thrown.getCause().printStackTrace();
                call.exit(1);
            }
        } catch (Throwable thrown) {
            thrown.printStackTrace();
            call.exit(1);
        }
        try {
            runHooks(Thread.currentThread().getThreadGroup());
        } catch (Exception thrown) {
            thrown.printStackTrace(COMPLAINTS);
        }
    }

    private static String encode(ByteArrayOutputStream bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static void answer(String number, Call call) {
        System.out.flush();
        System.err.flush();
        synchronized (ANSWERS) {
            ANSWERS.println(number + " " + call.exitCode + " " + encode(call.out) + " " + encode(call.err));
            ANSWERS.flush();
        }
    }

    private static void start(String line) {
        String[] fields = line.split(" ", -1);
        boolean fresh = fields[1].equals("fresh");
        byte[][] values = Arrays.stream(fields).skip(2).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
        String className = new String(values[0], StandardCharsets.UTF_8);
        Call call = new Call(values[1]);
        String[] args = Arrays.stream(values).skip(2)
            .map(value -> new String(value, StandardCharsets.UTF_8)).toArray(String[]::new);
        String name = "tool-" + fields[0];
        Thread thread = new Thread(new ThreadGroup(name), () -> {
            CURRENT.set(call);
            run(call, fresh, className, args);
            answer(fields[0], call);
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    public static void main(String[] args) throws Exception {
        InputStream calls = System.in;
        // Before any tool's class is loaded: Scala's console keeps the streams that it finds.
        System.setOut(new PrintStream(new Output(false), true));
        System.setErr(new PrintStream(new Output(true), true));
        System.setIn(new Input());
        catchExits(ToolRunner.class.getClassLoader());
        BufferedReader reader = new BufferedReader(new InputStreamReader(calls, StandardCharsets.US_ASCII));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isEmpty()) start(line);
        }
        Runtime.getRuntime().halt(0);
    }
}

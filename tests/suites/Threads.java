import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.*;

/** 200 threads, garbage and what java.util.concurrent rests on: a line for each part. */
public class Threads {
    static final int N = 200;

    interface Part {
        boolean run() throws Exception;
    }

    static void all(int n, Runnable r) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < n; i++)
            threads.add(new Thread(r));
        for (Thread t : threads)
            t.start();
        for (Thread t : threads)
            t.join();
    }

    /** Every thread keeps some objects, makes many more, and finds what it kept unharmed. */
    static boolean garbage() throws Exception {
        AtomicInteger good = new AtomicInteger();
        all(N, () -> {
            Map<Integer, byte[]> kept = new HashMap<>();
            for (int i = 0; i < 1000; i++) {
                byte[] b = new byte[2000];
                b[i % 2000] = (byte) i;
                if (i % 50 == 0)
                    kept.put(i, b);
            }
            boolean ok = kept.size() == 20;
            for (Map.Entry<Integer, byte[]> e : kept.entrySet())
                ok &= e.getValue()[e.getKey() % 2000] == (byte) (int) e.getKey();
            if (ok)
                good.incrementAndGet();
        });
        return good.get() == N;
    }

    static int plain;

    static boolean monitors() throws Exception {
        Object lock = new Object();
        plain = 0;
        all(N, () -> {
            for (int i = 0; i < 500; i++)
                synchronized (lock) {
                    plain++;
                }
        });
        return plain == N * 500;
    }

    static boolean waitNotify() throws Exception {
        Object lock = new Object();
        plain = 0;
        all(N, () -> {
            synchronized (lock) {
                plain++;
                lock.notifyAll();
                while (plain < N)
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
            }
        });
        return plain == N;
    }

    static boolean interrupts() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        CountDownLatch there = new CountDownLatch(N);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < N; i++) {
            Thread t = new Thread(() -> {
                there.countDown();
                try {
                    Thread.sleep(1000000);
                } catch (InterruptedException e) {
                    woken.incrementAndGet();
                }
            });
            threads.add(t);
            t.start();
        }
        there.await();
        for (Thread t : threads)
            t.interrupt();
        for (Thread t : threads)
            t.join();
        return woken.get() == N;
    }

    static boolean forkJoin() {
        class Sum extends RecursiveTask<Long> {
            final long from, to;

            Sum(long from, long to) {
                this.from = from;
                this.to = to;
            }

            protected Long compute() {
                if (to - from < 1000) {
                    long s = 0;
                    for (long i = from; i < to; i++)
                        s += i;
                    return s;
                }
                Sum left = new Sum(from, (from + to) / 2), right = new Sum((from + to) / 2, to);
                left.fork();
                return right.compute() + left.join();
            }
        }
        return new ForkJoinPool(16).invoke(new Sum(0, 1000000)) == 499999500000L;
    }

    static boolean locks() throws Exception {
        ReentrantReadWriteLock rw = new ReentrantReadWriteLock();
        plain = 0;
        all(N, () -> {
            for (int i = 0; i < 50; i++) {
                rw.writeLock().lock();
                plain++;
                rw.writeLock().unlock();
                rw.readLock().lock();
                rw.readLock().unlock();
            }
        });
        return plain == N * 50;
    }

    /** Implicit null checks are SIGSEGV handlers, stack overflow is a guard page. */
    static boolean faults() throws Exception {
        AtomicInteger caught = new AtomicInteger();
        all(20, () -> {
            for (int i = 0; i < 2000; i++)
                try {
                    String s = i % 2 == 0 ? null : "x";
                    caught.addAndGet(s.length() - 1);
                } catch (NullPointerException e) {
                    caught.incrementAndGet();
                }
            try {
                deep(0);
            } catch (StackOverflowError e) {
                caught.incrementAndGet();
            }
        });
        return caught.get() == 20 * 1001;
    }

    static int deep(int n) {
        return deep(n + 1) + 1;
    }

    static boolean processes() throws Exception {
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 20; i++)
            children.add(new ProcessBuilder("sh", "-c", "exit " + i).start());
        boolean ok = true;
        for (int i = 0; i < 20; i++)
            ok &= children.get(i).waitFor() == i;
        return ok;
    }

    static void part(String name, Part p) throws Exception {
        System.out.println(name + " " + (p.run() ? "ok" : "wrong"));
    }

    public static void main(String[] args) throws Exception {
        part("garbage", Threads::garbage);
        part("monitors", Threads::monitors);
        part("wait_and_notify", Threads::waitNotify);
        part("interrupts", Threads::interrupts);
        part("fork_join", Threads::forkJoin);
        part("locks", Threads::locks);
        part("faults", Threads::faults);
        part("processes", Threads::processes);
    }
}

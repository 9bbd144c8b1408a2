// C++ threads: std::thread, async, condition variables, exceptions and thread_local, each told by a line.
#include <atomic>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <stdexcept>
#include <thread>
#include <vector>

static constexpr int N = 64;

template <class F> static void all(int n, F f)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < n; i++)
        threads.emplace_back(f, i);
    for (auto &t : threads)
        t.join();
}

static bool mutexes()
{
    std::mutex m;
    long n = 0;
    all(N, [&](int) {
        for (int i = 0; i < 1000; i++) {
            std::lock_guard<std::mutex> hold(m);
            n++;
        }
    });
    return n == N * 1000L;
}

static bool futures()
{
    std::vector<std::future<long>> results;
    for (long i = 0; i < N; i++)
        results.push_back(std::async(std::launch::async, [i] { return i * i; }));
    long sum = 0;
    for (auto &f : results)
        sum += f.get();
    return sum == (N - 1L) * N * (2 * N - 1) / 6;
}

static bool exceptions()
{
    std::atomic<int> caught{0};
    all(N, [&](int i) {
        for (int k = 0; k < 100; k++)
            try {
                throw std::runtime_error(std::to_string(i));
            } catch (const std::runtime_error &e) {
                caught += e.what() == std::to_string(i);
            }
    });
    auto f = std::async(std::launch::async, []() -> int { throw std::logic_error("over"); });
    try {
        f.get();
        return false;
    } catch (const std::logic_error &) {
        return caught == N * 100;
    }
}

static std::atomic<int> alive{0};

struct Local {
    int n = 0;
    Local() { alive++; }
    ~Local() { alive--; }
};
static thread_local Local local;

static bool locals()
{
    std::atomic<int> good{0};
    all(N, [&](int) {
        for (int i = 0; i < 100; i++)
            local.n++;
        good += local.n == 100;
    });
    return good == N && alive == 0;
}

static bool conditions()
{
    std::mutex m;
    std::condition_variable cv;
    int turn = 0;
    all(8, [&](int me) {
        for (int i = 0; i < 100; i++) {
            std::unique_lock<std::mutex> hold(m);
            cv.wait(hold, [&] { return turn % 8 == me; });
            turn++;
            cv.notify_all();
        }
    });
    return turn == 800;
}

static bool timeouts()
{
    std::mutex m;
    std::condition_variable cv;
    std::unique_lock<std::mutex> hold(m);
    auto before = std::chrono::steady_clock::now();
    bool woken = cv.wait_for(hold, std::chrono::milliseconds(20), [] { return false; });
    return !woken && std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(20);
}

static bool once()
{
    static std::once_flag flag;
    std::atomic<int> n{0};
    all(N, [&](int) { std::call_once(flag, [&] { n++; }); });
    return n == 1;
}

static bool shared()
{
    std::shared_mutex m;
    long a = 0, b = 0;
    std::atomic<bool> torn{false};
    all(16, [&](int i) {
        for (int k = 0; k < 200; k++)
            if (i % 4 == 0) {
                std::unique_lock<std::shared_mutex> hold(m);
                a++, b++;
            } else {
                std::shared_lock<std::shared_mutex> hold(m);
                if (a != b)
                    torn = true;
            }
    });
    return !torn && a == 800;
}

static void part(const char *name, bool good)
{
    std::cout << name << (good ? " ok" : " wrong") << std::endl;
}

int main()
{
    part("mutexes", mutexes());
    part("futures", futures());
    part("exceptions", exceptions());
    part("thread_locals", locals());
    part("condition_variables", conditions());
    part("timeouts", timeouts());
    part("call_once", once());
    part("shared_mutexes", shared());
}

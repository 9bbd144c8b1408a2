/* OpenMP: the constructs of the runtime library, each told by a line. */
#include <omp.h>
#include <stdio.h>

enum { THREADS = 8, N = 100000 };

static void part(const char *name, int good)
{
    printf("%s %s\n", name, good ? "ok" : "wrong");
}

static int reduction(void)
{
    long sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(THREADS)
    for (long i = 0; i < N; i++)
        sum += i;
    return sum == (long) N * (N - 1) / 2;
}

static int dynamic_schedule(void)
{
    static char seen[N];
    int good = 1;
#pragma omp parallel for schedule(dynamic, 7) num_threads(THREADS)
    for (int i = 0; i < N; i++)
        seen[i]++;
    for (int i = 0; i < N; i++)
        good &= seen[i] == 1;
    return good;
}

static int critical_sections(void)
{
    int n = 0;
#pragma omp parallel num_threads(THREADS)
    for (int i = 0; i < 1000; i++) {
#pragma omp critical
        n++;
    }
    return n == THREADS * 1000;
}

static int barriers(void)
{
    int stage[THREADS] = {0}, good = 1;
#pragma omp parallel num_threads(THREADS) reduction(& : good)
    for (int i = 1; i <= 200; i++) {
        stage[omp_get_thread_num()] = i;
#pragma omp barrier
        for (int k = 0; k < THREADS; k++)
            good &= stage[k] == i;
#pragma omp barrier
    }
    return good;
}

static long fibonacci(int n)
{
    long a, b;
    if (n < 2)
        return n;
#pragma omp task shared(a)
    a = fibonacci(n - 1);
#pragma omp task shared(b)
    b = fibonacci(n - 2);
#pragma omp taskwait
    return a + b;
}

static int tasks(void)
{
    long f = 0;
#pragma omp parallel num_threads(THREADS)
#pragma omp single
    f = fibonacci(16);
    return f == 987;
}

static int ordered(void)
{
    int next = 0, good = 1;
#pragma omp parallel for ordered schedule(dynamic) num_threads(THREADS)
    for (int i = 0; i < 1000; i++) {
#pragma omp ordered
        good &= next++ == i;
    }
    return good;
}

static int nested(void)
{
    int n = 0;
    omp_set_max_active_levels(2);
    for (int again = 0; again < 20; again++) {
#pragma omp parallel num_threads(4)
#pragma omp parallel num_threads(4)
#pragma omp atomic
        n++;
    }
    return n == 20 * 16;
}

static int many_teams(void)
{
    int n = 0;
    for (int i = 1; i <= 64; i++) {
#pragma omp parallel num_threads(i) reduction(+ : n)
        n++;
    }
    return n == 64 * 65 / 2;
}

int main(void)
{
    part("reduction", reduction());
    part("dynamic_schedule", dynamic_schedule());
    part("critical_sections", critical_sections());
    part("barriers", barriers());
    part("tasks", tasks());
    part("ordered", ordered());
    part("nested", nested());
    part("many_teams", many_teams());
    return 0;
}

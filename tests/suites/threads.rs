// Rust threads: std::thread, channels, locks, panics and processes, each told by a line.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;

const N: usize = 64;

fn all<F: Fn(usize) + Send + Sync + 'static>(n: usize, f: F) {
    let f = Arc::new(f);
    let threads: Vec<_> = (0..n)
        .map(|i| {
            let f = f.clone();
            thread::spawn(move || f(i))
        })
        .collect();
    for t in threads {
        t.join().unwrap();
    }
}

fn mutexes() -> bool {
    let n = Arc::new(Mutex::new(0));
    let m = n.clone();
    all(N, move |_| {
        for _ in 0..1000 {
            *m.lock().unwrap() += 1;
        }
    });
    let total = *n.lock().unwrap();
    total == N * 1000
}

fn channels() -> bool {
    let (tx, rx) = mpsc::sync_channel(4);
    let threads: Vec<_> = (0..N)
        .map(|i| {
            let tx = tx.clone();
            thread::spawn(move || (0..100).for_each(|k| tx.send(i * 100 + k).unwrap()))
        })
        .collect();
    drop(tx);
    let mut got: Vec<usize> = rx.iter().collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
    got.sort();
    got == (0..N * 100).collect::<Vec<_>>()
}

fn panics() -> bool {
    std::panic::set_hook(Box::new(|_| {}));
    let failed = (0..N).map(|i| thread::spawn(move || if i % 2 == 0 { panic!("on purpose") })).filter_map(|t| t.join().err()).count();
    let _ = std::panic::take_hook();
    failed == N / 2
}

fn conditions() -> bool {
    let pair = Arc::new((Mutex::new(0usize), Condvar::new()));
    let p = pair.clone();
    all(8, move |me| {
        for _ in 0..100 {
            let mut turn = p.1.wait_while(p.0.lock().unwrap(), |t| *t % 8 != me).unwrap();
            *turn += 1;
            p.1.notify_all();
        }
    });
    let turn = *pair.0.lock().unwrap();
    turn == 800
}

fn barriers() -> bool {
    let leaders = Arc::new(AtomicUsize::new(0));
    let (l, b) = (leaders.clone(), Barrier::new(16));
    all(16, move |_| {
        for _ in 0..50 {
            if b.wait().is_leader() {
                l.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    leaders.load(Ordering::SeqCst) == 50
}

fn locks() -> bool {
    let v = Arc::new(RwLock::new((0, 0)));
    let w = v.clone();
    all(16, move |i| {
        for _ in 0..200 {
            if i % 4 == 0 {
                let mut p = w.write().unwrap();
                p.0 += 1;
                p.1 += 1;
            } else {
                let p = w.read().unwrap();
                assert_eq!(p.0, p.1);
            }
        }
    });
    let total = v.read().unwrap().0;
    total == 800
}

fn once() -> bool {
    static ONCE: Once = Once::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    all(N, |_| {
        ONCE.call_once(|| {
            COUNT.fetch_add(1, Ordering::SeqCst);
        })
    });
    COUNT.load(Ordering::SeqCst) == 1
}

fn processes() -> bool {
    let children: Vec<_> =
        (0..16).map(|i| std::process::Command::new("sh").arg("-c").arg(format!("exit {}", i)).spawn().unwrap()).collect();
    children.into_iter().enumerate().all(|(i, mut c)| c.wait().unwrap().code() == Some(i as i32))
}

fn part(name: &str, good: bool) {
    println!("{} {}", name, if good { "ok" } else { "wrong" });
}

fn main() {
    part("mutexes", mutexes());
    part("channels", channels());
    part("panics", panics());
    part("condition_variables", conditions());
    part("barriers", barriers());
    part("rwlocks", locks());
    part("once", once());
    part("processes", processes());
}

/* Defaults of the ThreadSanitizer build, in the program so that no guest sees them in its environment. A report ends the process, so that no
 * test can pass over it. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "halt_on_error=1:die_after_fork=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:use_"
           "sigaltstack=0:"
           "report_signal_unsafe=0:report_thread_leaks=0:report_destroy_locked=1:second_deadlock_stack=1";
}

/* Defaults of the sanitizer build, in the program so that no guest sees them in its environment. Guests are killed and
 * exec at any point, where memory that is still owned is no leak; SIGSEGV and SIGBUS belong to elfuse. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:use_sigaltstack=0";
}

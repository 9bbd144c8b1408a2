"""What known differences depend on: the host that tests run on."""


def processor_flags():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return next((line.split() for line in f if line.startswith("flags")), [])


def kernel_in_ring_3():
    """Is the host's kernel a guest that runs in ring 3 itself (pvm)? Entries, segments and debug registers of programs are a hypervisor's there."""
    flags = processor_flags()
    return "hypervisor" in flags and not {"smep", "fsgsbase"} & set(flags)


def of_this_ring(name):
    """`name` without ring-0: or ring-3: before it, if that is where the host's kernel runs."""
    return name.removeprefix("ring-3:" if kernel_in_ring_3() else "ring-0:")

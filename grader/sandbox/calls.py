"""The system calls that a notebook may make, by name: what honest notebooks were seen to make, and what is near it.

Left out on purpose, beside all that only a machine's owner needs: what widens the ground for an attack on the kernel
(mounts and namespaces, tracing and reading other processes, bpf, io_uring, perf, userfaultfd, keys, AIO); watches
(inotify), which would tell of other notebooks; memory that belongs to no process (System V's, message queues); and
`clone3`, whose flags a filter cannot read. Numbers are resolved where the filter is made: on x86-64 that was tried, for
arm64 a test resolves the names, and nothing was run.
"""

from collections.abc import Mapping

# By the released notebook and benchmarks/honest_uses.py; `python -m benchmarks.system_calls --write` adds to it.
SEEN = """
accept4 access arch_prctl bind brk capget capset chdir chmod clock_nanosleep clone close close_range connect dup dup2
epoll_create1 epoll_ctl epoll_wait eventfd2 execve exit exit_group fadvise64 fallocate fcntl fdatasync flock fstat
fstatfs ftruncate futex getcwd getdents64 getegid geteuid getgid getpeername getpid getppid getrandom getresgid
getresuid getsockname getsockopt gettid getuid ioctl link listen listxattr lseek madvise mbind mkdir mmap mprotect
munmap newfstatat open openat pipe2 poll prctl pread64 prlimit64 pselect6 pwrite64 read readlink recvfrom recvmsg
rename renameat rmdir rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_getparam
sched_getscheduler sched_setaffinity sched_setscheduler sendfile sendmsg sendto set_robust_list set_tid_address
setgroups setitimer setresgid setresuid setsid setsockopt sigaltstack socket socketpair statx sysinfo umask uname
unlink unlinkat utimensat vfork wait4 waitid write
"""

NEAR: Mapping[str, str] = {
    "by other C libraries and versions, and on arm64, which has the newer of two alone": """
        accept creat dup3 epoll_create epoll_pwait epoll_pwait2 eventfd execveat faccessat faccessat2 fchmodat fchownat
        fork futimesat getdents getpgrp getrlimit linkat lstat mkdirat mknod mknodat openat2 pipe ppoll readlinkat
        renameat2 select setrlimit stat symlinkat time utime utimes
    """,
    "files": """
        chown copy_file_range fchdir fchmod fchown fgetxattr flistxattr fsync getxattr lchown lgetxattr llistxattr
        preadv preadv2 pwritev pwritev2 readv splice statfs symlink sync_file_range truncate writev
    """,
    "sockets, of which only unix ones are made": "recvmmsg sendmmsg shutdown",
    "processes, signals and clocks": """
        alarm clock_getres clock_gettime getgroups getitimer getpgid getpriority getrusage getsid gettimeofday kill
        nanosleep pause pidfd_open pidfd_send_signal restart_syscall rt_sigpending rt_sigqueueinfo rt_sigsuspend
        rt_sigtimedwait setpgid setpriority tgkill timerfd_create timerfd_gettime timerfd_settime times tkill
    """,
    "memory, threads and processors; CUDA asks for some of these": """
        get_mempolicy get_robust_list getcpu membarrier memfd_create mincore mlock mlock2 mremap msync munlock
        sched_get_priority_max sched_get_priority_min sched_getattr sched_rr_get_interval sched_setattr sched_yield
        set_mempolicy
    """,
}

ADMITTED = frozenset(SEEN.split()).union(*(names.split() for names in NEAR.values()))

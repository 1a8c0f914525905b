"""A virtual machine with cgroup v2 and systemd, where the walls are tried as most servers have them."""

"""The walls: the cage, its control group, its filter of system calls, its GPU."""

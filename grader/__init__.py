"""The command line, hand-ins, sandboxed execution, scoring and reports."""

"""Agreement: a student's arrays beside the canonical ones. The grader's and the self-check's are this one."""

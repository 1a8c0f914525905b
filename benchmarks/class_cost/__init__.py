"""What a class costs that is made from the released notebook: ours, sharing and not, and other graders on the same."""

"""Everything a student receives: the notebook, the profiles' assets, models, the Outputs format."""

from assignment.operators import watch_for_torchvision

watch_for_torchvision()  # here, so that no order of imports matters

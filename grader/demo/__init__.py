"""The embedded class: eighteen hand-ins and what must become of each."""

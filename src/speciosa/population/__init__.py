"""Virtual populations: who they are, what they take, and the levels of a million of them."""

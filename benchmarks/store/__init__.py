"""How the store stands being killed."""

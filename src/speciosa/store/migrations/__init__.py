"""How a database grew: one revision a module, run by Alembic, never changed once released."""

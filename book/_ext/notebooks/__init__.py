"""The chapters as files: their normal form, and copies that need no Sphinx."""

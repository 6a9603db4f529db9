"""How fast is nnlib? Side by side with its peers, in one run: `python -m bench --help`."""

"""What pages show: directives, and what is said about a page in its head and header."""

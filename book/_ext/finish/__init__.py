"""What makes the built pages a site: complete, no larger than it must be, and never stale."""
